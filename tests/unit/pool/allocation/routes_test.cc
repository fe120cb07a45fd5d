#include "pool/allocation/routes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/pool/world/world.h"

namespace bauta {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing_pool::World;

constexpr auto kHost = "+12025550142";
constexpr auto kGuest = "+442079460142";
constexpr auto kNumber = "+12025550101";

std::string shown(const std::optional<Stored<Route>>& route) {
  if (!route) return "none";
  return (route->value.address ? route->value.address->masked() : "erased") + " " +
         route->value.number.str() + " " +
         (route->value.state == RouteState::live ? "live" : "cooling");
}

TEST(RouteTable, ARouteReadsBackAsItWasWritten) {
  World world;
  world.add({kNumber});
  const auto request = world.seat_for(kHost);
  const SessionId session = world.new_session();
  ASSERT_TRUE(world.take(request, *world.choose(request), session));
  const auto route = world.route(kHost, kNumber);
  EXPECT_EQ(shown(route), "+1202…42 +12025550101 live");
  EXPECT_TRUE(*route->value.address == request.address);
  EXPECT_EQ(route->value.person, request.person);
  EXPECT_EQ(route->value.service, world.service);
  EXPECT_EQ(route->value.session, session);
  EXPECT_FALSE(route->value.seat.is_nil());
  EXPECT_EQ(shown(world.route(kGuest, kNumber)), "none");
}

TEST(RouteTable, OneOfTwoTakersMeetsAConflict) {
  World world;
  world.add({kNumber});
  const auto request = world.seat_for(kHost);
  const auto first = world.choose(request), second = world.choose(request);
  EXPECT_TRUE(world.take(request, *first, world.new_session()));
  EXPECT_FALSE(world.take(request, *second, world.new_session()));
}

TEST(NeverMisroute, AnEndedRouteIsFoundAsCoolingAndForgottenMuchLater) {
  World world;
  world.add({kNumber});
  world.open(kHost);
  world.close(kHost, kNumber, hours(24));
  world.clock.advance(hours(25));
  EXPECT_EQ(shown(world.route(kHost, kNumber)), "+1202…42 +12025550101 cooling");
  world.clock.advance(days(90));
  EXPECT_EQ(shown(world.route(kHost, kNumber)), "none");
}

TEST(NeverMisroute, ARecordOfAnotherAddressIsCorruptAndNotSomebodysLine) {
  // A collision of hashes, or a record copied under another key.
  World world;
  world.add({kNumber});
  world.open(kHost);
  const auto record = *world.run(world.store.get(RouteTable::key_of(
      world.service, World::hash_of(World::person(kHost)), World::number(kNumber))));
  const PersonHash guest = World::hash_of(World::person(kGuest));
  Commit commit;
  commit.put(RouteTable::key_of(world.service, guest, World::number(kNumber)), record->value);
  ASSERT_TRUE(world.commit(std::move(commit)));
  const auto route = world.run(
      world.routes.find(world.service, guest, World::person(kGuest), World::number(kNumber)));
  ASSERT_FALSE(route);
  EXPECT_EQ(route.error().code, "storage.corrupt");
  auto named = world.seat_for(kGuest);
  named.number = World::number(kNumber);
  world.change(kNumber, [](Number& number) { number.reach = {}; });
  const auto choice = world.choose(named);
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().code, "storage.corrupt");
}

TEST(NeverMisroute, AnErasedRouteKeepsCoolingWithoutItsAddress) {
  World world;
  world.add({kNumber});
  world.open(kHost);
  world.close(kHost, kNumber, hours(24));
  Commit erasing;
  RouteTable::entomb(erasing, *world.route(kHost, kNumber), days(90));
  ASSERT_TRUE(world.commit(std::move(erasing)));
  EXPECT_EQ(shown(world.route(kHost, kNumber)), "erased +12025550101 cooling");
  for (const auto& record : world.memory.everything()) {
    EXPECT_THAT(record.record.value, testing::Not(testing::HasSubstr(kHost)));
    EXPECT_THAT(record.key.octets(), testing::Not(testing::HasSubstr(kHost)));
  }
  EXPECT_EQ(world.open(kHost), "pool.exhausted");
  EXPECT_FALSE(*world.run(world.routes.is_empty(World::number(kNumber), world.clock.now())));
  world.clock.advance(hours(24));
  EXPECT_TRUE(*world.run(world.routes.is_empty(World::number(kNumber), world.clock.now())));
  EXPECT_EQ(world.open(kHost), "+12025550101 area_code");
  EXPECT_EQ(shown(world.route(kHost, kNumber)), "+1202…42 +12025550101 live");
}

TEST(RouteTable, ANumberIsEmptyOnceNoLineIsLiveOrCooling) {
  World world;
  world.add({kNumber});
  const auto is_empty = [&] {
    return *world.run(world.routes.is_empty(World::number(kNumber), world.clock.now()));
  };
  EXPECT_TRUE(is_empty());
  world.open(kHost);
  auto guest = world.seat_for(kGuest);
  guest.number = World::number(kNumber);
  world.change(kNumber, [](Number& number) { number.reach = {}; });
  world.open(guest);
  EXPECT_FALSE(is_empty());
  world.close(kHost, kNumber, hours(1));
  EXPECT_FALSE(is_empty());
  world.close(kGuest, kNumber, hours(2));
  EXPECT_FALSE(is_empty());
  world.clock.advance(hours(1));
  EXPECT_FALSE(is_empty());
  world.clock.advance(hours(1));
  EXPECT_TRUE(is_empty());
  world.open(kHost);
  EXPECT_FALSE(is_empty());
}

Task<bool> is_empty_in_the_end(World* world, bool* decided) {
  const auto empty = co_await world->routes.is_empty(World::number(kNumber), world->clock.now());
  *decided = true;
  co_return *empty;
}

// Found by reading: a number's tombstones of 90 days were walked in one go.
TEST(RouteTable, ALongLookWhetherANumberIsEmptyGivesWayToTheOthersOnItsThread) {
  World world;
  world.add({kNumber});
  for (int guest = 0; guest < 1'200; ++guest) {
    const std::string address = fmt::format("+1202556{:04}", guest);
    world.open(address);
    world.close(address, kNumber, hours(1));
  }
  world.clock.advance(hours(1));
  int turns = 0;
  bool decided = false;
  std::function<void()> other = [&] {
    ++turns;
    if (!decided) boost::asio::post(world.io(), other);
  };
  boost::asio::post(world.io(), other);
  EXPECT_TRUE(world.run(is_empty_in_the_end(&world, &decided)));
  EXPECT_GE(turns, 3);
}

TEST(RouteTable, TellsAPersonsLinesPageByPage) {
  World world;
  world.add({"+12025550101", "+12025550102", "+12025550103"});
  for (int line = 0; line < 3; ++line) world.open(kHost);
  std::vector<std::string> lines;
  std::optional<Key> after;
  do {
    auto page = world.run(
        world.routes.lines_of(world.service, World::hash_of(World::person(kHost)), after, 2));
    for (const auto& line : page->lines) lines.push_back(line.value.number.str());
    lines.emplace_back("|");
    after = page->next;
  } while (after);
  EXPECT_THAT(lines,
              testing::ElementsAre("+12025550101", "+12025550102", "|", "+12025550103", "|"));
}

TEST(RouteTable, WhatALaterVersionWroteSurvivesCooling) {
  World world;
  world.add({kNumber});
  world.open(kHost);
  const Key key = RouteTable::key_of(world.service, World::hash_of(World::person(kHost)),
                                     World::number(kNumber));
  auto record = *world.run(world.store.get(key));
  Commit commit;
  commit.put(key, record->value + std::string("\xa2\x06\x05later", 8));  // field 100
  ASSERT_TRUE(world.commit(std::move(commit)));
  world.close(kHost, kNumber, hours(1));
  EXPECT_THAT(world.run(world.store.get(key))->value().value, testing::HasSubstr("later"));
}

TEST(RouteTable, ARecordThatCannotBeReadIsCorrupt) {
  for (const std::string& value : {std::string("\xff\xff"), std::string()}) {
    const auto route = decode_route(Record{value, kAbsent, std::nullopt});
    ASSERT_FALSE(route);
    EXPECT_EQ(route.error().code, "storage.corrupt");
  }
}

}  // namespace
}  // namespace bauta
