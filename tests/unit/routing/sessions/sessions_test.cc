#include <gtest/gtest.h>

#include "routing/sessions/session.h"
#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr const char* kHost = "+12025550142";
constexpr const char* kGuest = "+442079460142";

SessionState state_of(World& world, SessionId id) {
  return **world.run(world.sessions.find(world.service.id, id));
}

/// How many writes the activity of a text at this moment costs; they are carried out.
std::size_t touch(World& world, SessionId id) {
  Commit commit;
  Sessions::touch(commit, state_of(world, id), world.clock.now());
  const std::size_t writes = commit.puts.size();
  if (writes > 0) static_cast<void>(world.run(world.store.commit(std::move(commit))));
  return writes;
}

TEST(Sessions, AreReadAsTheyWereWritten) {
  World world;
  world.add({"+12025550177", "+442079460177"});
  auto request = World::session_of({kHost, kGuest});
  request.unique_name = "stay-8812";
  request.ttl = 2h;
  request.idle_ttl = 1h;
  request.metadata = {{"stay", "8812"}, {"unit", "4"}};
  request.participants[0].label = "Host";
  request.participants[1].language = "en";
  const auto opened = *world.try_open(request);
  const Session read = state_of(world, opened.session.id).session.value;
  EXPECT_EQ(read.unique_name, "stay-8812");
  EXPECT_EQ(read.unique_name_hash, opened.session.unique_name_hash);
  EXPECT_EQ(read.expires_at, world.clock.now() + 2h);
  EXPECT_EQ(read.idle_ttl, 1h);
  EXPECT_EQ(read.metadata, request.metadata);
  ASSERT_EQ(read.seats.size(), 2U);
  EXPECT_TRUE(read.seats[0].address == World::person(kHost));
  EXPECT_EQ(read.seats[0].label, "Host");
  EXPECT_EQ(read.seats[1].language, "en");
  EXPECT_EQ(read.seats[1].number, World::number("+442079460177"));
  EXPECT_EQ(tier_name(read.seats[1].match), "area_code");
  EXPECT_EQ(state_of(world, opened.session.id).session.version, opened.version);
}

TEST(Sessions, MostTextsWriteNoActivity) {
  World world;
  world.add({"+12025550177", "+442079460177"});
  const auto id = world.open({kHost, kGuest}).session.id;
  EXPECT_EQ(touch(world, id), 1U);
  world.clock.advance(10s);
  EXPECT_EQ(touch(world, id), 0U);
  world.clock.advance(1ms);
  EXPECT_EQ(touch(world, id), 1U);
}

TEST(Sessions, AShortIdleClockIsKeptFiner) {
  World world;
  world.add({"+12025550177", "+442079460177"});
  auto request = World::session_of({kHost, kGuest});
  request.idle_ttl = 20s;
  const auto id = world.try_open(request)->session.id;
  EXPECT_EQ(touch(world, id), 1U);
  world.clock.advance(2s);
  EXPECT_EQ(touch(world, id), 0U);
  world.clock.advance(1ms);
  EXPECT_EQ(touch(world, id), 1U);
}

}  // namespace
}  // namespace bauta
