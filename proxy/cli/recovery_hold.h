#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "metrics/instruments/instruments.h"
#include "proxy/cli/store_of.h"
#include "storage/recovery/recovery.h"
#include "storage/store/task.h"

namespace bauta {

/// Whether the relay's store was restored from a backup and waits for somebody to release it.  Until then nothing leaves it: neither texts nor
/// webhooks.  Thread-safe.
class RecoveryHold {
 public:
  /// Both outlive it.
  RecoveryHold(OpenStore& store, metrics::Instruments& metrics)
      : store_(store), metrics_(metrics) {}
  RecoveryHold(const RecoveryHold&) = delete;
  RecoveryHold& operator=(const RecoveryHold&) = delete;

  /// Looks into the store, before there are other threads.  Codes: storage.*.
  Status begin();
  bool is_held() const { return state().has_value(); }
  std::optional<Recovery> state() const;
  /// What is to be done; none: nothing is held.
  std::optional<std::string> warning() const;
  /// Writes down that it is over, and then does `go_on`, once; nothing to do if nothing is held.  Codes: storage.* (storage.contended while another
  /// one releases it), and those of `go_on`.
  Task<Status> release(std::function<Task<Status>()> go_on);

 private:
  OpenStore& store_;
  metrics::Instruments& metrics_;
  mutable std::mutex mutex_;
  std::optional<Recovery> state_;
  bool is_releasing_ = false;
};

}  // namespace bauta
