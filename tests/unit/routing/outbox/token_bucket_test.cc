#include "routing/outbox/token_bucket.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace bauta {
namespace {

using namespace std::chrono_literals;

constexpr SteadyPoint kStart{1h};

TEST(TokenBucket, OneASecondMeansOneASecond) {
  TokenBucket bucket;
  for (int turn = 0; turn < 100; ++turn) EXPECT_EQ(bucket.take(kStart, 1), kStart + turn * 1s);
  EXPECT_EQ(bucket.take(kStart + 500s, 1), kStart + 500s);
  EXPECT_EQ(bucket.take(kStart + 500s, 1), kStart + 501s);
}

TEST(TokenBucket, HoldsASecondsWorthOfTurns) {
  TokenBucket bucket;
  for (int turn = 0; turn < 10; ++turn) EXPECT_EQ(bucket.take(kStart, 10), kStart) << turn;
  EXPECT_EQ(bucket.take(kStart, 10), kStart + 100ms);
  EXPECT_EQ(bucket.take(kStart + 60s, 10), kStart + 60s);
}

TEST(TokenBucket, NeverGivesMoreThanItsRateOverTime) {
  for (const double rate : {0.01, 0.5, 1.0, 3.0, 10.0, 999.0}) {
    TokenBucket bucket;
    std::vector<SteadyPoint> turns;
    for (int turn = 0; turn < 3000; ++turn) turns.push_back(bucket.take(kStart, rate));
    const double seconds = std::chrono::duration<double>(turns.back() - turns.front()).count();
    // A second's worth at once, or one.
    EXPECT_GE(seconds + 0.01, (3000 - std::max(1.0, rate) - 1) / rate) << rate;
    EXPECT_TRUE(std::ranges::is_sorted(turns));
  }
}

TEST(TokenBucket, ATurnThatIsGivenBackGoesToTheNext) {
  TokenBucket bucket;
  const auto first = bucket.take(kStart, 1);
  const auto second = bucket.take(kStart, 1);
  EXPECT_EQ(bucket.take(kStart, 1), second + 1s);
  bucket.give_back(second);
  EXPECT_EQ(bucket.take(kStart, 1), second);
  bucket.give_back(first);
  EXPECT_EQ(bucket.take(kStart + 10s, 1), kStart + 10s);
}

TEST(TokenBucket, TurnsAreReckonedFromThoseThatAreHeldUp) {
  TokenBucket bucket;
  EXPECT_EQ(bucket.take(kStart, 1), kStart);
  EXPECT_FALSE(bucket.is_held_up(kStart, 1));
  bucket.hold_up(kStart + 60s, 1);
  EXPECT_TRUE(bucket.is_held_up(kStart + 1s, 1));
  EXPECT_EQ(bucket.take(kStart + 1s, 1), kStart + 61s);
  EXPECT_EQ(bucket.take(kStart + 2s, 1), kStart + 62s);
  EXPECT_FALSE(bucket.is_held_up(kStart + 60s, 1));
}

TEST(TokenBucket, AsManyAreHeldUpAtOnceAsMayGoAtOnce) {
  TokenBucket bucket;
  for (int turn = 0; turn < 3; ++turn) EXPECT_EQ(bucket.take(kStart, 3), kStart);
  for (int turn = 0; turn < 3; ++turn) {
    EXPECT_FALSE(bucket.is_held_up(kStart, 3));
    bucket.hold_up(kStart + 60s, 3);
  }
  EXPECT_TRUE(bucket.is_held_up(kStart, 3));
  EXPECT_EQ(bucket.take(kStart + 1s, 3), kStart + 60s + 333'332us);
}

TEST(TokenBucket, ATurnThatIsGivenBackIsWorthNothingBeforeThoseThatAreHeldUp) {
  TokenBucket bucket;
  bucket.take(kStart, 1);
  bucket.give_back(bucket.take(kStart, 1));
  bucket.hold_up(kStart + 60s, 1);
  EXPECT_GE(bucket.take(kStart, 1), kStart + 61s);
}

TEST(TokenBucket, TurnsThatPassedUnusedAreNotMadeUpFor) {
  TokenBucket bucket;
  std::vector<SteadyPoint> turns;
  for (int turn = 0; turn < 5; ++turn) turns.push_back(bucket.take(kStart, 1));
  for (const SteadyPoint turn : turns) bucket.give_back(turn);
  const SteadyPoint later = kStart + 60s;
  EXPECT_EQ(bucket.take(later, 1), later);
  EXPECT_EQ(bucket.take(later, 1), later + 1s);
  EXPECT_EQ(bucket.take(later, 1), later + 2s);
}

TEST(TokenBucket, TurnsThatAreUsedInTimeAreUsedAtOnce) {
  for (const double rate : {0.2, 1.0, 3.0, 100.0}) {
    TokenBucket bucket;
    for (int text = 0; text < 1000; ++text) {
      const auto turn = bucket.take(kStart, rate);
      ASSERT_EQ(bucket.use(turn, rate), turn) << rate << " " << text;
    }
  }
}

TEST(TokenBucket, TurnsThatAreUsedLateMakeUpForASecondAndNoMore) {
  TokenBucket bucket;
  for (int turn = 0; turn < 5; ++turn) bucket.take(kStart, 1);
  const SteadyPoint later = kStart + 60s;
  EXPECT_EQ(bucket.use(later, 1), later);
  EXPECT_EQ(bucket.use(later, 1), later);
  EXPECT_EQ(bucket.use(later, 1), later + 1s);
  EXPECT_EQ(bucket.use(later, 1), later + 2s);
  EXPECT_EQ(bucket.use(later, 1), later + 3s);
}

TEST(TokenBucket, WhoAsksAfterTurnsThatAreUsedLateHasATurnAfterThem) {
  TokenBucket bucket;
  for (int turn = 0; turn < 5; ++turn) bucket.take(kStart, 1);
  const SteadyPoint later = kStart + 60s;
  for (int turn = 0; turn < 5; ++turn) bucket.use(later, 1);
  const auto next = bucket.take(later, 1);
  EXPECT_EQ(next, later + 4s);
  EXPECT_EQ(bucket.use(next, 1), next);
}

}  // namespace
}  // namespace bauta
