#include "storage/clock/clock_judge.h"

#include <gtest/gtest.h>

#include "tests/unit/storage/clock/clocks/machine_clock.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

constexpr Duration kJumpMax = 300s;

class ClockJudgeTest : public ::testing::Test {
 protected:
  ClockReading read() const { return {.wall = machine.now(), .steady = machine.steady()}; }
  ClockJudge judge_from(const std::optional<ClockMark>& mark = std::nullopt) const {
    return {kJumpMax, read(), mark};
  }

  MachineClock machine;
  const TimePoint began = machine.now();
};

TEST_F(ClockJudgeTest, AClockThatGoesOnIsFollowed) {
  auto judge = judge_from();
  EXPECT_EQ(judge.look(read()), ClockState{.now = began});
  machine.pass(40 * 24h);
  EXPECT_EQ(judge.look(read()), ClockState{.now = began + 40 * 24h})
      << "however long nobody looked";
}

TEST_F(ClockJudgeTest, ALeapOfTheMostIsFollowedToEitherSide) {
  for (const Duration leap : {299s, 300s, -299s, -300s}) {
    auto judge = judge_from();
    machine.pass(10s);
    machine.set_by(leap);
    EXPECT_EQ(judge.look(read()), ClockState{.now = machine.now()}) << leap.count();
  }
}

TEST_F(ClockJudgeTest, ALeapOfMoreIsDoubtedToEitherSide) {
  for (const Duration leap : {300s + 1ms, 24h + 0ms, -300s - 1ms, -24h - 0ms}) {
    const TimePoint start = machine.now();
    auto judge = judge_from();
    machine.pass(10s);
    machine.set_by(leap);
    EXPECT_EQ(judge.look(read()), (ClockState{.trust = ClockTrust::doubted,
                                              .now = start + 10s,
                                              .offset = leap,
                                              .doubted_since = start + 10s}))
        << leap.count();
  }
}

TEST_F(ClockJudgeTest, ManySmallStepsAreAClockThatIsBeingSetRight) {
  auto judge = judge_from();
  for (int step = 0; step < 10; ++step) {
    machine.pass(1s);
    machine.set_by(299s);
    EXPECT_EQ(judge.look(read()), ClockState{.now = machine.now()}) << step;
  }
  EXPECT_EQ(machine.now(), began + 3000s);
}

TEST_F(ClockJudgeTest, WhileDoubtedTimeGoesOnAsTheSteadyClockDoes) {
  auto judge = judge_from();
  machine.set_by(24h);
  EXPECT_EQ(judge.look(read()).now, began);
  machine.pass(90min);
  EXPECT_EQ(judge.look(read()), (ClockState{.trust = ClockTrust::doubted,
                                            .now = began + 90min,
                                            .offset = 24h,
                                            .doubted_since = began}));
  machine.set_by(-25h);
  EXPECT_EQ(judge.look(read()).now, began + 90min) << "another leap";
  EXPECT_EQ(judge.look(read()).offset, Duration(-1h));
  EXPECT_EQ(judge.look(read()).doubted_since, began);
}

TEST_F(ClockJudgeTest, AClockThatIsSetRightAgainIsDoubtedUntilSomebodySaysSo) {
  auto judge = judge_from();
  machine.set_by(24h);
  EXPECT_EQ(judge.look(read()).trust, ClockTrust::doubted);
  machine.set_by(-24h);
  machine.pass(1s);
  EXPECT_EQ(
      judge.look(read()),
      (ClockState{
          .trust = ClockTrust::doubted, .now = began + 1s, .offset = {}, .doubted_since = began}));
}

TEST_F(ClockJudgeTest, MicrosecondsAreNotLostByLookingOften) {
  auto judge = judge_from();
  machine.set_by(24h);
  SteadyPoint steady = machine.steady();
  ClockState state;
  for (int look = 0; look < 5'000; ++look) {
    steady += 900us;
    state = judge.look({.wall = machine.now(), .steady = steady});
  }
  EXPECT_EQ(state.now, began + 4500ms);
}

TEST_F(ClockJudgeTest, WhatIsConfirmedIsGoneByFromThenOn) {
  for (const Duration leap : {24h, -24h}) {
    auto judge = judge_from();
    machine.set_by(leap);
    EXPECT_EQ(judge.look(read()).trust, ClockTrust::doubted);
    machine.pass(1min);
    EXPECT_EQ(judge.confirm(read()), ClockState{.now = machine.now()});
    machine.pass(1min);
    EXPECT_EQ(judge.look(read()), ClockState{.now = machine.now()});
    const TimePoint trusted = machine.now();
    machine.set_by(-leap);
    EXPECT_EQ(judge.look(read()), (ClockState{.trust = ClockTrust::doubted,
                                              .now = trusted,
                                              .offset = -leap,
                                              .doubted_since = trusted}))
        << "the next leap is doubted as the first";
    machine.set_by(leap);
  }
}

TEST_F(ClockJudgeTest, AStartAheadOfTheMarkIsDowntime) {
  const ClockMark mark{.time = began};
  machine.restart(400 * 24h);
  EXPECT_EQ(judge_from(mark).look(read()), ClockState{.now = began + 400 * 24h});
}

TEST_F(ClockJudgeTest, AStartLittleBehindTheMarkIsFollowed) {
  for (const Duration behind : {0s, 299s, 300s}) {
    EXPECT_EQ(judge_from(ClockMark{.time = began + behind}).look(read()), ClockState{.now = began})
        << behind.count();
  }
}

TEST_F(ClockJudgeTest, AStartFarBehindTheMarkGoesOnFromTheMark) {
  for (const Duration behind : {300s + 1ms, 24h + 0ms}) {
    const ClockMark mark{.time = machine.now() + behind};
    auto judge = judge_from(mark);
    EXPECT_EQ(judge.look(read()), (ClockState{.trust = ClockTrust::doubted,
                                              .now = mark.time,
                                              .offset = -behind,
                                              .doubted_since = mark.time}));
    machine.pass(5s);
    EXPECT_EQ(judge.look(read()).now, mark.time + 5s);
    EXPECT_EQ(judge.confirm(read()), ClockState{.now = machine.now()});
  }
}

TEST_F(ClockJudgeTest, AStartWhileDoubtedStaysDoubted) {
  const ClockMark mark{.time = began, .doubted_since = began - 1h};
  for (const Duration set : {24h + 0s, 0h + 0s, -24h - 0s}) {
    machine.restart(2min);
    machine.set_by(set);
    auto judge = judge_from(mark);
    EXPECT_EQ(judge.look(read()), (ClockState{.trust = ClockTrust::doubted,
                                              .now = began,
                                              .offset = machine.now() - began,
                                              .doubted_since = began - 1h}))
        << set.count();
    EXPECT_EQ(judge.confirm(read()), ClockState{.now = machine.now()});
  }
}

}  // namespace
}  // namespace bauta
