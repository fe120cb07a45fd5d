#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "storage/store/task.h"

namespace bauta {

/// Runs one coroutine to its end, on this thread.
template <class T>
T run(Task<T> task) {
  boost::asio::io_context io;
  auto result = boost::asio::co_spawn(io, std::move(task), boost::asio::use_future);
  io.run();
  return result.get();
}

/// Some threads, each with an io_context of its own, as the server has them.
class Crew {
 public:
  explicit Crew(std::size_t threads) {
    for (std::size_t at = 0; at < threads; ++at) {
      contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
    }
  }

  /// To be run on thread `thread`, modulo their number.
  void spawn(std::size_t thread, Task<void> task) {
    boost::asio::co_spawn(*contexts_[thread % contexts_.size()], std::move(task),
                          [](const std::exception_ptr& failure) {
                            if (failure) std::rethrow_exception(failure);
                          });
  }
  /// Until all of them have ended.
  void run() {
    std::vector<std::jthread> threads;
    threads.reserve(contexts_.size());
    for (auto& context : contexts_) threads.emplace_back([&context] { context->run(); });
  }

 private:
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
};

}  // namespace bauta
