#include "routing/outbox/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace bauta {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

std::int64_t interval(double rate_per_second) {
  return static_cast<std::int64_t>(static_cast<double>(kSecond) / rate_per_second);
}

/// A bucket that holds as many turns as come within a second and `more`.
Turn next(std::int64_t full_at_micros, SteadyPoint now, double rate_per_second, std::int64_t more) {
  const std::int64_t apart = interval(rate_per_second);
  const std::int64_t burst = std::max<std::int64_t>(0, kSecond - apart) + more;
  const std::int64_t now_micros = now.time_since_epoch().count();
  const std::int64_t full_at = std::max(full_at_micros, now_micros);
  const std::int64_t at = std::max(now_micros, full_at - burst);
  return {.full_at_micros = full_at + apart, .at = SteadyPoint(std::chrono::microseconds(at))};
}

}  // namespace

Turn next_turn(std::int64_t full_at_micros, SteadyPoint now, double rate_per_second) {
  return next(full_at_micros, now, rate_per_second, 0);
}

SteadyPoint turn_behind(std::int64_t full_at_micros, std::size_t ahead, SteadyPoint now,
                        double rate_per_second) {
  const std::int64_t full_at = std::max(full_at_micros, now.time_since_epoch().count()) +
                               static_cast<std::int64_t>(ahead) * interval(rate_per_second);
  return next_turn(full_at, now, rate_per_second).at;
}

Turn next_use(std::int64_t full_at_micros, SteadyPoint now, double rate_per_second) {
  return next(full_at_micros, now, rate_per_second, kSecond);
}

std::int64_t full_again_at(const Turn& use) { return use.full_at_micros - kSecond; }

SteadyPoint TokenBucket::take(SteadyPoint now, double rate_per_second) {
  // A turn that nobody took in time is gone: those of a minute, used at once, would be more than the rate.
  returned_.erase(returned_.begin(), returned_.lower_bound(now));
  if (!returned_.empty()) {
    const SteadyPoint turn = *returned_.begin();
    returned_.erase(returned_.begin());
    return turn;
  }
  const Turn turn = next_turn(full_at_, now, rate_per_second);
  full_at_ = turn.full_at_micros;
  return turn.at;
}

void TokenBucket::hold_up(SteadyPoint until, double rate_per_second) {
  returned_.erase(returned_.begin(), returned_.lower_bound(until));
  held_up_.insert(until);
  full_at_ = next_turn(full_at_, until, rate_per_second).full_at_micros;
}

void TokenBucket::hold_up_longer(SteadyPoint then, SteadyPoint until, double rate_per_second) {
  if (const auto held_up = held_up_.find(then); held_up != held_up_.end()) held_up_.erase(held_up);
  held_up_.insert(until);
  full_at_ = std::max(full_at_, next_turn(0, until, rate_per_second).full_at_micros);
}

bool TokenBucket::is_held_up(SteadyPoint now, double rate_per_second) {
  held_up_.erase(held_up_.begin(), held_up_.upper_bound(now));
  return static_cast<double>(held_up_.size()) >= std::max(1.0, std::floor(rate_per_second));
}

SteadyPoint TokenBucket::use(SteadyPoint now, double rate_per_second) {
  const Turn turn = next_use(used_full_at_, now, rate_per_second);
  used_full_at_ = turn.full_at_micros;
  full_at_ = std::max(full_at_, full_again_at(turn));
  return turn.at;
}

}  // namespace bauta
