#include "routing/outbox/breaker.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

using namespace std::chrono_literals;

constexpr SteadyPoint kStart{1h};
constexpr BreakerLimits kLimits{.failures = 3, .pause = 4s, .pause_max = 10s};

/// After so many failures in a row, none of them a probe's.
Breaker after_failures(int failures, SteadyPoint at = kStart) {
  Breaker breaker;
  for (int i = 0; i < failures; ++i) breaker.failed(false, at, kLimits, 0);
  return breaker;
}

TEST(Breaker, IsClosedUntilTheLinkFailedSoOftenInARow) {
  auto breaker = after_failures(2);
  EXPECT_EQ(breaker.state(), BreakerState::closed);
  EXPECT_EQ(breaker.ask_to_leave(kStart), Breaker::Leave::as_any_other);
  EXPECT_FALSE(breaker.answered());
  EXPECT_FALSE(breaker.failed(false, kStart, kLimits, 0)) << "an answer begins the count anew";
  EXPECT_FALSE(breaker.failed(false, kStart, kLimits, 0));
  EXPECT_TRUE(breaker.failed(false, kStart, kLimits, 0));
  EXPECT_EQ(breaker.state(), BreakerState::open);
  EXPECT_EQ(breaker.shut_until(kStart), kStart + 4s);
}

TEST(Breaker, LetsNothingThroughUntilItsPauseIsOver) {
  auto breaker = after_failures(3);
  EXPECT_EQ(breaker.ask_to_leave(kStart + 3'999ms), Breaker::Leave::no);
  EXPECT_EQ(breaker.state(), BreakerState::open);
  EXPECT_EQ(breaker.shut_until(kStart + 4s), std::nullopt);
  EXPECT_EQ(breaker.ask_to_leave(kStart + 4s), Breaker::Leave::as_probe);
  EXPECT_EQ(breaker.state(), BreakerState::half_open);
}

TEST(Breaker, LetsOneProbeThroughAtATimeHoweverLongItTakes) {
  auto breaker = after_failures(3);
  ASSERT_EQ(breaker.ask_to_leave(kStart + 4s), Breaker::Leave::as_probe);
  for (const auto later : {4s, 8s, 60s}) {
    EXPECT_EQ(breaker.ask_to_leave(kStart + later), Breaker::Leave::no) << later.count();
    EXPECT_GT(breaker.shut_until(kStart + later), kStart + later) << later.count();
  }
}

TEST(Breaker, TheProbesAnswerClosesIt) {
  auto breaker = after_failures(3);
  ASSERT_EQ(breaker.ask_to_leave(kStart + 4s), Breaker::Leave::as_probe);
  EXPECT_TRUE(breaker.answered());
  EXPECT_EQ(breaker.state(), BreakerState::closed);
  EXPECT_EQ(breaker.ask_to_leave(kStart + 4s), Breaker::Leave::as_any_other);
}

TEST(Breaker, SoDoesTheAnswerToATextThatHadLeftBefore) {
  auto open = after_failures(3);
  EXPECT_TRUE(open.answered());
  EXPECT_EQ(open.state(), BreakerState::closed);

  auto half_open = after_failures(3);
  ASSERT_EQ(half_open.ask_to_leave(kStart + 4s), Breaker::Leave::as_probe);
  EXPECT_TRUE(half_open.answered());
  // The probe's own failure is then the first of a new count.
  EXPECT_FALSE(half_open.failed(true, kStart + 5s, kLimits, 0));
  EXPECT_EQ(half_open.state(), BreakerState::closed);
}

TEST(Breaker, AProbeThatFailsDoublesThePauseUpToTheLongest) {
  auto breaker = after_failures(3);
  SteadyPoint now = kStart + 4s;
  for (const auto pause : {8s, 10s, 10s}) {
    ASSERT_EQ(breaker.ask_to_leave(now), Breaker::Leave::as_probe);
    EXPECT_FALSE(breaker.failed(true, now, kLimits, 0)) << "it was open before";
    EXPECT_EQ(breaker.state(), BreakerState::open);
    EXPECT_EQ(breaker.shut_until(now), now + pause);
    now += pause;
  }
}

TEST(Breaker, OnceClosedItsPausesBeginAnew) {
  auto breaker = after_failures(3);
  ASSERT_EQ(breaker.ask_to_leave(kStart + 4s), Breaker::Leave::as_probe);
  breaker.failed(true, kStart + 4s, kLimits, 0);
  ASSERT_TRUE(breaker.answered());
  for (int i = 0; i < 3; ++i) breaker.failed(false, kStart + 1min, kLimits, 0);
  EXPECT_EQ(breaker.shut_until(kStart + 1min), kStart + 1min + 4s);
}

TEST(Breaker, TextsThatHadLeftBeforeDoNotMakeThePauseLonger) {
  auto breaker = after_failures(30);
  EXPECT_EQ(breaker.shut_until(kStart), kStart + 4s);
  ASSERT_EQ(breaker.ask_to_leave(kStart + 4s), Breaker::Leave::as_probe);
  EXPECT_FALSE(breaker.failed(false, kStart + 5s, kLimits, 0));
  EXPECT_EQ(breaker.state(), BreakerState::half_open) << "the probe is still on its way";
}

TEST(Breaker, AProbeThatWasNotMadeIsTheNextTexts) {
  auto breaker = after_failures(3);
  ASSERT_EQ(breaker.ask_to_leave(kStart + 4s), Breaker::Leave::as_probe);
  breaker.probe_not_made(kStart + 4s);
  EXPECT_EQ(breaker.state(), BreakerState::open);
  EXPECT_EQ(breaker.ask_to_leave(kStart + 4s), Breaker::Leave::as_probe);
  ASSERT_TRUE(breaker.answered());
  breaker.probe_not_made(kStart + 5s);
  EXPECT_EQ(breaker.state(), BreakerState::closed) << "an older text's answer came first";
}

TEST(Breaker, ChanceMakesAPauseUpToAQuarterLonger) {
  struct Drawn {
    std::uint64_t chance;
    std::chrono::milliseconds pause;
  };
  for (const auto& [chance, pause] :
       {Drawn{0, 4'000ms}, Drawn{128, 4'500ms}, Drawn{255, 4'996ms}}) {
    Breaker breaker;
    for (int i = 0; i < 3; ++i) breaker.failed(false, kStart, kLimits, chance);
    EXPECT_EQ(breaker.shut_until(kStart), kStart + pause) << chance;
  }
}

TEST(Breaker, RecalledAfterARestartItTriesTheNextText) {
  Breaker breaker;
  breaker.reopen(kStart, kLimits);
  EXPECT_EQ(breaker.state(), BreakerState::open);
  EXPECT_EQ(breaker.ask_to_leave(kStart), Breaker::Leave::as_probe);
  breaker.failed(true, kStart, kLimits, 0);
  EXPECT_EQ(breaker.shut_until(kStart), kStart + 8s);
}

}  // namespace
}  // namespace bauta
