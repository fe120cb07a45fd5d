#pragma once

#include <cstddef>
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
  SteadyPoint take(SteadyPoint now, double rate_per_second);
  /// When a text whose turn has come may leave: `now`, unless many are used late and so at once, since the store let nobody go.  They make
  /// up for a second, no more.
  SteadyPoint use(SteadyPoint now, double rate_per_second);
  /// A turn that nobody will use: the next who asks before it has come has it.
  void give_back(SteadyPoint turn) { returned_.insert(turn); }

  /// A turn that has come is used only at `until`, since something else is waited for: turns taken from now on are reckoned from then.
  void hold_up(SteadyPoint until, double rate_per_second);
  /// What was waited for `until` then is waited for longer.
  void hold_up_longer(SteadyPoint then, SteadyPoint until, double rate_per_second);
  /// As many as may go at once are held up beyond `now`: a turn that was taken before they were goes back in the queue, by taking another.
  bool is_held_up(SteadyPoint now, double rate_per_second);

 private:
  /// On the steady clock, in microseconds: when the bucket will have been full again.
  std::int64_t full_at_ = 0;
  /// The same, by what left.
  std::int64_t used_full_at_ = 0;
  std::multiset<SteadyPoint> returned_;
  std::multiset<SteadyPoint> held_up_;
};

/// How GCRA goes on: when the bucket will be full again after one more turn, and when that turn is.  For who keeps `full_at` elsewhere.
struct Turn {
  std::int64_t full_at_micros = 0;
  SteadyPoint at;
};
Turn next_turn(std::int64_t full_at_micros, SteadyPoint now, double rate_per_second);
/// When the turn is that comes after the next `ahead`.
SteadyPoint turn_behind(std::int64_t full_at_micros, std::size_t ahead, SteadyPoint now,
                        double rate_per_second);
/// As TokenBucket::use().  Once a turn is used, no more are to be taken than if the bucket were full again at full_again_at(), at the
/// earliest: else each that is taken would be used late.
Turn next_use(std::int64_t full_at_micros, SteadyPoint now, double rate_per_second);
std::int64_t full_again_at(const Turn& use);

}  // namespace bauta
