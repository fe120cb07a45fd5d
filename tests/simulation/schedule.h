#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "storage/store/clock.h"

namespace bauta::simulation {

using Micros = std::chrono::microseconds;

/// What will happen, and when: simulated time passes only by jumping to the next of it.  Microseconds since the run's beginning, so
/// that what happens within a millisecond has an order too.
class Schedule {
 public:
  Micros now() const { return now_; }
  /// Without the leaps.
  Micros steady() const { return now_ - leapt_; }
  bool empty() const { return events_.empty(); }
  Micros next() const { return events_.begin()->first.first; }

  void at(Micros when, std::function<void()> event) {
    events_.emplace(std::pair{std::max(when, now_), ++last_}, std::move(event));
  }
  void in(Micros delay, std::function<void()> event) { at(now_ + delay, std::move(event)); }

  /// The clock jumps forward, by whole milliseconds, and nothing happens meanwhile: whoever waits for a while waits as long as before.
  void leap(Micros by) {
    std::map<std::pair<Micros, std::uint64_t>, std::function<void()>> moved;
    for (auto& [when, event] : events_)
      moved.emplace(std::pair{when.first + by, when.second}, std::move(event));
    events_ = std::move(moved);
    now_ += by;
    leapt_ += by;
  }

  /// Jumps to the next event and lets it happen.
  void step() {
    auto node = events_.extract(events_.begin());
    now_ = node.key().first;
    node.mapped()();
  }

 private:
  Micros now_{0};
  Micros leapt_{0};
  std::uint64_t last_ = 0;
  std::map<std::pair<Micros, std::uint64_t>, std::function<void()>> events_;
};

/// The machine's clocks: one that somebody sets wrong, and one that nobody sets.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(const Schedule& schedule) : schedule_(schedule) {}
  TimePoint now() const override { return at(schedule_.now() + wrong_by_); }
  TimePoint now(ServiceId) const override { return now(); }
  /// In whole milliseconds, so that a time that goes on by it is the schedule's, and not one less now and then.
  SteadyPoint steady() const override {
    return SteadyPoint(std::chrono::floor<Duration>(schedule_.steady()));
  }

  /// In whole milliseconds; 0: it shows the schedule's time.
  Micros wrong_by() const { return wrong_by_; }
  void set_wrong_by(Micros by) { wrong_by_ = by; }

  static constexpr std::chrono::sys_days kBeginning{std::chrono::year{2026} / 3 / 1};
  static TimePoint at(Micros when) {
    return TimePoint(kBeginning) + std::chrono::floor<Duration>(when);
  }
  static Micros micros_of(TimePoint t) { return t - TimePoint(kBeginning); }

 private:
  const Schedule& schedule_;
  Micros wrong_by_{0};
};

}  // namespace bauta::simulation
