#pragma once

#include <chrono>
#include <cstdint>

#include "storage/store/id.h"

namespace bauta {

/// Milliseconds since 1970 (UTC): what the API shows and the records hold.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

/// Time that nobody sets, from any beginning: for rates, which a clock that is set must neither raise nor lower.
using SteadyPoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::microseconds>;

inline std::int64_t to_millis(TimePoint t) { return t.time_since_epoch().count(); }
inline TimePoint from_millis(std::int64_t ms) { return TimePoint{Duration{ms}}; }

/// Where the time comes from.  Read once at the start of an operation and again after every wait.  Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// The real time, by which the store judges expiry.
  virtual TimePoint now() const = 0;
  /// The time that `service` lives in: a sandbox service has a clock of its own.
  virtual TimePoint now(ServiceId service) const = 0;
  /// Goes on at its pace, whatever now() does.  (That of a clock which nobody sets is now() itself.)
  virtual SteadyPoint steady() const { return SteadyPoint(now().time_since_epoch()); }
};

/// The machine's clock, for every service.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  TimePoint now(ServiceId service) const override;
  SteadyPoint steady() const override;
};

}  // namespace bauta
