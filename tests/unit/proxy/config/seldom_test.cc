#include "proxy/config/seldom.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace bauta::log {
namespace {

using namespace std::chrono_literals;

TEST(Seldom, SaysTheFirstTimeAtOnceAndThenOnceAnIntervalHowOften) {
  Seldom seldom(10s);
  Seldom::Clock::time_point now{};
  EXPECT_EQ(seldom.happened(now), 1U);
  for (int more = 0; more < 999; ++more) {
    now += 10ms;
    EXPECT_EQ(seldom.happened(now), 0U) << more;
  }
  now += 10ms;
  EXPECT_EQ(seldom.happened(now), 1000U);
  EXPECT_EQ(seldom.happened(now + 9s), 0U);
  EXPECT_EQ(seldom.happened(now + 30s), 2U);
}

TEST(Seldom, WhenItIsOverTheRestIsSaidOnce) {
  Seldom seldom(10s);
  const Seldom::Clock::time_point now{};
  EXPECT_EQ(seldom.ended(now), 0U);
  EXPECT_EQ(seldom.happened(now), 1U);
  EXPECT_EQ(seldom.ended(now + 20s), 0U);
  EXPECT_EQ(seldom.happened(now + 20s), 1U);
  EXPECT_EQ(seldom.happened(now + 21s), 0U);
  EXPECT_EQ(seldom.happened(now + 22s), 0U);
  EXPECT_EQ(seldom.ended(now + 23s), 0U);
  EXPECT_EQ(seldom.ended(now + 30s), 2U);
  EXPECT_EQ(seldom.ended(now + 60s), 0U);
}

TEST(Seldom, CountsEveryThreadsTimes) {
  Seldom seldom(10s);
  std::atomic<std::uint64_t> said = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&] {
        for (int time = 0; time < 1000; ++time)
          said += seldom.happened(Seldom::Clock::time_point{} + std::chrono::seconds(time));
      });
  }
  said += seldom.ended(Seldom::Clock::time_point{} + 1h);
  EXPECT_EQ(said, 4000U);
}

}  // namespace
}  // namespace bauta::log
