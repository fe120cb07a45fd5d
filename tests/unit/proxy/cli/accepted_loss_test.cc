#include "proxy/cli/accepted_loss.h"

#include <gtest/gtest.h>

#include "storage/recovery/recovery.h"
#include "storage/rocksdb/backups.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

/// Two backups, with a write before each of them.
class RecoveryAfterLossTest : public ::testing::Test {
 protected:
  RecoveryAfterLossTest() {
    config.backup_journal = folder.path() / "journal";
    config.backup_path = folder.path() / "backups";
    RocksStoreOptions options;
    options.path = folder.path() / "store";
    options.free_bytes_min = 0;
    const auto store = *RocksStore::open(std::move(options), clock);
    for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{2}}) {
      static_cast<void>(run(store->commit(std::move(Commit().put(Key("k").u64(number), "x")))));
      backups.push_back(*store->back_up({.folder = config.backup_path,
                                         .keep = 10,
                                         .journal = JournalPlace{.file = number, .entry = 7}}));
    }
  }
  std::optional<Recovery> after(std::uint64_t recovered, std::optional<std::string> known = {}) {
    const auto mark = recovery_after_loss(
        config, {.recovered = recovered, .durable = 1000, .known = std::move(known)}, clock.now());
    return mark ? decode_recovery(*mark) : std::nullopt;
  }

  TemporaryFolder folder;
  SetClock clock;
  Config config;
  std::vector<Backup> backups;
};

TEST_F(RecoveryAfterLossTest, BeginsWithTheNewestBackupOfWhichNothingIsLost) {
  const auto last = after(500);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->backup, 2U);
  EXPECT_EQ(last->journal, backups[1].journal);
  EXPECT_EQ(last->backed_up_at, backups[1].created_at);
  EXPECT_EQ(last->restored_at, clock.now());
  EXPECT_TRUE(last->is_after_loss);
  EXPECT_FALSE(last->is_replayed);
  EXPECT_EQ(after(backups[1].sequence)->backup, 2U);
  EXPECT_EQ(after(backups[1].sequence - 1)->backup, 1U) << "the second has more than is left";
}

TEST_F(RecoveryAfterLossTest, BeginsWithTheJournalWhereThereIsNoSuchBackup) {
  const auto older = after(backups[0].sequence - 1);
  ASSERT_TRUE(older);
  EXPECT_EQ(older->backup, 0U);
  EXPECT_EQ(older->journal, std::nullopt);
  EXPECT_EQ(older->backed_up_at, TimePoint{});
  config.backup_path.clear();
  EXPECT_EQ(after(500)->backup, 0U);
}

TEST_F(RecoveryAfterLossTest, WhatWasNotYetReleasedIsToldFromWhereItHadBegun) {
  const Recovery held{.backup = 1,
                      .backed_up_at = clock.now() - 24h,
                      .restored_at = clock.now() - 1h,
                      .is_replayed = true,
                      .journal = backups[0].journal};
  auto expected = held;
  expected.restored_at = clock.now();
  expected.is_replayed = false;
  expected.is_after_loss = true;
  EXPECT_EQ(after(500, encode_recovery(held)), expected);
  EXPECT_EQ(after(500, "\xff\xff\xff")->backup, 2U) << "what cannot be read says nothing";
}

TEST_F(RecoveryAfterLossTest, WithoutAJournalTheStoreGoesOnAsItIs) {
  config.backup_journal.clear();
  EXPECT_EQ(after(500), std::nullopt);
}

}  // namespace
}  // namespace bauta
