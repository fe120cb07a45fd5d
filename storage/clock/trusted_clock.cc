#include "storage/clock/trusted_clock.h"

#include <chrono>

#include "storage/store/assert.h"

namespace bauta {
namespace {

/// A thread, or the whole machine, may be held up between two readings: that is no leap.
constexpr std::chrono::milliseconds kReadingMax{100};
constexpr int kReadingTries = 100;

}  // namespace

ClockReading TrustedClock::read() const {
  ClockReading reading;
  for (int tries = 0; tries < kReadingTries; ++tries) {
    const auto before = wall_.steady();
    reading.wall = wall_.now();
    reading.steady = wall_.steady();
    if (reading.steady - before <= kReadingMax) break;
  }
  return reading;
}

ClockState TrustedClock::state() const {
  const MutexLock lock(mutex_);
  return judge_ ? judge_->look(read()) : ClockState{};
}

ClockState TrustedClock::begin(const std::optional<ClockMark>& mark) {
  const MutexLock lock(mutex_);
  BAUTA_ASSERT(!judge_);
  const auto first = read();
  judge_.emplace(jump_max_, first, mark);
  return judge_->look(first);
}

ClockState TrustedClock::confirm() {
  const MutexLock lock(mutex_);
  BAUTA_ASSERT(judge_);
  return judge_->confirm(read());
}

}  // namespace bauta
