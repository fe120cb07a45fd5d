#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "storage/store/task.h"

namespace bauta {

/// Lets everybody else on this thread go first.  A read resumes its caller at once, so a long walk over the store holds its thread until it
/// says this, now and then.
inline Task<> give_way() {
  co_await boost::asio::post(co_await boost::asio::this_coro::executor,
                             boost::asio::use_awaitable_t<Executor>());
}

}  // namespace bauta
