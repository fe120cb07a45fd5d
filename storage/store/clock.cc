#include "storage/store/clock.h"

#include <ctime>

namespace bauta {

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

TimePoint SystemClock::now(ServiceId) const { return now(); }

SteadyPoint SystemClock::steady() const {
  // Not std::chrono::steady_clock: on Linux it stands still while the machine sleeps, and the wall clock would seem to leap.
  std::timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return SteadyPoint(std::chrono::floor<std::chrono::microseconds>(
      std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec)));
}

}  // namespace bauta
