#include "routing/accounts/keys.h"

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
      world.desk->keys().create({.id = {},
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
  return world.run(world.desk->keys().authenticate(secret, world.clock.now()));
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
  EXPECT_EQ(code_of(world.run(world.desk->keys().revoke(world.service.account, revoked.key.id))),
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
  EXPECT_EQ(
      code_of(world.run(world.desk->keys().revoke(AccountId::make(1, world.random), made.key.id))),
      "key.not_found");
  EXPECT_EQ(world.run(world.desk->keys().all_of(world.service.account))->size(), 1U);
}

TEST(NeverReveal, OnlyTheHashOfAKeyIsStored) {
  World world;
  const NewApiKey made = new_key(world);
  EXPECT_FALSE(world.holds(made.secret));
  EXPECT_FALSE(world.holds(std::string_view(made.secret).substr(11, 20)));
}

}  // namespace
}  // namespace bauta
