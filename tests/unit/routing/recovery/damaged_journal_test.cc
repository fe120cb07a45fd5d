#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "routing/recovery/replay.h"
#include "storage/journal/journal_files.h"
#include "tests/conformance/ground/temporary_folder.h"
#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing_routing::Conversation;

/// A store of now that is told from a journal with one file a day, of which the last two are later than the backup.  A STOP stands in each.
class DamagedJournal : public testing::Test {
 protected:
  DamagedJournal() {
    for (int day = 1; day <= kFiles; ++day) {
      const auto at = backed_up_at + 24h * (day - kFiles + 1);
      auto writer = JournalWriter::begin(
          folder.path(),
          {.number = static_cast<std::uint64_t>(day), .begun_at = at, .follows_gap = day == 1});
      BAUTA_ASSERT(writer.has_value());
      Commit commit;
      Ledger::record(commit, world.consenter_of(kPeople.at(static_cast<std::size_t>(day - 1))), {},
                     {.state = ConsentState::opted_out, .since = at + 1h});
      BAUTA_ASSERT(writer->append(at + 1h, journal_entries_of(commit)).has_value());
    }
  }
  /// The octet `at`, from the front.
  void flip(int number, std::streamoff at) const {
    std::fstream file(folder.path() / ("000000000" + std::to_string(number) + ".journal"),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const auto octet = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(octet);
  }
  ReplayReport replay() {
    world.clock.advance(72h);
    const Recovery recovery{
        .backup = 1, .backed_up_at = backed_up_at, .restored_at = world.clock.now()};
    Replay replay(world.parts, {.journal = JournalReader(folder.path()),
                                .until_file = kFiles + 1,
                                .was_journaled = true,
                                .recovery = recovery});
    const auto report = world.run(replay.run());
    BAUTA_ASSERT(report.has_value());
    return *report;
  }

  static constexpr int kFiles = 4;
  static constexpr std::array<const char*, kFiles> kPeople{"+12025550150", "+12025550151",
                                                           "+12025550152", "+12025550153"};
  /// Where the length of the first record stands, behind the eight octets that a file begins with.
  static constexpr std::streamoff kLength = 8;

  Conversation world;
  TemporaryFolder folder;
  const TimePoint backed_up_at = world.clock.now();
};

TEST_F(DamagedJournal, WholeItCoversTheTimeSinceTheBackup) {
  const auto report = replay();
  EXPECT_EQ(report.counts.consents, 2U) << "the others are a day older than the backup";
  EXPECT_TRUE(report.covers(backed_up_at));
}

// Promise 6: a STOP that stood in such a file was lost, and the store was said to know all.
TEST_F(DamagedJournal, AFirstRecordThatIsDamagedIsTold) {
  flip(3, kLength + 12 + 3);
  const auto report = replay();
  EXPECT_TRUE(report.is_damaged);
  EXPECT_FALSE(report.covers(backed_up_at));
  EXPECT_EQ(report.counts.consents, 1U) << "the last file is replayed";
}

TEST_F(DamagedJournal, AFlippedLengthIsTold) {
  flip(4, kLength + 1);
  const auto report = replay();
  EXPECT_TRUE(report.is_damaged);
  EXPECT_FALSE(report.covers(backed_up_at));
  EXPECT_EQ(report.counts.consents, 1U);
}

TEST_F(DamagedJournal, WhatIsOlderThanTheBackupMayBeDamaged) {
  flip(1, kLength + 1);
  const auto report = replay();
  EXPECT_FALSE(report.is_damaged);
  EXPECT_TRUE(report.covers(backed_up_at)) << "the second was begun before it";
  EXPECT_EQ(report.counts.consents, 2U);
}

TEST_F(DamagedJournal, AnEndThatIsTornIsNoDamage) {
  const auto last = folder.path() / "0000000004.journal";
  fs::resize_file(last, fs::file_size(last) - 1);
  const auto report = replay();
  EXPECT_FALSE(report.is_damaged);
  EXPECT_TRUE(report.covers(backed_up_at));
  EXPECT_EQ(report.counts.consents, 1U);
}

}  // namespace
}  // namespace bauta
