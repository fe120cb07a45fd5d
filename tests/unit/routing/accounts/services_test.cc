#include "routing/accounts/services.h"

#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::World;

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : std::string(result.error().code);
}

TEST(Services, HaveUniqueNamesInTheirAccount) {
  World world;
  auto& services = world.desk->services();
  const auto create = [&](AccountId account, const std::string& name) {
    return code_of(world.run(services.create(account, name, {}, world.clock.now(), world.random)));
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
  const auto found = *world.run(world.desk->services().find(world.service.account, "harbour"));
  EXPECT_TRUE(found->value.settings == world.service.settings);
}

TEST(Services, TwoChangesOfTheSameStateDoNotBothWin) {
  World world;
  auto& services = world.desk->services();
  const auto was = **world.run(services.find(world.service.id));
  EXPECT_TRUE(world.run(services.change(was, {.display_name = "one"}))->has_value());
  EXPECT_FALSE(world.run(services.change(was, {.display_name = "two"}))->has_value());
}

}  // namespace
}  // namespace bauta
