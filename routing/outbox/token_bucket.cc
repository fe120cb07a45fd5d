#include "routing/outbox/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace bauta {

Turn next_turn(std::int64_t full_at_micros, TimePoint now, double rate_per_second) {
  constexpr double kMicrosPerSecond = 1e6;
  const auto interval = static_cast<std::int64_t>(kMicrosPerSecond / rate_per_second);
  const std::int64_t burst =
      std::max<std::int64_t>(0, static_cast<std::int64_t>(kMicrosPerSecond) - interval);
  const std::int64_t now_micros = to_millis(now) * 1000;
  const std::int64_t full_at = std::max(full_at_micros, now_micros);
  const std::int64_t at = std::max(now_micros, full_at - burst);
  return {.full_at_micros = full_at + interval, .at = from_millis((at + 999) / 1000)};
}

TimePoint TokenBucket::take(TimePoint now, double rate_per_second) {
  // A turn that nobody took in time is gone: those of a minute, used at once, would be more than the rate.
  returned_.erase(returned_.begin(), returned_.lower_bound(now));
  if (!returned_.empty()) {
    const TimePoint turn = *returned_.begin();
    returned_.erase(returned_.begin());
    return turn;
  }
  const Turn turn = next_turn(full_at_, now, rate_per_second);
  full_at_ = turn.full_at_micros;
  return turn.at;
}

void TokenBucket::hold_up(TimePoint until, double rate_per_second) {
  returned_.erase(returned_.begin(), returned_.lower_bound(until));
  held_up_.insert(until);
  full_at_ = next_turn(full_at_, until, rate_per_second).full_at_micros;
}

bool TokenBucket::is_held_up(TimePoint now, double rate_per_second) {
  held_up_.erase(held_up_.begin(), held_up_.upper_bound(now));
  return static_cast<double>(held_up_.size()) >= std::max(1.0, std::floor(rate_per_second));
}

}  // namespace bauta
