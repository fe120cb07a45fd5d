#include "pool/plan/demand.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

using namespace std::chrono_literals;

// Tables of Erlang's B formula: 1 % loss.
TEST(Demand, RefusesTheShareThatTheTablesSay) {
  struct Row {
    std::uint64_t numbers;
    double lines;
  };
  for (const auto& [numbers, lines] : {Row{1, 0.0101}, Row{2, 0.153}, Row{5, 1.36}, Row{10, 4.46},
                                       Row{20, 12.0}, Row{50, 37.9}, Row{100, 84.1}}) {
    EXPECT_NEAR(refused_share_of(lines, numbers), 0.01, 0.0003) << numbers;
  }
}

TEST(Demand, NumbersServeOnePersonOnceEach) {
  // A driver with 40 rides a day of half an hour, and lines that cool for a day: 40.8 lines at once.
  const Demand driver{
      .busiest_sessions_per_day = 40, .session = 1800s, .cooling = 24h, .refused_share = 0.001};
  EXPECT_NEAR(lines_at_once(driver), 40.83, 0.01);
  const auto needed = numbers_needed(driver);
  EXPECT_EQ(needed, 61U);
  EXPECT_LE(refused_share_of(lines_at_once(driver), needed), 0.001);
  EXPECT_GT(refused_share_of(lines_at_once(driver), needed - 1), 0.001);
}

// A line cools from the latest deadline that a carrier was given on it, not from the session's end: a plan without that was seven numbers short.
TEST(Demand, ATextOnItsWayKeepsItsLine) {
  const Demand driver{.busiest_sessions_per_day = 40,
                      .session = 1800s,
                      .deadline = 4h,
                      .cooling = 24h,
                      .refused_share = 0.001};
  EXPECT_NEAR(lines_at_once(driver), 47.5, 0.01);
  EXPECT_EQ(numbers_needed(driver), 68U);
}

TEST(Demand, MoreCoolingNeedsMoreNumbers) {
  Demand demand{.busiest_sessions_per_day = 10, .session = 3600s, .cooling = 0s};
  std::uint64_t before = 0;
  for (const auto cooling : {0h, 6h, 24h, 72h}) {
    demand.cooling = cooling;
    EXPECT_GT(numbers_needed(demand), before) << cooling.count();
    before = numbers_needed(demand);
  }
}

TEST(Demand, NobodyNeedsNothingAndTheMostIsFoundInTime) {
  EXPECT_EQ(numbers_needed({.session = 3600s, .cooling = 24h}), 0U);
  EXPECT_EQ(refused_share_of(0, 0), 0);
  EXPECT_EQ(refused_share_of(1, 0), 1);
  EXPECT_GT(numbers_needed({.busiest_sessions_per_day = kPlannedLinesMax, .session = 86'400s}),
            99'000U);
}

TEST(Demand, NumbersMayBeWantedForTheirRate) {
  EXPECT_EQ(numbers_for_rate(0, 1), 0U);
  EXPECT_EQ(numbers_for_rate(2.5, 1), 3U);
  EXPECT_EQ(numbers_for_rate(2.5, 0.5), 5U);
}

}  // namespace
}  // namespace bauta
