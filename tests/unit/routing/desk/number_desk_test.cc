#include <gtest/gtest.h>

#include <set>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

constexpr const char* kA = "+12025550142";
constexpr const char* kC = "+442079460142";
constexpr const char* kV1 = "+12025550177";
constexpr const char* kV4 = "+442079460177";

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : std::string(result.error().code);
}

class Numbers : public testing::Test {
 protected:
  std::string add(const std::string& text, const std::string& connection = "twilio",
                  const std::vector<std::string>& fallbacks = {}) {
    return code_of(world.run(world.desk->add_number(
        world.caller,
        {.number = World::number(text), .connection = connection, .fallbacks = fallbacks}, {})));
  }
  std::string change(const std::string& text, ChangeNumber request) {
    return code_of(world.run(
        world.desk->change_number(world.caller, World::number(text), std::move(request))));
  }
  std::string remove(const std::string& text) {
    return code_of(world.run(world.desk->remove_number(world.caller, World::number(text))));
  }
  std::string list(ListNumbers request) {
    std::string told;
    for (const Number& number :
         world.run(world.desk->list_numbers(world.caller, std::move(request)))->data)
      told += (told.empty() ? "" : " ") + number.number.str();
    return told;
  }
  World world;
};

TEST_F(Numbers, KnowTheirLocalityAndReach) {
  EXPECT_EQ(add(kV1), "");
  const auto number = *world.run(world.desk->show_number(world.caller, World::number(kV1)));
  EXPECT_EQ(number.locality.country, "US");
  EXPECT_EQ(number.locality.area_code, "202");
  EXPECT_EQ(number.reach, default_reach(number.number));
  EXPECT_EQ(world.log("number."), "number.added");
}

TEST_F(Numbers, ServeOneServiceOnly) {
  EXPECT_EQ(add(kV1), "");
  EXPECT_EQ(add(kV1), "number.taken");
  world.caller.service = *world.run(world.desk->accounts().ensure_with_service(
      "rival", "rides", world.clock.now(), world.random));
  EXPECT_EQ(add(kV1), "number.taken");
  EXPECT_EQ(change(kV1, {.status = NumberStatus::draining}), "number.not_found");
  EXPECT_EQ(remove(kV1), "number.not_found");
}

TEST_F(Numbers, NeedConnectionsThatExist) {
  EXPECT_EQ(add(kV1, "nobody"), "number.unknown_connection");
  EXPECT_EQ(add(kV1, "twilio", {"nobody"}), "number.unknown_connection");
  EXPECT_EQ(add(kV1, "twilio", {"vonage"}), "");
  EXPECT_EQ(change(kV1, {.connection = "nobody"}), "number.unknown_connection");
  EXPECT_EQ(change(kV1, {.connection = "vonage"}), "");
}

// "no connection 'twillio' is configured" left open which there are.
TEST_F(Numbers, ARefusalNamesTheConnectionsThatThereAre) {
  const auto added = world.run(world.desk->add_number(
      world.caller, {.number = World::number(kV1), .connection = "twillio"}, {}));
  ASSERT_FALSE(added);
  ASSERT_EQ(added.error().faults.size(), 1U);
  EXPECT_EQ(added.error().faults[0].detail,
            "no connection 'twillio' is configured; there is twilio, vonage");
}

TEST_F(Numbers, AreListedByPlaceStatusAndConnection) {
  add(kV1);
  add(kV4, "vonage");
  EXPECT_EQ(list({.country = "US"}), kV1);
  EXPECT_EQ(list({.connection = "vonage"}), kV4);
  EXPECT_EQ(list({.area_code = "202", .status = NumberStatus::draining}), "");
  change(kV1, {.status = NumberStatus::draining});
  EXPECT_EQ(list({.area_code = "202", .status = NumberStatus::draining}), kV1);
}

TEST_F(Numbers, AreListedAPageAtATime) {
  std::multiset<std::string> expected;
  std::multiset<std::string> found;
  for (int at = 10; at < 15; ++at) {
    const std::string text = "+120255501" + std::to_string(at);
    add(text);
    expected.insert(text);
  }
  std::string cursor;
  do {
    const auto page =
        *world.run(world.desk->list_numbers(world.caller, {.limit = 2, .cursor = cursor}));
    for (const Number& number : page.data) found.insert(number.number.str());
    cursor = page.next_cursor;
  } while (!cursor.empty());
  EXPECT_EQ(found, expected);
}

TEST_F(Numbers, AreRemovedOnlyWhenDrainingAndEmpty) {
  add(kV1);
  add(kV4);
  const auto session = world.open({kA, kC}).session.id;
  EXPECT_EQ(remove(kV1), "number.in_use");
  EXPECT_EQ(change(kV1, {.status = NumberStatus::draining}), "");
  EXPECT_EQ(remove(kV1), "number.in_use");
  world.close(session);
  EXPECT_EQ(remove(kV1), "number.in_use");
  world.clock.advance(24h);
  EXPECT_EQ(remove(kV1), "");
  EXPECT_EQ(remove(kV1), "number.not_found");
  EXPECT_EQ(world.log("number."), "number.added number.added number.draining number.removed");
}

// Whoever books may be about to take it: empty is judged only once no new seat can come.
TEST_F(Numbers, AreNotRemovedWhileTheyTakeNewSeatsThoughNobodyHasOne) {
  add(kV1);
  const auto refused = world.run(world.desk->remove_number(world.caller, World::number(kV1)));
  ASSERT_EQ(code_of(refused), "number.in_use");
  EXPECT_TRUE(refused.error().detail.contains("draining")) << refused.error().detail;
  EXPECT_EQ(list({}), kV1);
}

TEST_F(Numbers, DrainingTakesNoNewSeats) {
  add(kV1);
  add(kV4);
  change(kV1, {.status = NumberStatus::draining});
  change(kV1, {.status = NumberStatus::draining});
  EXPECT_EQ(world.open_or_code(World::session_of({kA, kC})), "pool.exhausted");
  EXPECT_EQ(world.log("number."), "number.added number.added number.draining");
}

}  // namespace
}  // namespace bauta
