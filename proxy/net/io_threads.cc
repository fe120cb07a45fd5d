#include "proxy/net/io_threads.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <thread>

#include "proxy/config/log.h"
#include "storage/store/assert.h"

namespace bauta {

struct IoThreads::Loop {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  std::thread thread;
};

IoThreads::IoThreads(unsigned count) {
  BAUTA_ASSERT(count > 0);
  for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>());
}

IoThreads::~IoThreads() {
  stop();
  join();
}

Executor IoThreads::executor(unsigned i) const { return loops_.at(i)->context.get_executor(); }

void IoThreads::run() {
  for (auto& loop : loops_) {
    BAUTA_ASSERT(!loop->thread.joinable());
    loop->thread = std::thread([&context = loop->context] {
      try {
        context.run();
      } catch (const std::exception& exception) {
        log::error("an exception ended a thread kind={}",
                   typeid(exception).name());  // never what(): it may quote its input
        std::terminate();
      }
    });
  }
}

void IoThreads::stop() {
  for (auto& loop : loops_) loop->context.stop();
}

void IoThreads::join() {
  for (auto& loop : loops_) {
    if (loop->thread.joinable()) loop->thread.join();
  }
}

}  // namespace bauta
