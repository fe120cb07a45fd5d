#pragma once

#include <cstdint>
#include <set>

#include "storage/store/clock.h"

namespace bauta {

/// A token bucket that hands out turns instead of tokens: who asks is told when it may go, and asks no second time, so that a hundred who wait
/// go one by one in the order in which they asked (GCRA, ITU-T I.371, A).  It holds a second's worth of turns, at least one.
/// Not thread-safe.
class TokenBucket {
 public:
  /// At `now` or later.  `rate_per_second` > 0.
  TimePoint take(TimePoint now, double rate_per_second);
  /// A turn that nobody will use: the next who asks before it has come has it.
  void give_back(TimePoint turn) { returned_.insert(turn); }

  /// A turn that has come is used only at `until`, since something else is waited for: turns taken from now on are reckoned from then.
  void hold_up(TimePoint until, double rate_per_second);
  /// As many as may go at once are held up beyond `now`: a turn that was taken before they were goes back in the queue, by taking another.
  bool is_held_up(TimePoint now, double rate_per_second);

 private:
  /// Microseconds since the epoch: when the bucket will have been full again.
  std::int64_t full_at_ = 0;
  std::multiset<TimePoint> returned_;
  std::multiset<TimePoint> held_up_;
};

/// How GCRA goes on: when the bucket will be full again after one more turn, and when that turn is.  For who keeps `full_at` elsewhere.
struct Turn {
  std::int64_t full_at_micros = 0;
  TimePoint at;
};
Turn next_turn(std::int64_t full_at_micros, TimePoint now, double rate_per_second);

}  // namespace bauta
