#include "storage/rocksdb/backups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <stop_token>
#include <thread>

#include "storage/rocksdb/rocks_store.h"
#include "storage/rocksdb/stopped_store.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Key numbered(std::uint64_t i) { return Key("k").u64(i); }

class BackupsTest : public ::testing::Test {
 protected:
  std::unique_ptr<RocksStore> run_on(const fs::path& path) const {
    RocksStoreOptions options;
    options.path = path;
    options.free_bytes_min = 0;
    auto opened = RocksStore::open(std::move(options), clock);
    EXPECT_TRUE(opened) << opened.error().detail;
    return *std::move(opened);
  }
  Result<Backup> back_up(RocksStore& store, std::uint32_t keep = 10) const {
    return store.back_up({.folder = backups, .keep = keep});
  }
  Status restore(BackupId id) const {
    return restore_backup({.folder = backups,
                           .id = id,
                           .store = restored,
                           .mark = Key("mark"),
                           .mark_value = "restored"});
  }
  static std::string code_of(const Status& status) {
    return status ? "done" : std::string(status.error().code);
  }
  static void put(Store& store, Key key, std::string value) {
    ASSERT_TRUE(std::holds_alternative<Committed>(
        run(store.commit(std::move(Commit().put(std::move(key), std::move(value)))))));
  }
  static std::string value_of(Store& store, const Key& key) {
    const auto record = run(store.get(key));
    return record && *record ? (*record)->value : "nothing";
  }
  std::vector<BackupId> ids() const {
    std::vector<BackupId> found;
    for (const auto& backup : *list_backups(backups)) found.push_back(backup.id);
    return found;
  }
  std::vector<std::string> names(const fs::path& path) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(path))
      found.push_back(entry.path().filename().string());
    std::ranges::sort(found);
    return found;
  }
  /// A file of the backups that every one of them needs.
  fs::path shared_table() const {
    for (const auto& entry : fs::recursive_directory_iterator(backups))
      if (entry.path().extension() == ".sst") return entry.path();
    return {};
  }
  static void overwrite_middle(const fs::path& path) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(fs::file_size(path) / 2));
    file << "\x5a\x5a\x5a\x5a\x5a\x5a\x5a\x5a";
  }

  TemporaryFolder folder;
  fs::path data = folder.path() / "data";
  fs::path backups = folder.path() / "backups";
  fs::path restored = folder.path() / "restored";
  SetClock clock;
};

TEST_F(BackupsTest, ARestoredStoreHasAllThatWasCommittedBefore) {
  Backup made;
  {
    const auto store = run_on(data);
    for (std::uint64_t i = 0; i < 100; ++i) put(*store, numbered(i), std::to_string(i));
    run(store->commit(std::move(Commit().append(Key("log"), "first"))));
    const auto backup = back_up(*store);
    ASSERT_TRUE(backup) << backup.error().detail;
    made = *backup;
    put(*store, numbered(0), "changed since");
    put(*store, numbered(100), "made since");
  }
  EXPECT_EQ(made.id, 1U);
  EXPECT_EQ(made.sequence, 102U);  // the format, too
  EXPECT_GT(made.bytes, 0U);
  EXPECT_EQ(code_of(verify_backup(backups, 1)), "done");
  const auto done = restore(1);
  ASSERT_TRUE(done) << done.error().detail;

  const auto store = run_on(restored);
  EXPECT_EQ(value_of(*store, numbered(0)), "0");
  EXPECT_EQ(value_of(*store, numbered(99)), "99");
  EXPECT_EQ(value_of(*store, numbered(100)), "nothing");
  EXPECT_EQ(value_of(*store, Key("mark")), "restored");
  const auto appended = run(store->commit(std::move(Commit().append(Key("log"), "second"))));
  ASSERT_TRUE(std::holds_alternative<Committed>(appended));
  EXPECT_THAT(std::get<Committed>(appended).positions, ElementsAre(2U)) << "logs go on";
}

TEST_F(BackupsTest, KeepsTheJournalsPlaceThatItWasToldOf) {
  const auto store = run_on(data);
  const JournalPlace place{.file = 7, .entry = 120, .begun_at = clock.now()};
  ASSERT_TRUE(store->back_up({.folder = backups, .keep = 10, .journal = place}));
  // As all were made before places were noted.
  ASSERT_TRUE(back_up(*store));
  const auto all = *list_backups(backups);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].journal, std::optional(place));
  EXPECT_EQ(all[1].journal, std::nullopt);
  EXPECT_EQ(all[0].sequence, all[1].sequence);
  EXPECT_EQ(code_of(restore(1)), "done");
}

TEST_F(BackupsTest, IsMadeWhileOthersCommit) {
  const auto store = run_on(data);
  std::atomic<bool> enough = false;
  std::atomic<std::uint64_t> acknowledged = 0;
  std::jthread writer([&] {
    for (std::uint64_t i = 0; !enough; ++i) {
      put(*store, numbered(i), std::string(500, 'x'));
      acknowledged = i + 1;
    }
  });
  while (acknowledged < 50) std::this_thread::yield();
  const auto before = acknowledged.load();
  const auto backup = back_up(*store);
  enough = true;
  writer.join();
  ASSERT_TRUE(backup) << backup.error().detail;
  const auto done = restore(backup->id);
  ASSERT_TRUE(done) << done.error().detail;
  const auto copy = run_on(restored);
  std::uint64_t present = 0;
  while (value_of(*copy, numbered(present)) != "nothing") ++present;
  EXPECT_GE(present, before) << "all that was acknowledged before it began";
  for (std::uint64_t i = present; i < acknowledged; ++i)
    ASSERT_EQ(value_of(*copy, numbered(i)), "nothing") << i << ": no hole before it";
}

TEST_F(BackupsTest, KeepsTheNewest) {
  const auto store = run_on(data);
  for (std::uint64_t i = 0; i < 4; ++i) {
    put(*store, numbered(i), "x");
    ASSERT_TRUE(back_up(*store, 2));
  }
  EXPECT_THAT(ids(), ElementsAre(3U, 4U));
  EXPECT_EQ(code_of(verify_backup(backups, 1)), "backup.not_found");
  EXPECT_EQ(code_of(verify_backup(backups, 3)), "done") << "what it shares is still there";
}

TEST_F(BackupsTest, ATableIsCopiedOnce) {
  const auto store = run_on(data);
  for (std::uint64_t i = 0; i < 200; ++i) put(*store, numbered(i), std::string(10'000, 'x'));
  ASSERT_TRUE(back_up(*store));
  const auto size = [&] {
    std::uintmax_t octets = 0;
    for (const auto& entry : fs::recursive_directory_iterator(backups))
      if (entry.is_regular_file()) octets += entry.file_size();
    return octets;
  };
  const auto first = size();
  ASSERT_GT(first, 2'000'000U);
  put(*store, numbered(200), "little");
  ASSERT_TRUE(back_up(*store));
  EXPECT_LT(size() - first, first / 4);
}

TEST_F(BackupsTest, DamageIsFoundAndNotRestored) {
  {
    const auto store = run_on(data);
    for (std::uint64_t i = 0; i < 200; ++i) put(*store, numbered(i), std::string(1'000, 'x'));
    ASSERT_TRUE(back_up(*store));
  }
  overwrite_middle(shared_table());
  const auto verdict = verify_backup(backups, 1);
  EXPECT_EQ(code_of(verdict), "storage.corrupt");
  EXPECT_THAT(verdict.error().detail, HasSubstr("backup 1"));
  EXPECT_EQ(code_of(restore(1)), "storage.corrupt");
  EXPECT_FALSE(fs::exists(restored)) << "nothing was begun";
}

TEST_F(BackupsTest, ADamagedBackupEndsNoStore) {
  const auto store = run_on(data);
  put(*store, numbered(1), "x");
  ASSERT_TRUE(back_up(*store));
  fs::resize_file(shared_table(), 1);
  static_cast<void>(back_up(*store));
  EXPECT_FALSE(store->failure().has_value());
  put(*store, numbered(2), "goes on");
}

TEST_F(BackupsTest, ALostFileIsFound) {
  {
    const auto store = run_on(data);
    put(*store, numbered(1), "x");
    ASSERT_TRUE(back_up(*store));
  }
  fs::remove(shared_table());
  EXPECT_EQ(code_of(restore(1)), "storage.corrupt");
}

TEST_F(BackupsTest, NothingIsWrittenOver) {
  const auto store = run_on(data);
  ASSERT_TRUE(back_up(*store));
  fs::create_directory(restored);
  std::ofstream(restored / "somebody's") << "x";
  EXPECT_EQ(code_of(restore(1)), "backup.target_not_empty");
  EXPECT_THAT(names(restored), ElementsAre("somebody's"));
  fs::remove(restored / "somebody's");
  EXPECT_EQ(code_of(restore(1)), "done") << "an empty folder is taken";
  EXPECT_EQ(code_of(restore(1)), "backup.target_not_empty") << "a store is not";
  EXPECT_THAT(names(restored), ::testing::Not(::testing::Contains("restoring")));
}

TEST_F(BackupsTest, ARestoreThatWasCutOffIsNoStore) {
  // What is there from the first moment on until the last.
  fs::create_directories(restored / "restoring");
  std::ofstream(restored / "DURABLE") << "whatever";
  RocksStoreOptions options;
  options.path = restored;
  const auto opened = RocksStore::open(std::move(options), clock);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "storage.corrupt");
}

TEST_F(BackupsTest, WhatIsRestoredIsWhole) {
  {
    const auto store = run_on(data);
    for (std::uint64_t i = 0; i < 50; ++i) put(*store, numbered(i), "x");
    ASSERT_TRUE(back_up(*store));
  }
  ASSERT_TRUE(restore(1));
  const auto store = StoppedStore::open(restored, clock.now());
  ASSERT_TRUE(store) << store.error().detail;
  EXPECT_THAT((*store)->verify().flaws, IsEmpty());
}

TEST_F(BackupsTest, ARestoredStoreIsBackedUpIntoTheSameFolder) {
  {
    const auto store = run_on(data);
    put(*store, numbered(1), "first life");
    ASSERT_TRUE(back_up(*store));
  }
  ASSERT_TRUE(restore(1));
  {
    const auto store = run_on(restored);
    put(*store, numbered(2), "second life");
    const auto second = back_up(*store);
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_EQ(second->id, 2U);
  }
  fs::remove_all(restored);
  ASSERT_TRUE(restore(2));
  const auto store = run_on(restored);
  EXPECT_EQ(value_of(*store, numbered(1)), "first life");
  EXPECT_EQ(value_of(*store, numbered(2)), "second life");
}

TEST_F(BackupsTest, OneThatIsStoppedLeavesNoBackup) {
  const auto store = run_on(data);
  put(*store, numbered(1), "x");
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = store->back_up({.folder = backups, .keep = 10, .stop = stop.get_token()});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, "storage.closed");
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_TRUE(back_up(*store)) << "the next one is made";
}

TEST_F(BackupsTest, WhereThereAreNoneItIsSaid) {
  EXPECT_EQ(list_backups(backups).error().code, "storage.unavailable");
  EXPECT_EQ(code_of(restore(1)), "storage.unavailable");
  fs::create_directory(backups);
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_EQ(code_of(restore(1)), "backup.not_found");
  const auto store = run_on(data);
  ASSERT_TRUE(back_up(*store));
  EXPECT_EQ(code_of(restore(7)), "backup.not_found");
}

}  // namespace
}  // namespace bauta
