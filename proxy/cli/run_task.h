#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "storage/store/task.h"

namespace bauta {

/// Runs `task` on `executor`, whose thread is another one, and waits for it.
template <class T>
T wait_for(const Executor& executor, Task<T> task) {
  return boost::asio::co_spawn(executor, std::move(task), boost::asio::use_future).get();
}

/// Runs `task` on this thread until it is done: before there are threads.
template <class T>
T run_here(Task<T> task) {
  boost::asio::io_context loop(1);
  auto result = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return result.get();
}

}  // namespace bauta
