#pragma once

#include <memory>
#include <vector>

#include "storage/store/task.h"

namespace bauta {

/// One single-threaded event loop a thread: what is started on executor(i) runs on thread i alone, ever.
class IoThreads {
 public:
  explicit IoThreads(unsigned count);
  /// Stops and joins; what was still waiting is destroyed without being resumed.
  ~IoThreads();
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  unsigned count() const { return static_cast<unsigned>(loops_.size()); }
  /// `i` < count().
  Executor executor(unsigned i) const;

  /// Starts the threads.  Once.  An exception that nobody caught ends the process: it would have been a silent loss.
  void run();
  /// The loops end after the handler that each is running.  From any thread.
  void stop();
  /// Waits for the threads to end.  Not from one of them.
  void join();

 private:
  struct Loop;
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace bauta
