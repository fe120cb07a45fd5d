#include "storage/journal/journaled_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "storage/memory/memory_store.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What is put below `told/` is to be known.
std::vector<std::string> told(const Commit& commit) {
  std::vector<std::string> entries;
  for (const auto& put : commit.puts)
    if (put.key.octets().starts_with("told/")) entries.push_back(put.value);
  return entries;
}

class JournaledStoreTest : public ::testing::Test {
 protected:
  void start(bool is_marked = true) {
    journal = *Journal::open({.folder = folder, .store = "mine", .try_again = 0ms}, clock);
    store = std::make_unique<JournaledStore>(memory, *journal, told, is_marked);
  }
  std::string commit(Key key, std::string value, std::optional<Version> expect = {}) {
    Commit commit;
    if (expect) commit.expect(key, *expect);
    commit.put(std::move(key), std::move(value));
    const auto outcome = run(store->commit(std::move(commit)));
    if (std::holds_alternative<Committed>(outcome)) return "committed";
    if (std::holds_alternative<Conflict>(outcome)) return "conflict";
    if (const auto* refused = std::get_if<Refused>(&outcome))
      return std::string(refused->error.code);
    return "unknown";
  }
  std::vector<std::string> entries() const {
    std::vector<std::string> all;
    for (const auto& file : *list_journal(folder))
      for (const auto& entry : read_journal(folder, file.number)->entries)
        all.push_back(entry.octets);
    return all;
  }
  bool has(Key key) { return run(memory.get(std::move(key)))->has_value(); }

  TemporaryFolder temporary;
  fs::path folder = temporary.path() / "journal";
  SetClock clock;
  MemoryStore memory{clock};
  std::unique_ptr<Journal> journal;
  std::unique_ptr<JournaledStore> store;
};

TEST_F(JournaledStoreTest, WritesDownWhatIsToBeKnownAndNothingElse) {
  start();
  EXPECT_EQ(commit(Key("told").u64(1), "a STOP"), "committed");
  EXPECT_EQ(commit(Key("other").u64(1), "a text"), "committed");
  EXPECT_THAT(entries(), ElementsAre("a STOP"));
  EXPECT_TRUE(has(Key("told").u64(1)));
  EXPECT_TRUE(has(Key("other").u64(1)));
}

TEST_F(JournaledStoreTest, WritesItDownAheadOfACommitThatMayFail) {
  start();
  EXPECT_EQ(commit(Key("told").u64(1), "in vain", Version{7}), "conflict");
  EXPECT_THAT(entries(), ElementsAre("in vain"));
}

TEST_F(JournaledStoreTest, AJournalThatFailsHoldsNothingUpAndLeavesItsMarkOff) {
  start(false);
  EXPECT_EQ(commit(Key("told").u64(1), "one"), "committed");
  EXPECT_TRUE(has(journal_mark_key()));

  journal.reset();
  fs::remove_all(folder);
  std::ofstream(folder) << "a file stands where the folder was";
  start(true);
  EXPECT_EQ(commit(Key("told").u64(2), "two"), "committed");
  EXPECT_TRUE(has(Key("told").u64(2)));
  EXPECT_FALSE(has(journal_mark_key())) << "who opens it next knows of the gap";

  fs::remove(folder);
  EXPECT_EQ(commit(Key("told").u64(3), "three"), "committed");
  EXPECT_TRUE(has(journal_mark_key()));
  EXPECT_THAT(entries(), ElementsAre("three"));
}

TEST_F(JournaledStoreTest, OfAClosedJournalItRefusesWhatIsToBeKnown) {
  start();
  journal->close();
  EXPECT_EQ(commit(Key("told").u64(1), "late"), "storage.closed");
  EXPECT_FALSE(has(Key("told").u64(1)));
  EXPECT_EQ(commit(Key("other").u64(1), "a text"), "committed");
  EXPECT_THAT(entries(), IsEmpty());
}

}  // namespace
}  // namespace bauta
