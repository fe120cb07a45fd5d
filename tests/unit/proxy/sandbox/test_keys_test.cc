#include "proxy/sandbox/test_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "proxy/sandbox/default_pool.h"
#include "proxy/sandbox/magic_numbers.h"
#include "proxy/sandbox/sandbox_carrier.h"
#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using testing_routing::World;

class TestKeys : public testing::Test {
 protected:
  NewApiKey make(const std::string& account, const std::string& service, bool only = false) {
    ApiKey key;
    key.scopes = {Scope::sessions_read};
    key.created_at = world.clock.now();
    return *world.run(make_test_key(
        desk, world.random,
        {.account = account, .service = service, .only_service = only, .key = std::move(key)}));
  }
  std::vector<Number> numbers_of(const std::string& account, const std::string& service) {
    const auto found = *world.run(
        desk.accounts().ensure_with_service(account, service, world.clock.now(), world.random));
    return world.run(desk.list_numbers({.key = {}, .service = found}, {.limit = 100}))->data;
  }

  World world;
  Desk desk{world.parts, [](std::string_view name) { return name == SandboxCarrier::kName; }};
};

TEST_F(TestKeys, SayThatTheyAreOnesAndAreTakenWithThatWordAlone) {
  const auto made = make("acc", "default");
  EXPECT_TRUE(is_test_key(made.secret));
  EXPECT_EQ(made.secret.size(), kTestKeyPrefix.size() + 43);
  EXPECT_FALSE(world.run(desk.keys().authenticate(made.secret, world.clock.now())))
      << "as it is shown it means nothing to a store";
  const auto known =
      world.run(desk.keys().authenticate(stored_key_of(made.secret), world.clock.now()));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->id, made.key.id);
  EXPECT_EQ(stored_key_of("bauta_live_" + made.secret.substr(11)), "");
  EXPECT_EQ(stored_key_of(""), "");
}

TEST_F(TestKeys, StandOnAnAccountAndAServiceThatAreMadeOnce) {
  const auto all = make("acc", "default");
  const auto one = make("acc", "rides", true);
  EXPECT_EQ(all.key.account, one.key.account);
  EXPECT_FALSE(all.key.service.has_value());
  EXPECT_TRUE(one.key.service.has_value());
  EXPECT_NE(make("other", "default").key.account, all.key.account);
}

TEST_F(TestKeys, GiveEachServiceNumbersOfItsOwn) {
  static_cast<void>(make("acc", "default"));
  static_cast<void>(make("acc", "default"));
  static_cast<void>(make("acc", "rides"));
  std::set<std::string> all;
  for (const auto* service : {"default", "rides"}) {
    const auto numbers = numbers_of("acc", service);
    EXPECT_EQ(numbers.size(), 20U);
    for (const auto& number : numbers) {
      EXPECT_EQ(number.connection, SandboxCarrier::kName);
      EXPECT_TRUE(all.insert(number.number.str()).second) << number.number.str();
      for (const auto& magic : magic_numbers()) {
        EXPECT_NE(number.number.str(), magic.us);
        EXPECT_NE(number.number.str(), magic.gb);
      }
    }
  }
  EXPECT_TRUE(all.contains("+12025550177"));
  EXPECT_TRUE(all.contains("+442079460101"));
}

// American numbers were of twelve areas, ten of each: the thirteenth service had none, and nobody was told.
TEST_F(TestKeys, GiveTenOfEachKindToManyServices) {
  for (int n = 1; n <= 15; ++n) {
    const auto service = "service-" + std::to_string(n);
    static_cast<void>(make("acc", service));
    const auto numbers = numbers_of("acc", service);
    const auto american = std::ranges::count_if(
        numbers, [](const Number& number) { return number.number.str().starts_with("+1"); });
    EXPECT_EQ(american, 10) << service;
    EXPECT_EQ(numbers.size(), 20U) << service;
  }
}

TEST_F(TestKeys, EveryDefaultNumberIsOneOnceAndMeansNothing) {
  EXPECT_EQ(american_numbers().size(), 840U);
  EXPECT_EQ(british_numbers().size(), american_numbers().size());
  std::set<std::string> all;
  for (const auto& numbers : {american_numbers(), british_numbers()}) {
    for (const auto& number : numbers) {
      EXPECT_TRUE(VirtualNumber::parse(number)) << number;
      EXPECT_EQ(habit_of(*RealAddress::parse(number)), HandsetHabit::ordinary) << number;
      EXPECT_TRUE(all.insert(number).second) << number;
    }
  }
}

TEST_F(TestKeys, ASecondOneCompletesWhatTheFirstBrokeOff) {
  static_cast<void>(make("acc", "rides"));
  const auto service = *world.run(
      desk.accounts().ensure_with_service("acc", "rides", world.clock.now(), world.random));
  const Caller caller{.key = {}, .service = service};
  // As if it had ended before these three: two American, one British.
  for (const auto* number : {"+12025550171", "+12025550179", "+442079460109"}) {
    ASSERT_TRUE(world.run(
        desk.change_number(caller, World::number(number), {.status = NumberStatus::draining})));
    ASSERT_TRUE(world.run(desk.remove_number(caller, World::number(number))));
  }
  ASSERT_EQ(numbers_of("acc", "rides").size(), 17U);
  EXPECT_EQ(*world.run(fill_pool(desk, caller)), 0U);
  EXPECT_EQ(numbers_of("acc", "rides").size(), 20U);
  EXPECT_EQ(*world.run(fill_pool(desk, caller)), 0U);
  EXPECT_EQ(numbers_of("acc", "rides").size(), 20U);
}

TEST_F(TestKeys, SayHowManyNumbersAreLackingWhenAllAreGivenOut) {
  const auto service_of = [&](const std::string& name) {
    return *world.run(
        desk.accounts().ensure_with_service("acc", name, world.clock.now(), world.random));
  };
  const Caller hoarder{.key = {}, .service = service_of("hoarder")};
  auto british = british_numbers();
  british.resize(british.size() - 3);
  for (const auto& number : british)
    ASSERT_TRUE(world.run(
        desk.add_number(hoarder, {.number = World::number(number), .connection = "sandbox"}, {})));
  EXPECT_EQ(*world.run(fill_pool(desk, {.key = {}, .service = service_of("late")})), 7U);
  EXPECT_EQ(numbers_of("acc", "late").size(), 13U);
}

TEST_F(TestKeys, AServiceThatHasNumbersIsGivenNone) {
  const auto service = *world.run(
      desk.accounts().ensure_with_service("acc", "own", world.clock.now(), world.random));
  const Caller caller{.key = {}, .service = service};
  ASSERT_TRUE(world.run(desk.add_number(
      caller, {.number = World::number("+13125550111"), .connection = "sandbox"}, {})));
  static_cast<void>(make("acc", "own"));
  EXPECT_EQ(numbers_of("acc", "own").size(), 1U);
}

}  // namespace
}  // namespace bauta
