#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "storage/journal/journal_files.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Where a journal is read from, and what of it may go.
class JournalStartTest : public ::testing::Test {
 protected:
  /// `stamps`: of its entries, as what the clock said after `start`.
  void write(std::uint64_t number, Duration begun_at, const std::vector<Duration>& stamps) const {
    auto writer =
        JournalWriter::begin(folder, {.number = number, .begun_at = start + begun_at, .store = ""});
    ASSERT_TRUE(writer);
    for (const auto stamp : stamps)
      ASSERT_TRUE(writer->append(start + stamp, std::vector<std::string>{"an entry"}));
  }
  JournalPlace place(std::uint64_t file, std::uint64_t entry, Duration begun_at) const {
    return {.file = file, .entry = entry, .begun_at = start + begun_at};
  }
  /// "file/entry"
  std::string start_of(const JournalFrom& from) const {
    const auto found = reader.start_of(from);
    if (!found) return std::string(found.error().code);
    if (found->is_lost) return "lost";
    return std::to_string(found->file) + "/" + std::to_string(found->entry);
  }
  std::string by_time(Duration time) const { return start_of({.time = start + time}); }
  std::string left() const {
    std::string all;
    for (const auto& file : *list_journal(folder))
      all += (all.empty() ? "" : " ") + std::to_string(file.number);
    return all;
  }

  TemporaryFolder temporary;
  fs::path folder = temporary.path() / "journal";
  TimePoint start = SetClock().now();
  const JournalReader reader{folder};
};

TEST_F(JournalStartTest, APlaceIsFoundWhateverTheClocksSaid) {
  write(1, 0h, {1h, 2h});
  write(2, -48h, {-40h, 3h, -30h});
  write(3, 1h, {});
  EXPECT_EQ(start_of({.place = place(1, 1, 0h)}), "1/1");
  EXPECT_EQ(start_of({.place = place(2, 3, -48h), .time = start + 1000h}), "2/3");
  EXPECT_EQ(start_of({.place = place(3, 0, 1h)}), "3/0");
}

TEST_F(JournalStartTest, APlaceOfAnotherLifeOfTheFolderIsLost) {
  EXPECT_EQ(start_of({.place = place(1, 1, 0h)}), "lost") << "there is no file";
  write(2, 0h, {1h});
  EXPECT_EQ(start_of({.place = place(1, 1, 0h)}), "lost");
  EXPECT_EQ(start_of({.place = place(7, 1, 0h)}), "lost");
  EXPECT_EQ(start_of({.place = place(2, 1, 1h)}), "lost") << "the number was given out again";
}

TEST_F(JournalStartTest, ByTimeOnlyAFrontIsLeftOut) {
  write(1, 0h, {1h, 2h});
  write(2, 24h, {25h, 26h});
  EXPECT_EQ(by_time(-1h), "1/0");
  EXPECT_EQ(by_time(2h), "1/1");
  EXPECT_EQ(by_time(3h), "2/0") << "begun later";
  EXPECT_EQ(by_time(26h), "2/1");
  EXPECT_EQ(by_time(27h), "3/0") << "all of it is older";
}

TEST_F(JournalStartTest, ByTimeAllIsTakenFromWhereAClockFell) {
  write(1, 0h, {1h, 5h, 2h, 6h});
  EXPECT_EQ(by_time(100h), "1/2");
  EXPECT_EQ(by_time(4h), "1/1") << "later than asked for, before it fell";
}

TEST_F(JournalStartTest, ByTimeAllIsTakenFromAFileThatWasBegunByAClockThatFell) {
  write(1, 0h, {1h, 5h});
  write(2, 2h, {6h});
  write(3, 24h, {});
  EXPECT_EQ(by_time(20h), "2/0");
}

TEST_F(JournalStartTest, TheEndIsBehindTheLastEntry) {
  EXPECT_EQ(*reader.end(), std::nullopt);
  write(1, 0h, {1h});
  write(2, 24h, {25h, 26h});
  EXPECT_EQ(*reader.end(), std::optional(place(2, 2, 24h)));
  fs::resize_file(folder / journal_file_name(2), 9);
  EXPECT_EQ(*reader.end(), std::optional(place(1, 1, 0h))) << "its first record was never written";
}

TEST_F(JournalStartTest, WhatAKeptPlaceNeedsIsNotDropped) {
  write(1, 0h, {1h});
  write(2, -48h, {-40h});
  write(3, -24h, {});
  write(4, 0h, {});
  const JournalFrom older{.place = place(2, 1, -48h)};
  const JournalFrom newer{.place = place(3, 0, -24h)};
  ASSERT_TRUE(drop_journal_before(folder, {newer, older}));
  EXPECT_EQ(left(), "2 3 4");
  ASSERT_TRUE(drop_journal_before(folder, {newer}));
  EXPECT_EQ(left(), "3 4");
  ASSERT_TRUE(drop_journal_before(folder, {{.place = place(9, 0, 0h)}}));
  EXPECT_EQ(left(), "3 4") << "where it is nobody knows";
  ASSERT_TRUE(drop_journal_before(folder, {{.place = place(4, 0, 0h)}}));
  EXPECT_EQ(left(), "4");
}

// Found by reading: the second file, begun by a clock that was behind, made the first one look as if all of it were older.
TEST_F(JournalStartTest, ByTimeNothingIsDroppedFromWhereAClockFell) {
  write(1, 0h, {1h, 5h, 50h});
  write(2, 2h, {6h});
  write(3, 24h, {});
  ASSERT_TRUE(drop_journal_before(folder, {{.time = start + 20h}}));
  EXPECT_EQ(left(), "1 2 3");
  ASSERT_TRUE(drop_journal_before(folder, {{.time = start + 60h}}));
  EXPECT_EQ(left(), "2 3");
}

TEST_F(JournalStartTest, AFileThatIsShorterThanItWasIsDamaged) {
  write(1, 0h, {1h});
  EXPECT_EQ(reader.damaged({{.place = place(1, 1, 0h)}}), std::vector<std::string>());
  EXPECT_EQ(reader.damaged({{.place = place(1, 2, 0h)}}), std::vector{journal_file_name(1)});
}

}  // namespace
}  // namespace bauta
