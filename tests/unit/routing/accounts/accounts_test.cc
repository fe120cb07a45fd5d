#include "routing/accounts/accounts.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using testing_routing::World;

TEST(Accounts, AreFoundAgainInsteadOfMadeTwice) {
  World world;
  auto& accounts = world.desk->accounts();
  const auto again =
      *world.run(accounts.ensure_with_service("acme", "harbour", world.clock.now(), world.random));
  EXPECT_EQ(again.id, world.service.id);
  const auto second =
      *world.run(accounts.ensure_with_service("acme", "rides", world.clock.now(), world.random));
  EXPECT_EQ(second.account, world.service.account);
  EXPECT_NE(second.id, world.service.id);
  EXPECT_EQ(world.run(world.desk->services().all_of(second.account))->size(), 2U);
}

TEST(Accounts, AtOnceTheyAreStillMadeOnce) {
  World world;
  std::vector<Task<Result<Service>>> tasks;
  for (int at = 0; at < 3; ++at)
    tasks.push_back(world.desk->accounts().ensure_with_service("other", "one", world.clock.now(),
                                                               world.random));
  std::set<ServiceId> made;
  for (const auto& service : world.run_all(std::move(tasks))) made.insert(service->id);
  EXPECT_EQ(made.size(), 1U);
}

}  // namespace
}  // namespace bauta
