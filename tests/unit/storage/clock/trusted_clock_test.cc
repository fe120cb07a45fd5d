#include "storage/clock/trusted_clock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/storage/clock/clocks/machine_clock.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

TEST(TrustedClock, TellsNoTimeBeforeTheMarkIsKnown) {
  MachineClock machine;
  TrustedClock clock(machine, 300s);
  EXPECT_EQ(clock.now(), TimePoint{}) << "nothing has expired";
  const TimePoint mark = machine.now() + 1h;
  EXPECT_EQ(clock.begin(ClockMark{.time = mark}).trust, ClockTrust::doubted);
  EXPECT_EQ(clock.now(), mark);
}

TEST(TrustedClock, NobodyIsToldTheTimeOfALeap) {
  MachineClock machine;
  TrustedClock clock(machine, 300s);
  EXPECT_EQ(clock.begin(std::nullopt), ClockState{.now = machine.now()});
  machine.pass(1s);
  const TimePoint right = machine.now();
  machine.set_by(24h);
  EXPECT_EQ(clock.now(), right) << "though this is the first look since";
  machine.pass(2s);
  EXPECT_EQ(clock.now(ServiceId{}), right + 2s);
  EXPECT_EQ(clock.steady(), machine.steady()) << "rates are not moved";
  EXPECT_EQ(clock.wall().now(), right + 24h + 2s) << "what others compare is the machine's";
  EXPECT_EQ(
      clock.state(),
      (ClockState{
          .trust = ClockTrust::doubted, .now = right + 2s, .offset = 24h, .doubted_since = right}));
  EXPECT_EQ(clock.confirm(), ClockState{.now = right + 24h + 2s});
  EXPECT_EQ(clock.now(), machine.now());
}

/// The machine stands still for ten minutes between two readings of its clocks.
class HeldUpClock final : public Clock {
 public:
  TimePoint now() const override {
    const auto said = TimePoint(passed_);
    if (hold_up_) passed_ += 10min;
    hold_up_ = false;
    return said;
  }
  TimePoint now(ServiceId) const override { return now(); }
  SteadyPoint steady() const override { return SteadyPoint(passed_); }
  void hold_up() { hold_up_ = true; }

 private:
  mutable Duration passed_ = 1000h;
  mutable bool hold_up_ = false;
};

TEST(TrustedClock, AMachineThatStoodStillBetweenTwoReadingsIsNoLeap) {
  HeldUpClock machine;
  TrustedClock clock(machine, 300s);
  clock.begin(std::nullopt);
  machine.hold_up();
  EXPECT_EQ(clock.state(), ClockState{.now = TimePoint(1000h + 10min)});
  EXPECT_EQ(clock.state(), ClockState{.now = TimePoint(1000h + 10min)});
}

/// Set by another thread.
class SharedClock final : public Clock {
 public:
  TimePoint now() const override { return TimePoint(wall_.load()); }
  TimePoint now(ServiceId) const override { return now(); }
  SteadyPoint steady() const override { return SteadyPoint(1000h); }
  void set_by(Duration by) { wall_ = wall_.load() + by; }

 private:
  std::atomic<Duration> wall_ = Duration(1000h);
};

TEST(TrustedClock, NoThreadIsToldTheTimeOfALeap) {
  SharedClock machine;
  TrustedClock clock(machine, 300s);
  clock.begin(std::nullopt);
  std::atomic<bool> stop = false;
  std::atomic<int> misled = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        while (!stop) {
          if (clock.now() != TimePoint(1000h)) ++misled;
        }
      });
    }
    machine.set_by(24h);
    while (clock.state().trust == ClockTrust::trusted) std::this_thread::yield();
    machine.set_by(-48h);
    for (int look = 0; look < 1'000; ++look) {
      if (clock.now() != TimePoint(1000h)) ++misled;
    }
    stop = true;
  }
  EXPECT_EQ(misled, 0);
  EXPECT_EQ(clock.state().offset, Duration(-24h));
}

}  // namespace
}  // namespace bauta
