#pragma once

#include <chrono>
#include <optional>

#include "storage/clock/clock_keeper.h"
#include "storage/clock/trusted_clock.h"
#include "storage/store/store.h"
#include "tests/simulation/schedule.h"

namespace bauta::simulation {

/// The clock that the relay and its disk go by: a TrustedClock over the wall clock, which somebody sets, in each life of the relay a new one, and
/// the mark by which a life knows of the one before.  As long as it does what it promises it shows the schedule's time, whatever the
/// wall clock says, and the oracle hears of no leap but those that somebody confirmed.
class RelayClock final : public Clock {
 public:
  /// `wall` outlives it.
  explicit RelayClock(const SimulatedClock& wall) : wall_(wall) {}

  TimePoint now() const override { return trusted_ ? trusted_->now() : TimePoint{}; }
  TimePoint now(ServiceId) const override { return now(); }
  SteadyPoint steady() const override { return wall_.steady(); }

  /// How old the mark may be.
  static constexpr std::chrono::seconds kMarkEvery{60};
  static constexpr std::chrono::minutes kJumpMax{5};

  /// A life begins, over what `disk` keeps.  The mark is read and written past the troubles of a life's store: they are ClockKeeper's tests'.
  ClockState begin(Store& disk);
  /// What is called every second or so: looks, and writes down what the next life has to know.
  ClockState keep();
  /// Somebody says that the wall clock is right.
  ClockState confirm();

 private:
  const SimulatedClock& wall_;
  std::optional<TrustedClock> trusted_;
  std::optional<ClockKeeper> keeper_;
};

}  // namespace bauta::simulation
