#pragma once

#include "storage/store/clock.h"

namespace bauta {

/// A machine's clock: time passes, and somebody sets it.  For one thread.
class MachineClock final : public Clock {
 public:
  TimePoint now() const override { return wall_; }
  TimePoint now(ServiceId) const override { return now(); }
  SteadyPoint steady() const override { return steady_; }

  void pass(Duration by) {
    wall_ += by;
    steady_ += by;
  }
  void set_by(Duration by) { wall_ += by; }
  /// Another process, which counts from elsewhere; `down` has passed meanwhile.
  void restart(Duration down) {
    wall_ += down;
    steady_ = SteadyPoint{std::chrono::seconds(1)};
  }

 private:
  TimePoint wall_ = from_millis(1'772'366'400'000);  // 2026-03-01
  SteadyPoint steady_{std::chrono::hours(100)};
};

}  // namespace bauta
