#pragma once

#include <optional>

#include "storage/clock/clock_judge.h"
#include "storage/store/clock.h"
#include "storage/store/mutex.h"

namespace bauta {

/// The time that a relay goes by: the wall clock's, while that goes on as a clock does.  Once it leaps, the time goes on by the steady clock as if
/// nothing had happened, until somebody confirms what the wall clock says (docs/decisions/a-clock-that-leaps-is-not-followed.md).  Every
/// call looks, so no time that was not judged is ever told.
/// Until begin() it is 1970: what is read until then has not expired, whatever the wall clock says.
/// Thread-safe.
class TrustedClock final : public Clock {
 public:
  /// `wall` outlives it; its steady() is time that nobody sets.
  TrustedClock(const Clock& wall, Duration jump_max) : wall_(wall), jump_max_(jump_max) {}

  TimePoint now() const override { return state().now; }
  TimePoint now(ServiceId) const override { return now(); }
  SteadyPoint steady() const override { return wall_.steady(); }

  /// What the machine says, for what others compare with their own clocks: stamps of signatures, dates in headers.
  const Clock& wall() const { return wall_; }
  ClockState state() const;

  /// `mark`: what the store kept; none: it is new.  Once.
  ClockState begin(const std::optional<ClockMark>& mark);
  /// After begin().
  ClockState confirm();

 private:
  ClockReading read() const BAUTA_REQUIRES(mutex_);

  const Clock& wall_;
  const Duration jump_max_;
  /// Held while the clocks are read, so that readings are judged in the order in which they were made.
  mutable Mutex mutex_;
  mutable std::optional<ClockJudge> judge_ BAUTA_GUARDED_BY(mutex_);
};

}  // namespace bauta
