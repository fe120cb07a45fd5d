#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <utility>

#include "storage/store/mutex.h"
#include "storage/store/result.h"

namespace bauta {

/// Whether the engine may still be used.  The first failure is kept for good: only a new start, which reads the disk, knows what is on it.
/// Thread-safe.
class Health {
 public:
  /// `on_failure` is called once, on the thread that found the failure, which may be one of RocksDB's: it must not wait.
  explicit Health(std::function<void(const Error&)> on_failure)
      : on_failure_(std::move(on_failure)) {}

  bool is_good() const { return !failed_.load(std::memory_order_acquire); }
  /// Why not; nullopt while it is good.
  std::optional<Error> failure() const {
    if (is_good()) return std::nullopt;
    const MutexLock lock(mutex_);
    return failure_;
  }
  void fail(const Error& error) {
    {
      const MutexLock lock(mutex_);
      if (failure_) return;
      failure_ = error;
      failed_.store(true, std::memory_order_release);
    }
    if (on_failure_) on_failure_(error);
  }

 private:
  const std::function<void(const Error&)> on_failure_;
  mutable Mutex mutex_;
  std::optional<Error> failure_ BAUTA_GUARDED_BY(mutex_);
  std::atomic<bool> failed_ = false;
};

}  // namespace bauta
