#include "routing/outbox/breaker.h"

#include <algorithm>

#include "storage/store/assert.h"

namespace bauta {
namespace {

/// Who waits for a probe that takes its time asks again so soon.
constexpr std::chrono::seconds kAskAgain{1};

}  // namespace

std::string_view breaker_state_name(BreakerState state) {
  switch (state) {
    case BreakerState::closed:
      return "closed";
    case BreakerState::half_open:
      return "half_open";
    case BreakerState::open:
      return "open";
  }
  BAUTA_ASSERT(false);
}

std::optional<SteadyPoint> Breaker::shut_until(SteadyPoint now) const {
  switch (state_) {
    case BreakerState::closed:
      return std::nullopt;
    case BreakerState::half_open:
      return std::max(until_, now + kAskAgain);
    case BreakerState::open:
      if (until_ > now) return until_;
      return std::nullopt;
  }
  BAUTA_ASSERT(false);
}

Breaker::Leave Breaker::ask_to_leave(SteadyPoint now) {
  if (state_ == BreakerState::closed) return Leave::as_any_other;
  if (shut_until(now)) return Leave::no;
  state_ = BreakerState::half_open;
  // Who waits for it meanwhile waits as if it had failed; if it does not, they are told.
  until_ = now + pause_;
  return Leave::as_probe;
}

void Breaker::probe_not_made(SteadyPoint now) {
  if (state_ != BreakerState::half_open) return;  // an older text was answered meanwhile
  state_ = BreakerState::open;
  until_ = now;
}

bool Breaker::answered() {
  failures_ = 0;
  pause_ = {};
  if (state_ == BreakerState::closed) return false;
  state_ = BreakerState::closed;
  return true;
}

bool Breaker::failed(bool as_probe, SteadyPoint now, const BreakerLimits& limits,
                     std::uint64_t chance) {
  if (state_ == BreakerState::closed) {
    if (++failures_ < limits.failures) return false;
    open(now, limits, chance);
    return true;
  }
  // Texts that had left before it opened tell nothing new: only the probe makes the pause longer.
  if (as_probe && state_ == BreakerState::half_open) open(now, limits, chance);
  return false;
}

void Breaker::reopen(SteadyPoint now, const BreakerLimits& limits) {
  state_ = BreakerState::open;
  pause_ = limits.pause;
  until_ = now;
}

void Breaker::open(SteadyPoint now, const BreakerLimits& limits, std::uint64_t chance) {
  const auto longest = std::max(limits.pause, limits.pause_max);
  pause_ = pause_.count() == 0 ? limits.pause : std::min(pause_ * 2, longest);
  state_ = BreakerState::open;
  failures_ = 0;
  until_ = now + pause_ + Duration(pause_) * static_cast<std::int64_t>(chance % 256) / 1024;
}

}  // namespace bauta
