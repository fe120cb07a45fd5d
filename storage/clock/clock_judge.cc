#include "storage/clock/clock_judge.h"

#include "storage/store/planted.h"

namespace bauta {

ClockJudge::ClockJudge(Duration jump_max, const ClockReading& first,
                       const std::optional<ClockMark>& mark)
    : jump_max_(jump_max), time_(first.wall), steady_(first.steady) {
  if (!mark) return;
  const bool is_behind = mark->time - first.wall > jump_max;
  if (!is_behind && !mark->doubted_since) return;
  // How long nobody looked is not known: later than right is the safe side.
  time_ = mark->time;
  doubted_since_ = mark->doubted_since.value_or(mark->time);
}

ClockState ClockJudge::look(const ClockReading& reading) {
  const TimePoint expected = time_ + std::chrono::floor<Duration>(reading.steady - steady_);
  const Duration apart = reading.wall - expected;
  const bool leapt = std::chrono::abs(apart) > jump_max_ &&
                     !(planted(PlantedBug::leap_followed) && apart > Duration{0});
  if (!doubted_since_ && leapt) doubted_since_ = expected;
  if (doubted_since_) {
    return {.trust = ClockTrust::doubted,
            .now = expected,
            .offset = apart,
            .doubted_since = doubted_since_};
  }
  time_ = reading.wall;
  steady_ = reading.steady;
  return {.now = reading.wall};
}

ClockState ClockJudge::confirm(const ClockReading& reading) {
  doubted_since_ = std::nullopt;
  time_ = reading.wall;
  steady_ = reading.steady;
  return {.now = reading.wall};
}

}  // namespace bauta
