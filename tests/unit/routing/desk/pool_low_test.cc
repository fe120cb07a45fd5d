#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr auto kA = "+12025550142";

/// Ten numbers of Washington, and as many of London as it takes for the others.
class PoolLowEvent : public ::testing::Test, public World {
 protected:
  PoolLowEvent() {
    for (int i = 0; i < 10; ++i) add({"+1202555010" + std::to_string(i)});
    add({"+442079460100", "+442079460101"});
    count();
  }

  void count() { ASSERT_TRUE(run(desk->census())); }
  /// A and somebody else, each time another.
  SessionView meet() { return open({kA, "+4420794601" + std::to_string(10 + ++met_)}); }
  void meet(int times) {
    for (int i = 0; i < times; ++i) meet();
  }
  /// "202: 8 of 10, 80 %", all that were told.
  std::string told() {
    std::string all;
    for (const Event& event : run(events.after(service.id, 0, 1000))->events) {
      if (event.type != EventType::pool_low) continue;
      all += (all.empty() ? "" : "|") + std::string(datum(event, "country")) + " " +
             std::string(datum(event, "area_code")) + ": " + std::string(datum(event, "lines")) +
             " of " + std::string(datum(event, "numbers")) + ", " +
             std::string(datum(event, "percent")) + " %";
    }
    return all;
  }

 private:
  int met_ = 0;
};

TEST_F(PoolLowEvent, IsWrittenByTheBookingThatCrossesTheLimit) {
  meet(7);
  EXPECT_EQ(told(), "");
  meet();
  EXPECT_EQ(told(), "US 202: 8 of 10, 80 %");
}

TEST_F(PoolLowEvent, ComesOnceAnHourWhileItStaysLow) {
  meet(9);
  EXPECT_EQ(told(), "US 202: 8 of 10, 80 %");
  clock.advance(1h - 1ms);
  const auto last = meet();
  EXPECT_EQ(told(), "US 202: 8 of 10, 80 %");
  change_settings([](ServiceSettings& settings) { settings.cooling_seconds = 0s; });
  close(last.session.id);
  clock.advance(1ms);
  meet();
  EXPECT_EQ(told(), "US 202: 8 of 10, 80 %|US 202: 10 of 10, 100 %");
}

TEST_F(PoolLowEvent, LinesThatEndedDoNotCount) {
  change_settings([](ServiceSettings& settings) { settings.cooling_seconds = 0s; });
  // The ring gives thirty lines, of which one lives at a time.
  for (int i = 0; i < 30; ++i) close(meet().session.id);
  EXPECT_EQ(told(), "");
  meet(7);
  EXPECT_EQ(told(), "");
  meet();
  EXPECT_EQ(told(), "US 202: 8 of 10, 80 %");
}

TEST_F(PoolLowEvent, LinesThatCoolDo) {
  for (int i = 0; i < 8; ++i) close(meet().session.id);
  EXPECT_EQ(told(), "US 202: 8 of 10, 80 %");
}

TEST_F(PoolLowEvent, EachPersonIsMeasuredAlone) {
  for (int i = 0; i < 5; ++i) {
    meet();
    open({"+12025550143", "+4420794602" + std::to_string(10 + i)});
  }
  EXPECT_EQ(told(), "");
}

TEST_F(PoolLowEvent, OnlyActiveNumbersAreReckonedWith) {
  for (const auto* number : {"+12025550108", "+12025550109"})
    ASSERT_TRUE(run(
        desk->change_number(caller, World::number(number), {.status = NumberStatus::reserved})));
  count();
  meet(6);
  EXPECT_EQ(told(), "");
  meet();
  EXPECT_EQ(told(), "US 202: 7 of 8, 87 %");
}

TEST_F(PoolLowEvent, IsNotWrittenByABookingThatIsNot) {
  meet(7);
  store.unknown_commits = 1;
  store.unknown_are_written = false;
  EXPECT_FALSE(try_open(session_of({kA, "+442079460190"})));
  EXPECT_EQ(told(), "");
  meet();
  EXPECT_EQ(told(), "US 202: 8 of 10, 80 %") << "nothing was told, so the hour has not begun";
}

TEST_F(PoolLowEvent, OfAHandfulOfNumbersNothingIsSaid) {
  // London has two, of which everybody there holds one.
  meet();
  EXPECT_EQ(told(), "");
}

TEST_F(PoolLowEvent, CanBeTurnedOff) {
  parts.limits.pool_low_percent = 0;
  restart();
  count();
  meet(9);
  EXPECT_EQ(told(), "");
}

}  // namespace
}  // namespace bauta
