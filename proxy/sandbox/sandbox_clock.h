#pragma once

#include <atomic>
#include <chrono>
#include <functional>

#include "storage/store/clock.h"
#include "storage/store/store.h"

namespace bauta {

/// The time that the sandbox lives in: the real time, and however far it was moved ahead of it.  It is never set back, so that what was once
/// over stays over, and how far it is ahead is kept in the sandbox's store: a restart does not set it back either.
/// Rates run on a clock that nobody sets: steady() is the real one.  Thread-safe.
class SandboxClock final : public Clock {
 public:
  /// What one call may move it by, and how far ahead it may be.
  static constexpr std::chrono::seconds kAdvanceMax = std::chrono::days{366};
  static constexpr std::chrono::seconds kAheadMax = std::chrono::days{3'660};

  /// `real` outlives it.
  explicit SandboxClock(const Clock& real) : real_(real) {}

  TimePoint now() const override { return real_.now() + ahead(); }
  TimePoint now(ServiceId) const override { return now(); }
  SteadyPoint steady() const override { return real_.steady(); }

  Duration ahead() const { return Duration(ahead_ms_.load()); }

  /// Goes on from what `store` kept.  Codes: storage.*.
  Task<Status> load(Store& store);
  /// Durable before anybody sees it.  `also`: further writes of the same commit, for each try; it will be that late then, and so far ahead.
  /// Codes: sandbox.clock_limit, storage.*.
  using Also = std::function<void(Commit&, TimePoint now, Duration ahead)>;
  Task<Status> advance(Store& store, std::chrono::seconds by, Also also = {});

 private:
  void be_at_least(std::int64_t ahead_ms);

  const Clock& real_;
  std::atomic<std::int64_t> ahead_ms_ = 0;
};

}  // namespace bauta
