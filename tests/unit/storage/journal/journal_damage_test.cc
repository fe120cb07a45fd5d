#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>

#include "storage/journal/journal.h"
#include "storage/journal/journal_files.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What a file of a journal holds, as it is written and as it comes back.
class JournalOctetsTest : public ::testing::Test {
 protected:
  std::string file_of(const std::vector<std::string>& given) const {
    std::string octets = journal_begin({.begun_at = clock.now(), .store = "mine"});
    for (const auto& entry : given) octets += journal_record({.at = clock.now(), .octets = entry});
    return octets;
  }
  static std::vector<std::string> entries_of(const JournalContent& content) {
    std::vector<std::string> found;
    for (const auto& entry : content.entries) found.push_back(entry.octets);
    return found;
  }

  SetClock clock;
  const std::vector<std::string> entries{"somebody said STOP", "a line", "and another"};
};

TEST_F(JournalOctetsTest, ComeBackAsTheyWereWritten) {
  const auto content = read_journal_octets(file_of(entries));
  EXPECT_FALSE(content.is_damaged);
  EXPECT_EQ(entries_of(content), entries);
  ASSERT_TRUE(content.begin);
  EXPECT_EQ(content.begin->store, "mine");
  EXPECT_EQ(content.begin->begun_at, clock.now());
}

// Found by reading: a flipped length ran beyond the end of the file, and looked as if the process had died there.
TEST_F(JournalOctetsTest, NoBitOfThemIsFlippedUnseen) {
  const auto octets = file_of(entries);
  for (std::size_t at = 0; at < octets.size() * 8; ++at) {
    auto flipped = octets;
    flipped[at / 8] = static_cast<char>(flipped[at / 8] ^ (1 << at % 8));
    const auto content = read_journal_octets(flipped);
    ASSERT_TRUE(content.is_damaged) << "bit " << at;
    ASSERT_LT(content.entries.size(), entries.size()) << "bit " << at;
  }
}

TEST_F(JournalOctetsTest, CutOffAnywhereTheyEndThere) {
  const auto octets = file_of(entries);
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const auto content = read_journal_octets(octets.substr(0, size));
    ASSERT_FALSE(content.is_damaged) << size << " octets";
    ASSERT_TRUE(
        entries_of(content) ==
        std::vector<std::string>(entries.begin(), entries.begin() + std::ssize(content.entries)));
  }
}

TEST_F(JournalOctetsTest, AFlippedLengthIsToldAlsoBeforeARecordThatIsCutOff) {
  auto octets = file_of({"whole, with a wrong length", "cut off"});
  const auto last = journal_record({.at = clock.now(), .octets = "cut off"}).size();
  const auto flipped =
      octets.size() - last -
      journal_record({.at = clock.now(), .octets = "whole, with a wrong length"}).size() + 1;
  octets[flipped] = '\x01';  // 64 KiB more
  EXPECT_TRUE(read_journal_octets(octets.substr(0, octets.size() - 3)).is_damaged);
}

TEST_F(JournalOctetsTest, RoomThatWasPromisedAndNeverFilledIsNoDamage) {
  constexpr std::ptrdiff_t kSector = 512;
  auto octets = file_of({"whole", std::string(3 * kSector, 'x')});
  EXPECT_FALSE(read_journal_octets(octets + std::string(100, '\0')).is_damaged);
  auto unfilled = octets;
  std::fill(unfilled.begin() + 2 * kSector, unfilled.end(), '\0');
  EXPECT_FALSE(read_journal_octets(unfilled).is_damaged);
  EXPECT_THAT(entries_of(read_journal_octets(unfilled)), ElementsAre("whole"));
  octets[2 * kSector] = '\0';
  EXPECT_TRUE(read_journal_octets(octets).is_damaged) << "no disk leaves out a single octet";
}

TEST_F(JournalOctetsTest, WithoutTheFirstRecordTheyAreDamaged) {
  const auto whole = file_of(entries);
  const auto first = journal_begin({.begun_at = clock.now(), .store = "mine"}).size();
  const auto content = read_journal_octets(whole.substr(0, 8) + whole.substr(first));
  EXPECT_TRUE(content.is_damaged);
  EXPECT_FALSE(content.begin);
  EXPECT_THAT(content.entries, IsEmpty());
}

/// Three files, one a day, each of a process of its own.
class JournalDamageTest : public ::testing::Test {
 protected:
  JournalDamageTest() {
    for (const auto* entry : {"one", "two", "three"}) {
      append(entry);
      clock.advance(24h);
    }
  }
  std::unique_ptr<Journal> open() const {
    auto opened = Journal::open({.folder = folder, .store = "mine"}, clock);
    EXPECT_TRUE(opened) << opened.error().detail;
    return *std::move(opened);
  }
  void append(const std::string& entry) const {
    EXPECT_TRUE(run(open()->append({entry})).has_value());
  }
  std::string name(int number) const { return "000000000" + std::to_string(number) + ".journal"; }
  void overwrite(int number, std::string_view octets, std::size_t at = 0) const {
    std::fstream file(folder / name(number), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file << octets;
  }
  /// "1 2* 3": the second is damaged.
  std::string files() const {
    std::string all;
    for (const auto& file : *list_journal(folder)) {
      all += (all.empty() ? "" : " ") + std::to_string(file.number) + (file.is_damaged ? "*" : "");
    }
    return all;
  }

  TemporaryFolder temporary;
  fs::path folder = temporary.path() / "journal";
  SetClock clock;
  TimePoint start = clock.now();
  const JournalReader reader{folder};
};

// Found by reading: such a file was left out as if its first record had never been written, and all that stood in it with it.
TEST_F(JournalDamageTest, AFileWhoseFirstRecordIsDamagedIsNotLeftOut) {
  EXPECT_EQ(files(), "1 2 3");
  EXPECT_EQ(covered_since(*list_journal(folder)), start);
  overwrite(2, "damaged!", 16);
  EXPECT_EQ(files(), "1 2* 3");
  EXPECT_EQ((*list_journal(folder))[1].begun_at, start + 48h) << "not later than the third";
  EXPECT_TRUE(read_journal(folder, 2)->is_damaged);
  EXPECT_EQ(covered_since(*list_journal(folder)), start + 48h);
}

TEST_F(JournalDamageTest, NeitherIsOneThatBeginsWithSomethingElse) {
  overwrite(3, "whatever");
  EXPECT_EQ(files(), "1 2 3*");
  EXPECT_EQ(covered_since(*list_journal(folder)), std::nullopt)
      << "nothing is known of what was done last";
}

TEST_F(JournalDamageTest, AFlippedLengthOfTheFirstRecordIsDamage) {
  overwrite(1, std::string(1, '\x01'), 9);
  EXPECT_EQ(files(), "1* 2 3");
  EXPECT_EQ(covered_since(*list_journal(folder)), start + 24h);
}

TEST_F(JournalDamageTest, AFirstRecordThatWasNeverWrittenIsNone) {
  for (const auto size : {36U, 30U, 12U, 8U, 5U, 0U}) {
    fs::resize_file(folder / name(3), size);
    EXPECT_EQ(files(), "1 2") << size << " octets";
    EXPECT_EQ(covered_since(*list_journal(folder)), start);
  }
}

TEST_F(JournalDamageTest, IsNamedWhereItMayConcernThatTime) {
  EXPECT_EQ(reader.damaged({{.time = start}}), std::vector<std::string>());
  overwrite(1, "X", 52);
  overwrite(2, "X", 52);
  EXPECT_EQ(reader.damaged({{.time = start}}), (std::vector{name(1), name(2)}));
  EXPECT_EQ(reader.damaged({{.time = start + 24h + 1s}}), std::vector{name(2)});
  EXPECT_EQ(reader.damaged({{.time = start + 48h + 1s}}), std::vector<std::string>());
}

TEST_F(JournalDamageTest, IsGoneOverByWhoWritesAndByWhoDropsWhatIsOld) {
  overwrite(3, "damaged!", 16);
  append("four");
  EXPECT_EQ(files(), "1 2 3* 4");
  EXPECT_EQ(covered_since(*list_journal(folder)), start + 72h);
  ASSERT_TRUE(drop_journal_before(folder, {{.time = start + 71h}}));
  EXPECT_EQ(files(), "2 3* 4") << "what the third may hold is as new as the fourth";
  ASSERT_TRUE(drop_journal_before(folder, {{.time = start + 72h + 1s}}));
  EXPECT_EQ(files(), "4");
}

}  // namespace
}  // namespace bauta
