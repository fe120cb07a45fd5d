#include "storage/recovery/recovery.h"

#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"
#include "storage/store/clear_keys.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/set_clock.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

constexpr Recovery kRecovery{.backup = 12,
                             .backed_up_at = TimePoint{1'772'366'400'000ms},
                             .restored_at = TimePoint{1'772'370'000'000ms}};

class RecoveryTest : public ::testing::Test {
 protected:
  void write(std::string value) {
    ASSERT_TRUE(std::holds_alternative<Committed>(
        run(store.commit(std::move(Commit().put(recovery_key(), std::move(value)))))));
  }

  SetClock clock;
  MemoryStore store{clock};
};

TEST_F(RecoveryTest, AStoreThatWasNeverRestoredHasNothingToRecoverFrom) {
  EXPECT_EQ(*run(recovery_of(store)), std::nullopt);
  EXPECT_TRUE(run(end_recovery(store)));
}

TEST_F(RecoveryTest, ARestoredOneSaysFromWhatUntilItIsReleased) {
  write(encode_recovery(kRecovery));
  EXPECT_EQ(*run(recovery_of(store)), kRecovery);
  ASSERT_TRUE(run(end_recovery(store)));
  EXPECT_EQ(*run(recovery_of(store)), std::nullopt);
}

TEST_F(RecoveryTest, SaysWhetherItWasToldWhatWasDoneSince) {
  write(encode_recovery(kRecovery));
  ASSERT_TRUE(run(note_replayed(store, kRecovery)));
  auto told = kRecovery;
  told.is_replayed = true;
  EXPECT_EQ(*run(recovery_of(store)), told);
}

TEST_F(RecoveryTest, KeepsTheJournalsPlaceAndThatALossWasAccepted) {
  auto placed = kRecovery;
  placed.journal = {.file = 7, .entry = 120, .begun_at = TimePoint{1'772'366'300'000ms}};
  placed.is_after_loss = true;
  write(encode_recovery(placed));
  EXPECT_EQ(*run(recovery_of(store)), placed);
  EXPECT_EQ(decode_recovery(encode_recovery(placed)), placed);
  EXPECT_EQ(decode_recovery("\xff\xff\xff"), std::nullopt);
}

TEST_F(RecoveryTest, AMarkThatCannotBeReadIsNoRelease) {
  write("\xff\xff\xff");
  EXPECT_EQ(run(recovery_of(store)).error().code, "storage.corrupt");
}

TEST_F(RecoveryTest, ItsRecordIsInClear) { EXPECT_TRUE(is_in_clear(recovery_key())); }

}  // namespace
}  // namespace bauta
