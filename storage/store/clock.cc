#include "storage/store/clock.h"

namespace bauta {

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

TimePoint SystemClock::now(ServiceId) const { return now(); }

SteadyPoint SystemClock::steady() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::steady_clock::now());
}

}  // namespace bauta
