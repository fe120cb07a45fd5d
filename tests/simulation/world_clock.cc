#include "tests/simulation/world_tools.h"

// What somebody does with the machine's clock, and what the relay makes of it.
namespace bauta::simulation {
namespace {

/// That a start knows what to think of its clock is no promise of its own.
constexpr int kNoPromise = 0;
/// The mark of a life is at least as young as this when it ends.
constexpr Micros kMarkAge = RelayClock::kMarkEvery + seconds(1);
/// The least and the most that the clock is set wrong by: so much that it is never followed.
constexpr std::int64_t kWrongMin = 6;
constexpr std::int64_t kWrongMax = 600;

}  // namespace

/// The clock jumps forward, and is right then: by a few minutes, which the relay follows, or by more, which somebody confirms.  Nothing
/// happens meanwhile.  While the relay is down it is downtime.
void World::leap(Micros by) {
  set_clock_right();
  oracle_.leapt(schedule_.now().count(), by.count());
  schedule_.leap(by);
  quiet_since_ += by;
  oracle_.now_is(schedule_.now().count());
  note("the clock leaps by {} s", std::chrono::floor<seconds>(by).count());
  if (relay_) clock_.confirm();
}

/// The clock is wrong for a while, by hours, to either side: for the relay, and so for the oracle, time goes on as if nothing had happened.  Ahead
/// it is set only while the relay runs: else nothing tells it from downtime.
void World::set_clock_wrong() {
  const auto by = minutes(chance_.between(kWrongMin, kWrongMax));
  const bool ahead = chance_.one_in(2);
  if (ahead && !relay_) return;
  wall_.set_wrong_by(ahead ? by : -by);
  note("the clock is set {} s {}", seconds(by).count(), ahead ? "ahead" : "back");
  if (relay_) {
    // A leap within the second before a crash is forgotten with it, by design: the look that is had every second is had now.
    clock_.keep();
    is_clock_doubted_ = true;
    reached_.mark(ahead ? Mark::clock_set_ahead : Mark::clock_set_back);
  }
  schedule_.in(minutes(chance_.between(1, kWrongMax)), [this] { set_clock_right(); });
}

void World::set_clock_right() {
  if (wall_.wrong_by() == Micros(0)) return;
  wall_.set_wrong_by(Micros(0));
  note("the clock is set right");
  if (!relay_) return;
  clock_.confirm();
  is_clock_doubted_ = false;
}

void World::keep_clock() {
  clock_.keep();
  clock_kept_at_ = schedule_.now();
}

/// A start must doubt a clock that was doubted before, or that is behind the last time that is known; and goes on from that time, never from a
/// later one, until somebody sets the clock right and says so.  That is done at once: how long nobody looked is lost.
void World::begin_clock() {
  const Micros wall = schedule_.now() + wall_.wrong_by();
  const bool is_behind = wall < clock_kept_at_ - kMarkAge - Micros(RelayClock::kJumpMax);
  const bool must_doubt = is_clock_doubted_ || is_behind;
  if (!must_doubt) wall_.set_wrong_by(Micros(0));  // too little to be seen
  const auto state = clock_.begin(disk_);
  if (must_doubt != (state.trust == ClockTrust::doubted)) {
    outcome_.broken = Broken{.promise = kNoPromise,
                             .what = must_doubt ? "a start trusts a clock that cannot be right"
                                                : "a start doubts a clock that is right"};
  }
  if (state.now > SimulatedClock::at(schedule_.now())) {
    outcome_.broken =
        Broken{.promise = kNoPromise, .what = "a start goes by a time that was not yet"};
  }
  if (state.trust == ClockTrust::doubted) {
    note("start in doubt, {} s behind",
         std::chrono::floor<seconds>(SimulatedClock::at(schedule_.now()) - state.now).count());
    reached_.mark(Mark::started_in_doubt_of_the_clock);
  }
  wall_.set_wrong_by(Micros(0));
  clock_.confirm();
  is_clock_doubted_ = false;
}

}  // namespace bauta::simulation
