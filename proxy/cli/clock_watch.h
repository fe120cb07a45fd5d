#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "metrics/instruments/instruments.h"
#include "proxy/config/config.h"
#include "storage/clock/clock_keeper.h"
#include "storage/clock/trusted_clock.h"

namespace bauta {

/// Looks at a relay's clock once a second: keeps its mark in the store, its metrics, and says in the log when it comes to doubt the wall clock.
class ClockWatch {
 public:
  /// All of them outlive it.
  ClockWatch(const Config& config, Store& store, TrustedClock& clock,
             metrics::Instruments& metrics);
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;

  /// Begins the clock, before anything else reads it and before there are other threads.  Codes: storage.*.
  Status begin();
  /// Looks from now on, on `executor`, which ends before this.
  void start(const Executor& executor);
  /// Looks no more.  From any thread.
  void stop() { *stopping_ = true; }

  ClockState state() const { return clock_.state(); }
  /// What is wrong with the wall clock; none: it is gone by.
  std::optional<std::string> doubt() const;
  /// The wall clock is right.  From any thread.  Codes: storage.*.
  Task<Result<ClockState>> confirm();

 private:
  static Task<void> keep_looking(ClockWatch& watch, Executor executor,
                                 std::shared_ptr<ClockKeeper> keeper,
                                 std::shared_ptr<std::atomic<bool>> stopping);
  void tell(const ClockState& state);

  const TrustedClock& clock_;
  metrics::Instruments& metrics_;
  /// Shared with what is under way, which may end after this.
  std::shared_ptr<ClockKeeper> keeper_;
  std::atomic<ClockTrust> told_ = ClockTrust::trusted;
  bool keeps_ = true;
  /// Shared with the coroutine that looks, which may end after this.
  std::shared_ptr<std::atomic<bool>> stopping_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace bauta
