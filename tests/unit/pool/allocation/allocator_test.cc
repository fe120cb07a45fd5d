#include "pool/allocation/allocator.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/pool/world/world.h"

namespace bauta {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;
using testing_pool::World;

constexpr auto kWashington = "+12025550142";
constexpr auto kBerlin = "+493023125042";

void reserve(Number& number) { number.status = NumberStatus::reserved; }
void drain(Number& number) { number.status = NumberStatus::draining; }

Error refused(World& world, const SeatRequest& request) {
  const auto choice = world.choose(request);
  return choice ? Error{.code = "none", .detail = choice->number.value.number.str()}
                : choice.error();
}

TEST(Allocator, TakesTheNearestTierThatHasAFreeNumber) {
  World world;
  world.add({"+12025550101", "+17715550101", "+12125550101", "+442079460101"});
  world.change("+442079460101", [](Number& number) { number.reach.push_back("US"); });
  auto request = world.seat_for(kWashington);
  request.widest = Tier::any;
  EXPECT_EQ(world.open(request), "+12025550101 area_code");
  EXPECT_EQ(world.open(request), "+17715550101 region");
  EXPECT_EQ(world.open(request), "+12125550101 country");
  EXPECT_EQ(world.open(request), "+442079460101 any");
  EXPECT_EQ(world.open(request), "pool.exhausted");
}

TEST(Allocator, SaysHowManyLinesOfTheRingThePersonHoldsAtMost) {
  World world;
  world.add({"+12025550101", "+12025550102", "+12025550103"});
  auto request = world.seat_for(kWashington);
  for (const std::uint32_t lines : {1U, 2U, 3U}) {
    const auto choice = world.choose(request);
    ASSERT_TRUE(choice && choice->cursor) << lines;
    EXPECT_EQ(choice->cursor->lines_at_most, lines);
    if (lines < 3) world.open(request);
  }
  auto by_name = world.seat_for("+12025550143");
  by_name.number = World::number("+12025550101");
  const auto named = world.choose(by_name);
  ASSERT_TRUE(named.has_value());
  EXPECT_FALSE(named->cursor.has_value()) << "no ring gave it";
}

TEST(Allocator, AnOverlayAreaCodeIsNearerThanTheCountry) {  // C59
  World world;
  world.add({"+12125550101", "+17715550101"});
  EXPECT_EQ(world.open(kWashington), "+17715550101 region");
}

TEST(Allocator, LooksNoFartherThanTheServiceAllows) {
  World world;
  world.add({"+17715550101", "+12125550101"});
  auto request = world.seat_for(kWashington);
  request.widest = Tier::area_code;
  EXPECT_EQ(world.open(request), "pool.exhausted");
  request.widest = Tier::region;
  EXPECT_EQ(world.open(request), "+17715550101 region");
  EXPECT_EQ(world.open(request), "pool.exhausted");
  request.widest = Tier::country;
  EXPECT_EQ(world.open(request), "+12125550101 country");
}

TEST(Allocator, AHintStandsInForTheAddresssOwnLocality) {
  World world;
  world.add({"+12025550101", "+12125550101", "+13105550101", "+442079460101"});
  world.change("+442079460101", [](Number& number) { number.reach.push_back("US"); });
  auto request = world.seat_for(kWashington);
  request.locality = Locality{.country = "US", .area_code = "212", .region = ""};
  EXPECT_EQ(world.open(request), "+12125550101 area_code");
  request.locality = Locality{.country = "", .area_code = "", .region = "California"};
  EXPECT_EQ(world.open(request), "+13105550101 region");
  request.locality = Locality{.country = "GB", .area_code = "20", .region = ""};
  EXPECT_EQ(world.open(request), "+442079460101 area_code");
  EXPECT_EQ(world.open(request), "pool.exhausted");
  // The number is from elsewhere, the phone that it must reach is not.
  world.add({"+442079460102"});
  EXPECT_EQ(world.open(request), "pool.exhausted");
}

TEST(Allocator, GivesOnlyNumbersThatReachThePerson) {
  World world;
  world.add({"+442079460101"});
  auto german = world.seat_for(kBerlin);
  german.widest = Tier::any;
  EXPECT_EQ(world.open(german), "pool.exhausted");
  EXPECT_THAT(refused(world, german).detail, HasSubstr("1 that cannot text their country"));
  world.change("+442079460101",
               [](Number& number) { number.reach = {}; });  // nothing is known that it cannot
  EXPECT_EQ(world.open(german), "+442079460101 any");

  // Reach speaks of telephones.
  world.change("+442079460101", [](Number& number) {
    number.reach = {"GB"};
    number.capabilities = {"sms", "whatsapp"};
  });
  auto chat = world.seat_for("whatsapp:+493023125042");
  chat.capability = "whatsapp";
  chat.widest = Tier::any;
  EXPECT_EQ(world.open(chat), "+442079460101 any");
}

TEST(Allocator, APersonOfNoKnownCountryIsServedOnlyByNumbersWithoutAReach) {
  World world;
  world.add({"+12025550101"});
  auto request = world.seat_for("+88213000000");  // a satellite telephone
  EXPECT_EQ(world.open(request), "pool.exhausted");
  EXPECT_THAT(refused(world, request).detail, HasSubstr("an unknown country"));
  request.widest = Tier::any;
  EXPECT_EQ(world.open(request), "pool.exhausted");
  world.change("+12025550101", [](Number& number) { number.reach = {}; });
  EXPECT_EQ(world.open(request), "+12025550101 any");
}

TEST(Allocator, GivesOnlyNumbersWithTheCapability) {
  World world;
  world.add({"+12025550101"});
  auto request = world.seat_for(kWashington);
  request.capability = "mms";
  EXPECT_EQ(world.open(request), "pool.exhausted");
  world.change("+12025550101", [](Number& number) { number.capabilities.push_back("mms"); });
  EXPECT_EQ(world.open(request), "+12025550101 area_code");
}

TEST(Allocator, GivesReservedNumbersOnlyByName) {
  World world;
  world.add({"+12025550101"});
  world.change("+12025550101", reserve);
  auto request = world.seat_for(kWashington);
  EXPECT_EQ(world.open(request), "pool.exhausted");
  request.number = World::number("+12025550101");
  EXPECT_EQ(world.open(request), "+12025550101 area_code");
}

TEST(Allocator, GivesNoNumberThatThePersonClosed) {
  World world;
  world.add({"+12025550101", "+17715550101"});
  auto request = world.seat_for(kWashington);
  request.closed = {World::number("+12025550101")};
  EXPECT_EQ(world.open(request), "+17715550101 region");
}

TEST(Allocator, GivesANamedNumberOrSaysWhyNot) {
  World world;
  world.add({"+12025550101", "+12025550102", "+442079460101"});
  auto request = world.seat_for(kWashington);
  const auto named = [&](const std::string& number) {
    request.number = World::number(number);
    return refused(world, request);
  };
  EXPECT_EQ(named("+12025550199").code, "number.not_in_pool");
  Number foreign = world.describe("+12025550103");
  foreign.service = ServiceId::make(2, world.random);
  world.add(foreign);
  EXPECT_EQ(named("+12025550103").code, "number.not_in_pool");

  EXPECT_EQ(named("+442079460101").code, "number.not_eligible");
  EXPECT_THAT(named("+442079460101").detail, HasSubstr("cannot text phones in US"));
  request.capability = "mms";
  EXPECT_THAT(named("+12025550101").detail, HasSubstr("has no capability mms"));
  request.capability = "sms";
  request.closed = {World::number("+12025550101")};
  EXPECT_THAT(named("+12025550101").detail, HasSubstr("STOP"));
  request.closed = {};

  EXPECT_EQ(named("+12025550101").code, "none");
  EXPECT_EQ(world.open(request), "+12025550101 area_code");
  EXPECT_EQ(named("+12025550101").code, "number.in_use_by_address");
  EXPECT_THAT(named("+12025550101").detail, HasSubstr("is in use for +1202…42"));
  world.close(kWashington, "+12025550101", minutes(90));
  EXPECT_EQ(named("+12025550101").code, "number.in_use_by_address");
  EXPECT_THAT(named("+12025550101").detail,
              HasSubstr("is cooling for another 1 h 30 min for +1202…42"));
  world.clock.advance(minutes(90));
  EXPECT_EQ(world.open(request), "+12025550101 area_code");

  world.change("+12025550102", drain);
  EXPECT_EQ(named("+12025550102").code, "number.not_eligible");
  EXPECT_THAT(named("+12025550102").detail, HasSubstr("draining"));
}

TEST(Allocator, ANamedNumberMayStandAnywhereAndMovesNoCursor) {
  World world;
  world.add({"+12025550101", "+442079460101"});
  world.change("+442079460101", [](Number& number) { number.reach.push_back("US"); });
  auto request = world.seat_for(kWashington);
  request.number = World::number("+442079460101");
  const auto choice = world.choose(request);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->match, Tier::any);
  Commit commit;
  choice->advance_cursor(commit);
  EXPECT_TRUE(commit.expects.empty());
  EXPECT_TRUE(commit.puts.empty());
}

TEST(NeverMisroute, APersonInTwoConversationsHasTwoNumbers) {  // C31
  World world;
  world.add({"+12025550101", "+12025550102"});
  std::set<std::string> numbers{world.open(kWashington), world.open(kWashington)};
  EXPECT_EQ(numbers, (std::set<std::string>{"+12025550101 area_code", "+12025550102 area_code"}));
  EXPECT_EQ(world.open(kWashington), "pool.exhausted");
}

TEST(NeverMisroute, AnEndedLineIsGivenAgainOnlyWhenItHasCooled) {  // C33
  World world;
  world.add({"+12025550101"});
  world.open(kWashington);
  world.close(kWashington, "+12025550101", hours(24));
  EXPECT_EQ(world.open(kWashington), "pool.exhausted");
  EXPECT_THAT(refused(world, world.seat_for(kWashington)).detail,
              HasSubstr("1 is cooling, the first for another 24 h 0 min"));
  world.clock.advance(hours(24) - std::chrono::milliseconds(1));
  EXPECT_EQ(world.open(kWashington), "pool.exhausted");
  world.clock.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(world.open(kWashington), "+12025550101 area_code");
}

TEST(NeverMisroute, OnlyExactlyTheSamePeopleTakeOverACoolingLine) {
  World world;
  world.add({"+12025550101"});
  world.open(kWashington);
  auto request = world.seat_for(kWashington);
  request.may_take_over = [](const Route&) { return true; };
  EXPECT_EQ(world.open(request), "pool.exhausted") << "a live line is nobody's to take over";
  world.close(kWashington, "+12025550101", hours(24));
  request.may_take_over = [](const Route&) { return false; };
  EXPECT_EQ(world.open(request), "pool.exhausted");
  std::vector<SessionId> asked;
  request.may_take_over = [&](const Route& route) {
    asked.push_back(route.session);
    return true;
  };
  const SessionId was = world.route(kWashington, "+12025550101")->value.session;
  EXPECT_EQ(world.open(request), "+12025550101 area_code");
  EXPECT_THAT(asked, testing::Contains(was));

  world.close(kWashington, "+12025550101", hours(24));
  request.number = World::number("+12025550101");
  EXPECT_EQ(world.open(request), "+12025550101 area_code");
}

TEST(NeverWasteANumber, OneNumberServesAnyNumberOfPeopleAtOnce) {
  World world;
  world.add({"+12025550101"});
  for (int person = 10; person < 60; ++person) {
    EXPECT_EQ(world.open(fmt::format("+120255501{}", person)), "+12025550101 area_code");
  }
}

TEST(NeverWasteANumber, ARefusalSaysHowManyAreMissingWhere) {
  World world;
  world.add({"+12025550101", "+12025550102", "+12025550103", "+12025550104", "+442079460101"});
  world.change("+12025550103", drain);
  world.change("+12025550104", reserve);
  world.open(kWashington);
  world.open(kWashington);
  world.close(kWashington, "+12025550102", hours(2));
  const Error error = refused(world, world.seat_for(kWashington));
  EXPECT_EQ(error.code, "pool.exhausted");
  EXPECT_EQ(error.detail,
            "no number for +1202…42 is free in US: of the 2 that may serve them, they use 1 and 1 "
            "is cooling, the first for "
            "another 2 h 0 min (besides: 1 draining, 1 reserved); add at least 1 number there that "
            "can text phones in US, or "
            "let the service look farther away");
  const std::vector<std::pair<std::string_view, std::string>> members{
      {"country", "US"}, {"area_code", "202"}, {"needed", "1"}};
  EXPECT_EQ(error.members, members);
  auto german = world.seat_for(kBerlin);
  EXPECT_THAT(refused(world, german).detail,
              HasSubstr("is free in DE: none there may serve them; add at least 1 number"));
  german.widest = Tier::area_code;
  EXPECT_THAT(refused(world, german).detail, HasSubstr("DE, area code 30"));
}

TEST(NeverReveal, NoRefusalShowsTheAddress) {
  World world;
  world.add({"+12025550101"});
  world.open(kWashington);
  auto request = world.seat_for(kWashington);
  EXPECT_THAT(refused(world, request).detail, Not(HasSubstr("5550142")));
  request.number = World::number("+12025550101");
  EXPECT_THAT(refused(world, request).detail, Not(HasSubstr("5550142")));
  request.closed = {World::number("+12025550101")};
  EXPECT_THAT(refused(world, request).detail, Not(HasSubstr("5550142")));
}

TEST(Allocator, AConflictMovesOnToTheNextNumber) {
  World world;
  world.add({"+12025550101", "+12025550102"});
  const auto request = world.seat_for(kWashington);
  const auto first = world.choose(request), second = world.choose(request);
  EXPECT_EQ(first->number.value.number, second->number.value.number);
  EXPECT_TRUE(world.take(request, *first, world.new_session()));
  EXPECT_FALSE(world.take(request, *second, world.new_session()));
  const auto again = world.choose(request);
  EXPECT_NE(again->number.value.number, first->number.value.number);
  EXPECT_TRUE(world.take(request, *again, world.new_session()));
}

TEST(Allocator, ABookingThatMovedTheCursorIsAConflictToo) {
  World world;
  world.add({"+12025550101", "+12025550102"});
  const auto request = world.seat_for(kWashington);
  const auto first = world.choose(request);
  auto other = request;
  other.closed = {first->number.value.number};
  EXPECT_NE(world.open(other), "conflict");
  EXPECT_FALSE(world.take(request, *first, world.new_session())) << "it would turn the cursor back";
  EXPECT_EQ(world.open(request), first->number.value.number.str() + " area_code");
}

TEST(NeverMisroute, OfTwoBookingsOfOneNamedNumberOneIsAConflict) {
  World world;
  world.add({"+12025550101"});
  auto request = world.seat_for(kWashington);
  request.number = World::number("+12025550101");
  const auto first = world.choose(request), second = world.choose(request);
  EXPECT_TRUE(world.take(request, *first, world.new_session()));
  EXPECT_FALSE(world.take(request, *second, world.new_session()));
}

TEST(Allocator, APlaceInTheRingWithoutItsNumberIsPassedOver) {
  // No commit leaves one behind; but the number's record, not the ring, says whose it is.
  World world;
  world.add({"+12025550101", "+12025550102"});
  Number elsewhere = world.find(World::number("+12025550101"))->value;
  elsewhere.service = ServiceId::make(2, world.random);
  Commit moved;
  moved.erase(Inventory::key_of(elsewhere.number));
  ASSERT_TRUE(world.commit(std::move(moved)));
  EXPECT_EQ(world.open(kWashington), "+12025550102 area_code");
  EXPECT_EQ(world.open(kWashington), "pool.exhausted");
  world.add(elsewhere);
  EXPECT_EQ(world.open(kWashington), "pool.exhausted");
}

TEST(Allocator, ANumberThatBeganToDrainAfterTheChoiceIsAConflict) {
  World world;
  world.add({"+12025550101", "+17715550101"});
  const auto request = world.seat_for(kWashington);
  const auto choice = world.choose(request);
  world.change("+12025550101", drain);
  EXPECT_FALSE(world.take(request, *choice, world.new_session()));
  EXPECT_EQ(world.open(request), "+17715550101 region");
}

TEST(Allocator, ARoundOfAllNumbersLiesBetweenTwoUsesOfOne) {
  World world;
  std::vector<std::string> numbers;
  for (int number = 0; number < 7; ++number) world.add({fmt::format("+1202555010{}", number)});
  std::vector<std::string> order;
  for (int use = 0; use < 21; ++use) {
    const std::string opened = world.open(kWashington);
    order.push_back(opened.substr(0, 12));
    world.close(kWashington, order.back(), hours(0));
  }
  for (std::size_t use = 7; use < order.size(); ++use) EXPECT_EQ(order[use], order[use - 7]) << use;
  EXPECT_EQ(std::set(order.begin(), order.begin() + 7).size(), 7U);
}

TEST(Allocator, PeopleSpreadEvenlyOverTheRing) {
  World world;
  for (int number = 10; number < 30; ++number) {
    Number described = world.describe(fmt::format("+120255501{}", number));
    // Evenly placed, so that only the people's own places are random here.
    described.rank = static_cast<std::uint64_t>(number - 10) * (~std::uint64_t{0} / 20);
    world.add(described);
  }
  std::map<std::string, int> people;
  for (int person = 0; person < 1000; ++person) {
    ++people[world.choose(world.seat_for(fmt::format("+1202555{:04}", person)))
                 ->number.value.number.str()];
  }
  ASSERT_EQ(people.size(), 20U);
  for (const auto& [number, count] : people) {
    EXPECT_GT(count, 15) << number;  // 50 expected, with a deviation of 7
    EXPECT_LT(count, 85) << number;
  }
}

class ManyLines : public testing::Test {
 protected:
  static constexpr int kNumbers = 600;
  ManyLines() {
    for (int number = 0; number < kNumbers; ++number)
      world.add({fmt::format("+1202555{:04}", number)});
  }
  static std::string address() { return "+12025559999"; }
  World world;
};

TEST_F(ManyLines, ARefusalIsProvenOverAllOfThemAndOneFreeNumberIsFound) {
  std::set<std::string> given;
  for (int line = 0; line < kNumbers; ++line) given.insert(world.open(address()));
  EXPECT_EQ(given.size(), static_cast<std::size_t>(kNumbers)) << "each of them once";
  const Error error = refused(world, world.seat_for(address()));
  EXPECT_EQ(error.code, "pool.exhausted");
  EXPECT_THAT(error.detail, HasSubstr("of the 600 that may serve them, they use 600"));
  for (const char* number : {"+12025550000", "+12025550333", "+12025550599"}) {
    world.close(address(), number, hours(1));
    EXPECT_EQ(world.open(address()), "pool.exhausted");
    world.clock.advance(hours(1));
    EXPECT_EQ(world.open(address()), std::string(number) + " area_code");
  }
}

TEST_F(ManyLines, ADecisionCostsThreeCallsAsLongAsTheNextNumberIsFree) {
  for (int line = 0; line < 200; ++line) {
    world.store.reads = {};
    const auto request = world.seat_for(address());
    const auto choice = world.choose(request);
    ASSERT_TRUE(choice);
    // Cursor, four places of the ring, their routes and one number; now and then the ring's end lies between.
    ASSERT_LE(world.store.reads.calls, 5U);
    ASSERT_LE(world.store.reads.records, 1U + 2 * (4 + 4 + 1));
    ASSERT_TRUE(world.take(request, *choice, world.new_session()));
  }
}

TEST_F(ManyLines, LinesAreReadOnceWhereTheNextHundredAreTaken) {
  for (int line = 0; line < kNumbers - 1; ++line) world.open(address());
  world.close(address(), "+12025550333", hours(0));
  world.store.reads = {};
  EXPECT_TRUE(world.choose(world.seat_for(address())));
  EXPECT_LE(world.store.reads.calls, 20U);
  EXPECT_LE(world.store.reads.records, 3U * kNumbers);
}

TEST_F(ManyLines, NumbersThatMayNotBeGivenCostNoReadOfTheirOwn) {
  for (int number = 0; number < kNumbers; ++number) {
    world.change(fmt::format("+1202555{:04}", number), [&](Number& changed) {
      if (number != 333) changed.reach = {"CA"};
    });
  }
  world.store.reads = {};
  EXPECT_EQ(world.open(address()), "+12025550333 area_code");
  EXPECT_LE(world.store.reads.records, kNumbers + 10U);
}

Task<bool> refuse(World* world, SeatRequest request, bool* decided) {
  const auto choice = co_await world->allocator.choose(std::move(request), world->clock.now());
  *decided = true;
  EXPECT_THAT(choice.error().detail, HasSubstr("2500 draining"));
  co_return true;
}
TEST(Allocator, ALongWalkGivesWayToTheOthersOnItsThread) {
  World world;
  for (int number = 0; number < 2500; ++number) {
    Number described = world.describe(fmt::format("+1202555{:04}", number));
    described.status = NumberStatus::draining;
    world.add(described);
  }
  int turns = 0;
  bool decided = false;
  std::function<void()> other = [&] {
    ++turns;
    if (!decided) boost::asio::post(world.io(), other);
  };
  boost::asio::post(world.io(), other);
  auto request = world.seat_for(kWashington);
  request.widest = Tier::area_code;
  world.run(refuse(&world, request, &decided));
  EXPECT_GE(turns, 2);
}

TEST(Allocator, AStoreThatFailsIsNoRefusal) {
  World world;
  world.add({"+12025550101"});
  world.store.broken = true;
  EXPECT_EQ(refused(world, world.seat_for(kWashington)).code, "storage.unavailable");
  auto named = world.seat_for(kWashington);
  named.number = World::number("+12025550101");
  EXPECT_EQ(refused(world, named).code, "storage.unavailable");
}

}  // namespace
}  // namespace bauta
