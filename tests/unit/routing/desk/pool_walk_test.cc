#include <fmt/format.h>
#include <gtest/gtest.h>

#include "routing/desk/number_desk.h"
#include "storage/store/give_way.h"
#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using testing_routing::World;

/// So many numbers, or lines, are three pages.
constexpr int kMany = 1'200;
constexpr const char* kFirst = "+12025550000";

class PoolWalk : public testing::Test {
 protected:
  void add(const std::string& text) {
    const NewNumber described{.number = World::number(text), .connection = "twilio"};
    Commit commit;
    Inventory::add(commit, compose_number(world.service.id, described, world.random.next(),
                                          world.clock.now()));
    write(commit);
  }
  void take(const std::string& address) {
    Commit commit;
    RouteTable::take(commit,
                     {.service = world.service.id,
                      .address = World::person(address),
                      .person = world.hash_of(address),
                      .number = World::number(kFirst),
                      .session = SessionId::make(1, world.random),
                      .seat = SeatId::make(1, world.random)},
                     kAbsent);
    write(commit);
  }
  /// How often somebody else on its thread has a turn while the pool is counted.
  int turns_of_others() {
    bool counted = false;
    std::vector<Task<int>> both;
    both.push_back(count(&desk, world.caller, &counted));
    both.push_back(take_turns_until(&counted));
    return world.run_all(std::move(both)).back();
  }

  World world;
  // The world's own store lets others go first before every read; the real one does not, it resumes its caller at once.
  Desk desk{RelayParts{world.memory, world.index_key, world.clock, world.random, world.metrics, {}},
            [](std::string_view) { return true; }};

 private:
  static Task<int> count(Desk* desk, Caller caller, bool* counted) {
    const auto places = co_await desk->pool(caller);
    *counted = true;
    EXPECT_TRUE(places);
    co_return 0;
  }
  static Task<int> take_turns_until(const bool* counted) {
    int turns = 0;
    for (; !*counted; ++turns) co_await give_way();
    co_return turns;
  }
  void write(const Commit& commit) {
    BAUTA_ASSERT(std::holds_alternative<Committed>(world.memory.apply(commit)));
  }
};

// Found by reading: with a million lines one look at the pool stopped half of all timers and webhooks for seconds.
TEST_F(PoolWalk, OverManyNumbersGivesWayToTheOthersOnItsThread) {
  for (int number = 0; number < kMany; ++number) add(fmt::format("+1202555{:04}", number));
  EXPECT_GE(turns_of_others(), 3);
}

TEST_F(PoolWalk, OverManyLinesGivesWayToTheOthersOnItsThread) {
  add(kFirst);
  for (int guest = 0; guest < kMany; ++guest) take(fmt::format("+4420794{:05}", guest));
  EXPECT_GE(turns_of_others(), 3);
}

}  // namespace
}  // namespace bauta
