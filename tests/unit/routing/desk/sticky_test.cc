#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr const char* kA = "+12025550142";
constexpr const char* kB = "+12025550143";
constexpr const char* kC = "+12025550144";

class Sticky : public testing::Test {
 protected:
  void SetUp() override {
    world.add({"+12025550177", "+12025550178", "+12025550179", "+12025550180"});
    world.change_settings([](ServiceSettings& settings) { settings.cooling_seconds = 1h; });
  }
  void be(StickyPolicy policy) {
    world.change_settings([&](ServiceSettings& settings) { settings.sticky = policy; });
  }
  std::string numbers_of(const char* one, const char* other) {
    world.clock.advance(1s);
    return world.open_or_code(World::session_of({one, other}));
  }
  /// Opens, and closes at once.
  std::string met(const char* one, const char* other) {
    world.clock.advance(1s);
    const auto view = world.open({one, other});
    world.close(view.session.id);
    return World::told(view);
  }
  World world;
};

TEST_F(Sticky, ThoseWhoMetGetTheSameNumbersAgainEvenWhileTheyCool) {
  be(StickyPolicy::prefer);
  const auto first = met(kA, kB);
  EXPECT_EQ(met(kA, kB), first);
  EXPECT_EQ(numbers_of(kA, kB), first);
}

TEST_F(Sticky, AlsoIfTheyAreNamedTheOtherWayRound) {
  be(StickyPolicy::prefer);
  const auto first = met(kA, kB);
  const auto again = numbers_of(kB, kA);
  EXPECT_EQ(again, first.substr(13) + " " + first.substr(0, 12));
}

TEST_F(Sticky, NeverMisroute_ACoolingLineGoesToNobodyElse) {
  be(StickyPolicy::prefer);
  const auto first = met(kA, kB);
  const auto other = numbers_of(kA, kC);
  EXPECT_NE(other.substr(0, 12), first.substr(0, 12));
}

TEST_F(Sticky, NeverMisroute_WhoOnceSharedASessionWithAThirdIsNotTheSamePeople) {
  be(StickyPolicy::prefer);
  const auto view = world.open({kA, kB});
  const auto number = view.session.seats[0].number;
  ASSERT_TRUE(world.run(world.desk->add_participant(world.caller, view.session.id,
                                                    {.address = World::person(kC)}, {})));
  world.close(view.session.id);
  const auto again = numbers_of(kA, kB);
  EXPECT_NE(again.substr(0, 12), number.str());
}

TEST_F(Sticky, ATakenOverLineIsNotCooledByItsOldSession) {
  be(StickyPolicy::prefer);
  auto request = World::session_of({kA, kB});
  request.ttl = 60s;
  const auto first = world.try_open(request);
  world.clock.advance(2min);
  ASSERT_TRUE(world.run(world.desk->sweep()));
  const auto second = world.try_open(World::session_of({kA, kB}));
  ASSERT_EQ(World::told(second), World::told(*first));
  ASSERT_TRUE(world.run(world.desk->sweep()));
  world.close(first->session.id);
  EXPECT_EQ(world.line(kA, second->session.seats[0].number), "live");
  // And its old session does not get it back.
  const auto back = world.run(
      world.desk->change_session(world.caller, first->session.id, {.ttl = 60s, .reopen = true}));
  EXPECT_EQ(back.error().code, "session.cannot_reopen");
}

// A late text of the old session would have reached who joins the new one.
TEST_F(Sticky, NeverMisroute_NobodyElseJoinsWhileALineThatWasTakenOverWouldStillCool) {
  be(StickyPolicy::prefer);
  met(kA, kB);
  const auto again = world.open({kA, kB});
  const auto join = [&] {
    return world.run(world.desk->add_participant(world.caller, again.session.id,
                                                 {.address = World::person(kC)}, {}));
  };
  EXPECT_EQ(join().error().code, "participants.too_soon");
  world.clock.advance(61min);
  EXPECT_TRUE(join());
}

TEST_F(Sticky, NothingIsTakenOverOfASessionThatWasErased) {
  be(StickyPolicy::prefer);
  const auto view = world.open({kA, kB});
  ASSERT_TRUE(world.run(world.desk->erase_session(world.caller, view.session.id)));
  EXPECT_NE(numbers_of(kA, kB), World::told(view));
}

TEST_F(Sticky, AvoidedIsWhatTheyHadAsLongAsAnythingElseIsFree) {
  be(StickyPolicy::avoid);
  world.change_settings([](ServiceSettings& settings) { settings.cooling_seconds = 0s; });
  std::set<std::string> had;
  std::string last = met(kA, kB).substr(0, 12);
  for (int time = 0; time < 12; ++time) {
    const auto now = met(kA, kB).substr(0, 12);
    EXPECT_NE(now, last);
    last = now;
  }
}

TEST_F(Sticky, NeverWasteANumber_TheAvoidedOneIsGivenIfItIsTheLast) {
  be(StickyPolicy::avoid);
  world.change_settings([](ServiceSettings& settings) { settings.cooling_seconds = 0s; });
  const auto had = met(kA, kB).substr(0, 12);
  for (const char* number : {"+12025550177", "+12025550178", "+12025550179", "+12025550180"}) {
    if (number == had) continue;
    ASSERT_TRUE(world.run(world.desk->change_number(world.caller, World::number(number),
                                                    {.status = NumberStatus::draining})));
  }
  EXPECT_EQ(numbers_of(kA, kB), had + " " + had);
}

TEST_F(Sticky, OffRemembersNothingOfIt) {
  const auto first = met(kA, kB);
  EXPECT_NE(numbers_of(kA, kB).substr(0, 12), first.substr(0, 12));
}

}  // namespace
}  // namespace bauta
