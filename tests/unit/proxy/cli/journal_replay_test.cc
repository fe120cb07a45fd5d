#include "proxy/cli/journal_replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "proxy/cli/backup_verdicts.h"
#include "storage/journal/journal_files.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class JournalGapTest : public ::testing::Test {
 protected:
  JournalGapTest() { config.backup_journal = folder.path() / "journal"; }

  void begin_file(std::uint64_t number, TimePoint at, bool follows_gap) const {
    ASSERT_TRUE(JournalWriter::begin(
        config.backup_journal,
        {.number = number, .begun_at = at, .store = "", .follows_gap = follows_gap}));
  }
  /// Of the first record.
  void damage(int number) const {
    std::fstream file(config.backup_journal / ("000000000" + std::to_string(number) + ".journal"),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20);
    file << "damaged";
  }
  std::string gap() const {
    const auto found = journal_gap(config, backup);
    if (!found) return std::string(found.error().code);
    return found->value_or("none");
  }

  TemporaryFolder folder;
  Config config;
  SetClock clock;
  TimePoint backed_up_at = clock.now();
  Backup backup{.id = 1, .created_at = backed_up_at};
};

TEST_F(JournalGapTest, AJournalFromBeforeTheBackupHasNone) {
  begin_file(1, backed_up_at - 48h, true);
  begin_file(2, backed_up_at - 1h, false);
  begin_file(3, backed_up_at + 1h, false);
  EXPECT_EQ(gap(), "none");
}

TEST_F(JournalGapTest, OneThatBrokeOffOrBeginsLaterSaysSinceWhenItIsWhole) {
  begin_file(1, backed_up_at - 48h, true);
  begin_file(2, backed_up_at + 1h, true);
  EXPECT_THAT(gap(), HasSubstr("it is whole only from 2026-03-01T13:00:00"));
}

// Found by reading: restore said that all was replayed, and only the start after it said that it could not be read.
TEST_F(JournalGapTest, DamageIsToldWithTheNameOfTheFileIfARestoreNeedsIt) {
  begin_file(1, backed_up_at - 48h, true);
  begin_file(2, backed_up_at - 24h, false);
  begin_file(3, backed_up_at + 24h, false);
  EXPECT_EQ(journal_damage(config, {backup}), std::optional<std::string>());
  damage(1);
  EXPECT_EQ(gap(), "none") << "all of it is older than the backup";
  damage(2);
  EXPECT_THAT(gap(), HasSubstr("a file of the journal is damaged (0000000001.journal, "
                               "0000000002.journal); STOPs"))
      << "when the first ended is not known any more";
}

TEST_F(JournalGapTest, OfABackupThatNotesItsPlaceOrderDecidesAndNotTheClock) {
  begin_file(1, backed_up_at - 48h, true);
  // By a clock that had leapt back.
  begin_file(2, backed_up_at - 72h, true);
  backup.journal = {.file = 2, .entry = 0, .begun_at = backed_up_at - 72h};
  EXPECT_EQ(gap(), "none");
  backup.journal = {.file = 1, .entry = 0, .begun_at = backed_up_at - 48h};
  EXPECT_THAT(gap(), HasSubstr("has a gap")) << "behind the place, whatever it was stamped with";
  backup.journal = {.file = 3, .entry = 0, .begun_at = backed_up_at};
  EXPECT_THAT(gap(), HasSubstr("has a gap")) << "the place is in no file that is there";
}

TEST_F(JournalGapTest, OnlyTheOldestOfThoseWithoutAPlaceIsLookedFor) {
  const auto needed = journal_needed_by(
      {{.id = 1, .created_at = backed_up_at + 24h},
       {.id = 2, .created_at = backed_up_at},
       {.id = 3, .created_at = backed_up_at, .journal = JournalPlace{.file = 7}}});
  ASSERT_EQ(needed.size(), 2U);
  EXPECT_EQ(needed[0].place->file, 7U);
  EXPECT_EQ(needed[1].place, std::nullopt);
  EXPECT_EQ(needed[1].time, backed_up_at - 1h);
}

TEST_F(JournalGapTest, WhatIsVerifiedGoesBackToTheOldestBackup) {
  const std::vector<Backup> backups{{.id = 1, .created_at = backed_up_at},
                                    {.id = 2, .created_at = backed_up_at + 24h}};
  begin_file(1, backed_up_at - 24h, true);
  begin_file(2, backed_up_at + 12h, false);
  EXPECT_TRUE((*verify_journal(config, backups))->has_value());
  damage(1);
  EXPECT_EQ((*verify_journal(config, backups))->error().code, "storage.corrupt");
  EXPECT_TRUE((*verify_journal(config, {backups[1]}))->has_value());
  config.backup_journal.clear();
  EXPECT_FALSE(verify_journal(config, backups)->has_value()) << "there is none";
}

TEST_F(JournalGapTest, WithoutOneSomebodyHasToLookAtTheTable) {
  EXPECT_THAT(gap(), HasSubstr("nothing of the time since the backup"));
  config.backup_journal.clear();
  EXPECT_THAT(gap(), HasSubstr("there is no journal"));
}

TEST_F(JournalGapTest, AStoreThatIsNotRestoredNeedsNone) {
  metrics::Instruments metrics("0.1.0", "abc");
  const auto store = *OpenStore::open(config, std::nullopt, OpenStoreOptions{}, clock, metrics);
  const JournalReplay replay(config, metrics);
  EXPECT_EQ(replay.warning(*store, std::nullopt), std::nullopt);
  EXPECT_TRUE(replay.show(*store).isNull()) << "a store in memory has no journal";
  const Recovery recovery{.backup = 1, .backed_up_at = backed_up_at, .restored_at = clock.now()};
  EXPECT_THAT(replay.warning(*store, recovery).value_or("none"), HasSubstr("there is no journal"));
}

}  // namespace
}  // namespace bauta
