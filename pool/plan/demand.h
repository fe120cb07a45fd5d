#pragma once

#include <chrono>
#include <cstdint>

namespace bauta {

/// What one place is expected to ask of a pool.
struct Demand {
  /// Of the one person there who has the most: a number of the pool serves many people at once, but one person only once (promise 7).
  double busiest_sessions_per_day = 0;
  /// From a session's beginning to its end, on average.
  std::chrono::seconds session{};
  /// How long a text of the session's last moment may still be on its way: from then on its line cools (promise 1).
  std::chrono::seconds deadline{};
  /// For how long a line is nobody's after that.
  std::chrono::seconds cooling{};
  /// Of that person's sessions, how many may be refused for want of a number: more than 0, less than 1.
  double refused_share = 0.001;
};

/// How many lines the busiest person holds at once, live or cooling, on average: arrivals times holding time (Little).  At most: a session whose
/// last text came earlier, or that had none, gives its line back by up to `deadline` sooner.
double lines_at_once(const Demand& demand);

/// The share of calls for a line that find none of `numbers` free, if they come by chance and hold `lines` on average (Erlang's loss formula, which
/// holds for any distribution of the holding time).
double refused_share_of(double lines, std::uint64_t numbers);

/// The fewest numbers of which no more than the demanded share of sessions is refused.  `lines_at_once()` is at most kPlannedLinesMax: asserted.
std::uint64_t numbers_needed(const Demand& demand);
inline constexpr double kPlannedLinesMax = 100'000;

/// The fewest numbers that `texts_per_second` leave by when each may send `rate_per_second`.
std::uint64_t numbers_for_rate(double texts_per_second, double rate_per_second);

}  // namespace bauta
