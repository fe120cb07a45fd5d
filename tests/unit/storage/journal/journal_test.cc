#include "storage/journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JournalTest : public ::testing::Test {
 protected:
  std::unique_ptr<Journal> open(bool follows_gap = false, std::string store = "mine") const {
    auto opened = Journal::open({.folder = folder,
                                 .store = std::move(store),
                                 .follows_gap = follows_gap,
                                 .file_bytes_max = 4096,
                                 .try_again = 0ms},
                                clock);
    EXPECT_TRUE(opened) << opened.error().detail;
    return *std::move(opened);
  }
  static std::string append(Journal& journal, std::string entry) {
    const auto done = run(journal.append({std::move(entry)}));
    return done ? "written" : std::string(done.error().code);
  }
  std::vector<std::string> entries() const {
    std::vector<std::string> all;
    for (const auto& file : *list_journal(folder))
      for (const auto& entry : read_journal(folder, file.number)->entries)
        all.push_back(entry.octets);
    return all;
  }
  std::vector<std::uint64_t> numbers() const {
    std::vector<std::uint64_t> all;
    for (const auto& file : *list_journal(folder)) all.push_back(file.number);
    return all;
  }
  fs::path path(int number) const {
    return folder / ("000000000" + std::to_string(number) + ".journal");
  }

  TemporaryFolder temporary;
  fs::path folder = temporary.path() / "journal";
  SetClock clock;
};

TEST_F(JournalTest, KeepsWhatItWasGivenInOrderAcrossProcesses) {
  {
    const auto journal = open();
    EXPECT_EQ(append(*journal, "one"), "written");
    EXPECT_EQ(append(*journal, "two"), "written");
  }
  const auto journal = open();
  EXPECT_EQ(journal->first_file(), 2U);
  EXPECT_EQ(append(*journal, "three"), "written");
  EXPECT_THAT(entries(), ElementsAre("one", "two", "three"));
}

TEST_F(JournalTest, SaysWhenItsLastEntryWasWritten) {
  const JournalReader reader(folder);
  EXPECT_EQ(reader.last_entry(), std::nullopt);
  const auto written = clock.now();
  {
    const auto journal = open();
    EXPECT_EQ(append(*journal, "one"), "written");
  }
  clock.advance(1h);
  const auto journal = open();
  EXPECT_EQ(reader.last_entry(), std::optional(written)) << "the file of now holds none yet";
  EXPECT_EQ(append(*journal, "two"), "written");
  EXPECT_EQ(reader.last_entry(), std::optional(written + 1h));
}

TEST_F(JournalTest, IsItsOwnersAlone) {
  const auto journal = open();
  struct stat found{};
  ASSERT_EQ(::stat(path(1).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(folder.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0700U);
}

TEST_F(JournalTest, ATornEndIsNoDamageAndIsNeverWrittenOn) {
  append(*open(), "whole");
  append(*open(), "torn");
  fs::resize_file(path(2), fs::file_size(path(2)) - 2);
  EXPECT_THAT(entries(), ElementsAre("whole"));
  EXPECT_FALSE(read_journal(folder, 2)->is_damaged);
  append(*open(), "later");
  EXPECT_THAT(entries(), ElementsAre("whole", "later"));
}

TEST_F(JournalTest, DamageBeforeTheEndIsTold) {
  {
    const auto journal = open();
    append(*journal, "a word that will be damaged");
    append(*journal, "behind it");
  }
  std::fstream file(path(1), std::ios::in | std::ios::out | std::ios::binary);
  std::string octets(std::istreambuf_iterator<char>(file), {});
  const auto at = octets.find("damaged");
  ASSERT_NE(at, std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(at));
  file.put('X');
  file.close();
  const auto content = read_journal(folder, 1);
  EXPECT_TRUE(content->is_damaged);
  EXPECT_THAT(content->entries, IsEmpty());
}

TEST_F(JournalTest, BeginsAnotherFileByAgeAndBySize) {
  const auto journal = open();
  append(*journal, "first");
  clock.advance(25h);
  append(*journal, "a day later");
  append(*journal, std::string(5000, 'x'));
  append(*journal, "behind a large one");
  EXPECT_THAT(numbers(), ElementsAre(1U, 2U, 3U));
  EXPECT_EQ(covered_since(*list_journal(folder)), clock.now() - 25h);
}

TEST_F(JournalTest, DropsOnlyWhatIsOlder) {
  const auto journal = open();
  append(*journal, "first");
  const auto start = clock.now();
  for (const auto* day : {"second", "third"}) {
    clock.advance(25h);
    append(*journal, day);
  }
  ASSERT_TRUE(drop_journal_before(folder, {{.time = start + 24h}}));
  EXPECT_THAT(entries(), ElementsAre("first", "second", "third"));
  ASSERT_TRUE(drop_journal_before(folder, {{.time = start + 25h}}));
  EXPECT_THAT(entries(), ElementsAre("second", "third"));
  ASSERT_TRUE(drop_journal_before(folder, {{.time = start + 1000h}}));
  EXPECT_THAT(entries(), ElementsAre("third"));
}

TEST_F(JournalTest, WhoDidNothingLeavesNothing) {
  append(*open(), "one");
  open();
  EXPECT_THAT(numbers(), ElementsAre(1U));
}

TEST_F(JournalTest, AGapIsToldFromTheFileBehindItOn) {
  append(*open(), "one");
  clock.advance(1h);
  append(*open(true), "after commits that were not written down");
  clock.advance(1h);
  append(*open(), "two");
  EXPECT_EQ(covered_since(*list_journal(folder)), clock.now() - 1h);
  EXPECT_EQ(covered_since({}), std::nullopt);
}

TEST_F(JournalTest, ADiskThatFailsIsToldAndTriedAgainBehindAGap) {
  std::ofstream(folder) << "a file stands where the folder should be";
  const auto journal = open();
  EXPECT_EQ(journal->failure()->code, "storage.unavailable");
  EXPECT_EQ(append(*journal, "lost"), "storage.unavailable");
  fs::remove(folder);
  clock.advance(1h);
  EXPECT_EQ(append(*journal, "kept"), "written");
  EXPECT_FALSE(journal->failure());
  EXPECT_THAT(entries(), ElementsAre("kept"));
  EXPECT_EQ(covered_since(*list_journal(folder)), clock.now());
}

/// Files of this process cannot grow beyond that while it lives, as on a full disk.
class NoRoom {
 public:
  explicit NoRoom(rlim_t octets) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = octets, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;
  ~NoRoom() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    static_cast<void>(std::signal(SIGXFSZ, handler_));
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

// Found by reading: a disk that was full for a day left some nine thousand of them.
TEST_F(JournalTest, AFileThatCouldNotBeBegunIsNotLeftBehind) {
  {
    const NoRoom no_room(5);
    const auto journal = open();
    EXPECT_EQ(append(*journal, "lost"), "storage.unavailable");
    EXPECT_TRUE(fs::is_empty(folder));
  }
  append(*open(), "kept");
  EXPECT_THAT(entries(), ElementsAre("kept"));
}

TEST_F(JournalTest, FilesWithoutAFirstRecordAreDroppedButForTheNewest) {
  append(*open(), "one");
  for (const int number : {2, 4, 5}) std::ofstream(path(number)) << "bauta";
  ASSERT_TRUE(drop_journal_before(folder, {{.time = clock.now()}}));
  EXPECT_TRUE(fs::exists(path(1)));
  EXPECT_FALSE(fs::exists(path(2)));
  EXPECT_FALSE(fs::exists(path(4)));
  EXPECT_TRUE(fs::exists(path(5))) << "it may just be made";
}

TEST_F(JournalTest, ItsPlaceStandsBehindAllThatWasAppended) {
  const auto journal = open();
  EXPECT_EQ(journal->place(), (JournalPlace{.file = 1, .entry = 0, .begun_at = clock.now()}));
  const auto begun_at = clock.now();
  append(*journal, "one");
  clock.advance(-5h);
  append(*journal, "two");
  EXPECT_EQ(journal->place(), (JournalPlace{.file = 1, .entry = 2, .begun_at = begun_at}));
  append(*journal, std::string(5000, 'x'));
  append(*journal, "in another file");
  EXPECT_EQ(journal->place(), (JournalPlace{.file = 2, .entry = 1, .begun_at = clock.now()}));
}

TEST_F(JournalTest, ItsPlaceStaysInFrontOfAGap) {
  const auto begun_at = clock.now();
  const auto journal = open();
  append(*journal, "one");
  {
    const NoRoom no_room(fs::file_size(path(1)) + 1);
    EXPECT_EQ(append(*journal, "lost"), "storage.unavailable");
    EXPECT_EQ(journal->place(), (JournalPlace{.file = 1, .entry = 1, .begun_at = begun_at}));
  }
  EXPECT_EQ(append(*journal, "two"), "written");
  EXPECT_EQ(journal->place()->file, 2U);
}

TEST_F(JournalTest, WithoutAnyFileItHasNoPlace) {
  std::ofstream(folder) << "a file stands where the folder should be";
  EXPECT_EQ(open()->place(), std::nullopt);
}

TEST_F(JournalTest, AFileWhosePlaceWasToldStays) {
  append(*open(), "one");
  open()->place();
  EXPECT_THAT(numbers(), ElementsAre(1U, 2U));
}

// Else the numbers would begin anew, and a place of before would be taken for one of now.
TEST_F(JournalTest, TheLastFileThereIsStaysAlthoughItIsEmpty) {
  append(*open(), "one");
  {
    const auto journal = open();
    ASSERT_TRUE(drop_journal_file(folder, 1));
  }
  EXPECT_THAT(numbers(), ElementsAre(2U));
}

TEST_F(JournalTest, TheJournalOfAnotherStoreIsRefused) {
  append(*open(), "one");
  const auto other = Journal::open({.folder = folder, .store = "another"}, clock);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "backup.foreign_journal");
}

TEST_F(JournalTest, ClosedItTakesNothingMore) {
  const auto journal = open();
  journal->close();
  EXPECT_EQ(append(*journal, "late"), "storage.closed");
}

}  // namespace
}  // namespace bauta
