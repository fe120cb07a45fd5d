#pragma once

#include <cstdint>
#include <optional>

#include "storage/store/clock.h"

namespace bauta {

/// What the two clocks said at one moment.
struct ClockReading {
  TimePoint wall;
  SteadyPoint steady;
};

/// What a start needs of the life before it.
struct ClockMark {
  /// The latest time that the relay is known to have gone by.
  TimePoint time;
  /// Since when, by that time, the wall clock has been doubted; none: it was trusted.
  std::optional<TimePoint> doubted_since = {};

  friend bool operator==(const ClockMark&, const ClockMark&) = default;
};

enum class ClockTrust : std::uint8_t { trusted, doubted };

/// What is gone by, and why.
struct ClockState {
  ClockTrust trust = ClockTrust::trusted;
  /// The time that is gone by.
  TimePoint now{};
  /// How far the wall clock is ahead of it; 0 while it is trusted.
  Duration offset{};
  /// None while it is trusted.
  std::optional<TimePoint> doubted_since = {};

  TimePoint wall() const { return now + offset; }
  friend bool operator==(const ClockState&, const ClockState&) = default;
};

/// Decides whether the wall clock is to be believed, and which time is gone by if it is not.
/// It is trusted while it goes on as the steady one does, give or take `jump_max` between two looks; and doubted once it leaps by more, to
/// either side, or if at the start it is more than `jump_max` behind the mark.  (Ahead of it is downtime.)  From then on the time is the last
/// one that was trusted and what the steady clock has counted since, until confirm().
/// Reads no clock; for one thread.
class ClockJudge {
 public:
  /// The first look.  `mark`: what the store kept; none: it is new.
  ClockJudge(Duration jump_max, const ClockReading& first, const std::optional<ClockMark>& mark);

  /// Another look.  The steady readings never fall.
  ClockState look(const ClockReading& reading);
  /// Somebody says that the wall clock is right: it is gone by from now on, wherever it stands.
  ClockState confirm(const ClockReading& reading);

 private:
  Duration jump_max_;
  /// The last moment of which both the time and what the steady clock said are known.
  TimePoint time_;
  SteadyPoint steady_;
  std::optional<TimePoint> doubted_since_ = {};
};

}  // namespace bauta
