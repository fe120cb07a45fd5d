#include "proxy/sandbox/sandbox_clock.h"

#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

TEST(SandboxTime, GoesOnWithTheRealOneAndIsAheadOfIt) {
  World world;
  SandboxClock clock(world.clock);
  EXPECT_EQ(clock.now(), world.clock.now());
  ASSERT_TRUE(world.run(clock.advance(world.store, 2h)));
  ASSERT_TRUE(world.run(clock.advance(world.store, 30s)));
  EXPECT_EQ(clock.now(), world.clock.now() + 2h + 30s);
  EXPECT_EQ(clock.now(world.service.id), clock.now());
  world.clock.advance(5min);
  EXPECT_EQ(clock.now(), world.clock.now() + 2h + 30s);
  EXPECT_EQ(clock.steady(), world.clock.steady()) << "rates are not moved";
}

TEST(SandboxTime, IsNotSetBackByARestart) {
  World world;
  {
    SandboxClock clock(world.clock);
    ASSERT_TRUE(world.run(clock.advance(world.store, 24h)));
  }
  SandboxClock clock(world.clock);
  EXPECT_EQ(clock.ahead(), 0s) << "not before it was read";
  ASSERT_TRUE(world.run(clock.load(world.store)));
  EXPECT_EQ(clock.ahead(), 24h);
}

TEST(SandboxTime, IsDurableBeforeItIsSeen) {
  World world;
  SandboxClock clock(world.clock);
  world.store.unknown_commits = 1;
  world.store.unknown_are_written = false;
  EXPECT_EQ(world.run(clock.advance(world.store, 1h)).error().code, "storage.unknown");
  EXPECT_EQ(clock.ahead(), 0s);
}

TEST(SandboxTime, WhatIsWrittenWithAMoveKnowsHowLateItWillBe) {
  World world;
  SandboxClock clock(world.clock);
  const Key key = Key("idem").text("x");
  const auto commits = world.store.commits;
  const TimePoint then = world.clock.now() + 48h;
  const auto also = [&](Commit& commit, TimePoint now, Duration ahead) {
    EXPECT_EQ(now, then);
    EXPECT_EQ(ahead, 48h);
    commit.expect(key, kAbsent).put(key, "moved");
  };
  ASSERT_TRUE(world.run(clock.advance(world.store, 48h, also)));
  EXPECT_EQ(world.store.commits, commits + 1);
  EXPECT_EQ((*world.run(world.store.get(key)))->value, "moved");
  // The same request from another process: its mark is there, and the clock is not moved again.
  const auto again = [&](Commit& commit, TimePoint, Duration) { commit.expect(key, kAbsent); };
  EXPECT_EQ(world.run(clock.advance(world.store, 48h, again)).error().code, "storage.contended");
  EXPECT_EQ(clock.ahead(), 48h);
}

TEST(SandboxTime, TwoWhoMoveItAtTheSameTimeBothDo) {
  World world;
  SandboxClock clock(world.clock);
  std::vector<Task<Status>> both;
  both.push_back(clock.advance(world.store, 1h));
  both.push_back(clock.advance(world.store, 2h));
  for (const auto& moved : world.run_all(std::move(both))) EXPECT_TRUE(moved);
  EXPECT_GE(world.store.conflicts, 1U);
  EXPECT_EQ(clock.ahead(), 3h);
}

TEST(SandboxTime, HasAnEnd) {
  World world;
  SandboxClock clock(world.clock);
  for (int year = 0; year < 10; ++year)
    ASSERT_TRUE(world.run(clock.advance(world.store, SandboxClock::kAdvanceMax)));
  EXPECT_EQ(world.run(clock.advance(world.store, 1s)).error().code, "sandbox.clock_limit");
  EXPECT_EQ(clock.ahead(), SandboxClock::kAheadMax);
}

}  // namespace
}  // namespace bauta
