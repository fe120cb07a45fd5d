#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "storage/store/task.h"

namespace bauta {

/// Of the coroutine that awaits it, by no clock that can be set.
inline Task<void> pause_for(std::chrono::milliseconds time) {
  using std::chrono::steady_clock;
  boost::asio::basic_waitable_timer<steady_clock, boost::asio::wait_traits<steady_clock>, Executor>
      timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(time);
  co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>{});
}

}  // namespace bauta
