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

/// Something happens before each commit; or it is refused.
class WatchedStore final : public Store {
 public:
  explicit WatchedStore(Store& inner) : inner_(inner) {}
  std::function<void()> before = [] {};
  std::string refusal;

  Task<Result<std::optional<Record>>> get(Key key) override { return inner_.get(std::move(key)); }
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override {
    return inner_.multi_get(std::move(keys));
  }
  Task<Result<ScanPage>> scan(ScanRequest request) override {
    return inner_.scan(std::move(request));
  }
  Task<CommitOutcome> commit(Commit commit) override {
    before();
    if (!refusal.empty()) co_return Refused{{.code = "storage.full", .detail = refusal}};
    co_return co_await inner_.commit(std::move(commit));
  }
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override {
    return inner_.subscribe(std::move(prefix), std::move(executor), std::move(hint));
  }

 private:
  Store& inner_;
};

class JournaledStoreTest : public ::testing::Test {
 protected:
  void start(bool is_marked = true) {
    journal = *Journal::open({.folder = folder, .store = "mine", .try_again = 0ms}, clock);
    store = std::make_unique<JournaledStore>(watched, *journal, told, is_marked);
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
  WatchedStore watched{memory};
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

// Found by reading: a commit as large as one may be had no room for the mark's removal, so that the gap was told by nothing.
TEST_F(JournaledStoreTest, ALargeCommitWithoutItsEntriesTakesTheMarkAwayBeforeIt) {
  start(false);
  EXPECT_EQ(commit(Key("told").u64(1), "one"), "committed");
  journal.reset();
  fs::remove_all(folder);
  std::ofstream(folder) << "a file stands where the folder was";
  start(true);
  const auto large = [] {
    Commit commit;
    for (std::uint64_t i = 0; i < Commit::kWritesMax; ++i) commit.put(Key("told").u64(i), "x");
    return commit;
  };
  watched.refusal = "there is no room";
  EXPECT_TRUE(std::holds_alternative<Refused>(run(store->commit(large()))));
  EXPECT_TRUE(has(journal_mark_key()));
  EXPECT_FALSE(has(Key("told").u64(2))) << "it is not done without";
  watched.refusal.clear();
  EXPECT_TRUE(std::holds_alternative<Committed>(run(store->commit(large()))));
  EXPECT_FALSE(has(journal_mark_key()));
  EXPECT_TRUE(has(Key("told").u64(2)));
}

TEST_F(JournaledStoreTest, AMarkThatCannotBeTakenAwayIsTold) {
  start(false);
  EXPECT_EQ(commit(Key("told").u64(1), "one"), "committed");
  watched.refusal = "there is no room";
  EXPECT_EQ(run(take_journal_mark_away(watched)).error().code, "storage.full");
  EXPECT_TRUE(has(journal_mark_key()));
  watched.refusal.clear();
  EXPECT_TRUE(run(take_journal_mark_away(watched)));
  EXPECT_FALSE(has(journal_mark_key()));
  EXPECT_TRUE(run(take_journal_mark_away(watched))) << "there is none any more";
}

// Promise 6: a STOP that was written down, and not yet committed when a backup began, was in neither.
TEST_F(JournaledStoreTest, ItsPlaceStandsInFrontOfWhatIsNotYetCommitted) {
  start();
  EXPECT_EQ(commit(Key("told").u64(1), "one"), "committed");
  EXPECT_EQ(store->settled_place()->entry, 1U);
  watched.before = [this] {
    EXPECT_THAT(entries(), ElementsAre("one", "two"));
    EXPECT_EQ(store->settled_place()->entry, 1U);
  };
  EXPECT_EQ(commit(Key("told").u64(2), "two"), "committed");
  EXPECT_EQ(store->settled_place()->entry, 2U);
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
