#include "routing/accounts/accounts.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : std::string(result.error().code);
}

NewApiKey new_key(World& world, std::optional<TimePoint> expires_at = {}) {
  return *world.run(
      world.desk->accounts().create_key({.id = {},
                                         .account = world.service.account,
                                         .service = world.service.id,
                                         .scopes = {Scope::sessions_read, Scope::messages_write},
                                         .label = "backend",
                                         .hint = {},
                                         .created_at = world.clock.now(),
                                         .expires_at = expires_at},
                                        world.random));
}

Result<ApiKey> authenticate(World& world, const std::string& secret) {
  return world.run(world.desk->accounts().authenticate(secret, world.clock.now()));
}

TEST(Accounts, AreFoundAgainInsteadOfMadeTwice) {
  World world;
  auto& accounts = world.desk->accounts();
  const auto again = *world.run(
      accounts.ensure_account_with_service("acme", "harbour", world.clock.now(), world.random));
  EXPECT_EQ(again.id, world.service.id);
  const auto second = *world.run(
      accounts.ensure_account_with_service("acme", "rides", world.clock.now(), world.random));
  EXPECT_EQ(second.account, world.service.account);
  EXPECT_NE(second.id, world.service.id);
  EXPECT_EQ(world.run(accounts.services_of(second.account))->size(), 2U);
}

TEST(Accounts, AtOnceTheyAreStillMadeOnce) {
  World world;
  std::vector<Task<Result<Service>>> tasks;
  for (int at = 0; at < 3; ++at)
    tasks.push_back(world.desk->accounts().ensure_account_with_service(
        "other", "one", world.clock.now(), world.random));
  std::set<ServiceId> made;
  for (const auto& service : world.run_all(std::move(tasks))) made.insert(service->id);
  EXPECT_EQ(made.size(), 1U);
}

TEST(Services, HaveUniqueNamesInTheirAccount) {
  World world;
  auto& accounts = world.desk->accounts();
  const auto create = [&](AccountId account, const std::string& name) {
    return code_of(
        world.run(accounts.create_service(account, name, {}, world.clock.now(), world.random)));
  };
  EXPECT_EQ(create(world.service.account, "harbour"), "service.name_taken");
  EXPECT_EQ(create(AccountId::make(1, world.random), "harbour"), "");
  EXPECT_EQ(create(world.service.account, "Harbour"), "service.name_invalid");
  EXPECT_EQ(create(world.service.account, ""), "service.name_invalid");
  EXPECT_EQ(create(world.service.account, std::string(65, 'a')), "service.name_invalid");
}

TEST(Services, KeepTheirSettings) {
  World world;
  world.change_settings([](ServiceSettings& settings) {
    settings = {.display_name = "Harbour Stays",
                .cooling_seconds = 5s,
                .deadline_seconds = 60s,
                .unknown = UnknownPolicy::dead_letter,
                .locality_fallback = Tier::any,
                .answer_ended = false,
                .retention_seconds = 0s};
  });
  const auto found =
      *world.run(world.desk->accounts().find_service(world.service.account, "harbour"));
  EXPECT_TRUE(found->value.settings == world.service.settings);
}

TEST(Services, TwoChangesOfTheSameStateDoNotBothWin) {
  World world;
  auto& accounts = world.desk->accounts();
  const auto was = **world.run(accounts.find_service(world.service.id));
  EXPECT_TRUE(world.run(accounts.change_service(was, {.display_name = "one"}))->has_value());
  EXPECT_FALSE(world.run(accounts.change_service(was, {.display_name = "two"}))->has_value());
}

TEST(ApiKeys, OpenWhatTheyWereMadeFor) {
  World world;
  const NewApiKey made = new_key(world);
  EXPECT_EQ(made.secret.size(), std::string("bauta_live_").size() + 43);
  EXPECT_TRUE(made.secret.ends_with(made.key.hint));
  const auto key = *authenticate(world, made.secret);
  EXPECT_EQ(key.id, made.key.id);
  EXPECT_TRUE(key.may(Scope::messages_write));
  EXPECT_FALSE(key.may(Scope::messages_read));
}

TEST(ApiKeys, UnknownRevokedExpiredAndMalformedLookTheSame) {
  World world;
  const NewApiKey revoked = new_key(world);
  const NewApiKey expiring = new_key(world, world.clock.now() + 1h);
  EXPECT_EQ(code_of(authenticate(world, expiring.secret)), "");
  EXPECT_EQ(
      code_of(world.run(world.desk->accounts().revoke_key(world.service.account, revoked.key.id))),
      "");
  world.clock.advance(1h);
  std::set<std::string> words;
  for (const std::string& secret :
       {revoked.secret, expiring.secret, std::string("bauta_live_") + std::string(43, 'A'),
        std::string("hunter2"), std::string()}) {
    const auto key = authenticate(world, secret);
    EXPECT_EQ(code_of(key), "auth.invalid_key");
    words.insert(key.error().detail);
  }
  EXPECT_EQ(words.size(), 1U);
}

TEST(ApiKeys, OfAnotherAccountCannotBeRevoked) {
  World world;
  const NewApiKey made = new_key(world);
  EXPECT_EQ(code_of(world.run(
                world.desk->accounts().revoke_key(AccountId::make(1, world.random), made.key.id))),
            "key.not_found");
  EXPECT_EQ(world.run(world.desk->accounts().keys_of(world.service.account))->size(), 1U);
}

TEST(NeverReveal, OnlyTheHashOfAKeyIsStored) {
  World world;
  const NewApiKey made = new_key(world);
  EXPECT_FALSE(world.holds(made.secret));
  EXPECT_FALSE(world.holds(std::string_view(made.secret).substr(11, 20)));
}

}  // namespace
}  // namespace bauta
