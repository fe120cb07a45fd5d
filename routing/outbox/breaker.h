#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "storage/store/clock.h"

namespace bauta {

/// [relay] breaker_*.
struct BreakerLimits {
  /// So many failures of the link in a row, and nothing more is tried at it; 0: whatever happens, everything is.
  std::uint32_t failures = 5;
  /// Before it is tried again with one text; doubled each time that this fails, up to the longest.
  std::chrono::milliseconds pause{5'000};
  std::chrono::milliseconds pause_max{60'000};
};

/// What the metrics show as 0, 1 and 2.
enum class BreakerState : std::uint8_t { closed, half_open, open };
std::string_view breaker_state_name(BreakerState state);  // "half_open"

/// Keeps texts from being tried at a link that is down.  Closed, it lets everything through; open, nothing until its pause is over; then one
/// text, the probe, and while that is on its way (half open) no other.  The first answer that proves that the carrier is there closes it,
/// whichever text it is the answer to.  Not thread-safe; reads no clock.
class Breaker {
 public:
  enum class Leave : std::uint8_t { no, as_any_other, as_probe };

  BreakerState state() const { return state_; }
  /// When to ask again; none: a text may ask to leave now.
  std::optional<SteadyPoint> shut_until(SteadyPoint now) const;
  /// A text that may leave does so, or says that it did not (probe_not_made).
  Leave ask_to_leave(SteadyPoint now);
  /// The probe did not leave: the next text is one.
  void probe_not_made(SteadyPoint now);

  /// The carrier answered.  True: this closed it.
  bool answered();
  /// The link failed a text.  `chance`: of 0 to 255; up to a quarter of the pause on top, so that connections that went down together are not
  /// tried together.  True: this opened it, which a probe that fails does not, since it was open.
  bool failed(bool as_probe, SteadyPoint now, const BreakerLimits& limits, std::uint64_t chance);
  /// It was open before a restart: the next text is a probe.
  void reopen(SteadyPoint now, const BreakerLimits& limits);

 private:
  void open(SteadyPoint now, const BreakerLimits& limits, std::uint64_t chance);

  BreakerState state_ = BreakerState::closed;
  /// In a row, while it is closed.
  std::uint32_t failures_ = 0;
  std::chrono::milliseconds pause_{0};
  SteadyPoint until_{};
};

}  // namespace bauta
