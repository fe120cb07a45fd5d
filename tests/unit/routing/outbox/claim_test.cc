#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/desk/number_desk.h"
#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using ::testing::SizeIs;
using testing_routing::World;

/// What a text hangs on is looked at when it is claimed, and expected by the claim's commit.
class Claim : public testing_routing::Talking {
 protected:
  void write(const Commit& commit) {
    BAUTA_ASSERT(std::holds_alternative<Committed>(memory.apply(commit)));
  }
  /// B's address becomes a number of the pool.
  Commit adding_b() {
    const NewNumber described{.number = World::number(kB), .connection = "twilio"};
    Commit commit;
    Inventory::add(commit, compose_number(service.id, described, random.next(), clock.now()));
    return commit;
  }
  /// The number that B is texted from is gone, as after a restored backup.
  Commit removing_bs_number() {
    const auto number = session.session.seats[1].number;
    BAUTA_ASSERT(
        run(desk->change_number(caller, number, {.status = NumberStatus::draining})).has_value());
    Commit commit;
    Inventory::remove(commit, **run(inventory.find(number)));
    return commit;
  }
  /// Lets every lane look at its head once, and writes between that look and the claim.
  void work_while(const Commit& commit) {
    for (auto& [p, partition] : partitions) {
      ASSERT_TRUE(run(partition->read_on()).has_value());
      for (auto& lane : partition->take_ready(clock.now())) {
        store.meanwhile = [&] { write(commit); };
        run(partition->step(lane));
        EXPECT_EQ(store.conflicts, 1U);
      }
    }
    work();
  }
};

TEST_F(Claim, OfATextToWhoIsANumberOfOursByNowIsRefused) {
  text(kA, seat_number(0), "hi");
  write(adding_b());
  work();
  EXPECT_EQ(deliveries(), "hi|blocked:address.is_virtual_number ");
  EXPECT_THAT(carrier.taken, SizeIs(0));
}

TEST_F(Claim, MeetsAnAddressThatBecomesANumberOfOursMeanwhile) {
  text(kA, seat_number(0), "hi");
  work_while(adding_b());
  EXPECT_EQ(deliveries(), "hi|blocked:address.is_virtual_number ");
  EXPECT_THAT(carrier.taken, SizeIs(0));
}

TEST_F(Claim, OfATextFromANumberThatIsGoneIsRefused) {
  text(kA, seat_number(0), "hi");
  write(removing_bs_number());
  work();
  EXPECT_EQ(deliveries(), "hi|blocked:number.gone ");
  EXPECT_THAT(carrier.taken, SizeIs(0));
}

TEST_F(Claim, MeetsANumberThatGoesMeanwhile) {
  text(kA, seat_number(0), "hi");
  work_while(removing_bs_number());
  EXPECT_EQ(deliveries(), "hi|blocked:number.gone ");
  EXPECT_THAT(carrier.taken, SizeIs(0));
}

}  // namespace
}  // namespace bauta
