#include <gmock/gmock.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <string>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing_routing::World;

constexpr const char* kA = "+12025550142";
constexpr const char* kC = "+442079460142";

TEST(Census, CountsSessionsAsTheyAreJudgedNumbersAndLines) {
  World world;
  world.add({"+12025550177", "+12025550178", "+442079460177", "+442079460178"});
  auto request = World::session_of({kA, kC});
  request.ttl = 60s;
  ASSERT_TRUE(world.try_open(request).has_value());
  world.close(world.open({kA, kC}).session.id);
  ASSERT_TRUE(world.run(world.desk->census()).has_value());
  std::string told = world.metrics.expose();
  EXPECT_THAT(told, HasSubstr("bauta_sessions{status=\"open\"} 1"));
  EXPECT_THAT(told, HasSubstr("bauta_sessions{status=\"closed\"} 1"));
  EXPECT_THAT(told, HasSubstr("country=\"US\""));
  world.clock.advance(60s);
  ASSERT_TRUE(world.run(world.desk->census()).has_value());
  told = world.metrics.expose();
  EXPECT_THAT(told, HasSubstr("bauta_sessions{status=\"open\"} 0"));
  EXPECT_THAT(told, HasSubstr("bauta_sessions{status=\"closed\"} 2"));
}

Task<void> count_before_others(World& world, std::string& order) {
  boost::asio::post(co_await boost::asio::this_coro::executor, [&order] { order += "others "; });
  EXPECT_TRUE((co_await world.desk->census()).has_value());
  order += "census";
}

// A million sessions were counted in one go, and for twenty seconds nobody else had a turn on that thread.
TEST(Census, LetsOthersGoFirst) {
  World world;
  std::string order;
  world.run(count_before_others(world, order));
  EXPECT_EQ(order, "others census");
}

TEST(Sweep, WritesDownWhatHasEndedOnce) {
  World world;
  world.add({"+12025550177", "+442079460177"});
  auto request = World::session_of({kA, kC});
  request.ttl = 60s;
  const auto opened = *world.try_open(request);
  EXPECT_EQ(*world.run(world.desk->sweep()), 0U);
  world.clock.advance(60s);
  EXPECT_EQ(*world.run(world.desk->sweep()), 1U);
  EXPECT_EQ(*world.run(world.desk->sweep()), 0U);
  EXPECT_EQ(world.log("session."), "session.created session.closed(expired)");
  EXPECT_EQ(world.line(kA, opened.session.seats[0].number), "cooling");
}

}  // namespace
}  // namespace bauta
