#include "storage/rocksdb/rocks_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include "storage/rocksdb/engine.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/master_key.h"
#include "storage/store/clear_keys.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/seeded_random.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;

Key key(const std::string& octets) { return Key::from_octets(octets); }

/// A disk whose fsync of the log can be made to fail.
class FailingDisk final : public rocksdb::FileSystemWrapper {
 public:
  FailingDisk() : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FailingDisk"; }
  std::atomic<bool> fails = false;

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override {
    auto status = target()->NewWritableFile(name, options, file, context);
    if (status.ok() && name.ends_with(".log"))
      *file = std::make_unique<Log>(std::move(*file), fails);
    return status;
  }

 private:
  class Log final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    Log(std::unique_ptr<rocksdb::FSWritableFile> file, std::atomic<bool>& fails)
        : rocksdb::FSWritableFileOwnerWrapper(std::move(file)), fails_(fails) {}
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* context) override {
      if (fails_) return rocksdb::IOStatus::IOError("the disk is broken");
      return rocksdb::FSWritableFileOwnerWrapper::Sync(options, context);
    }

   private:
    std::atomic<bool>& fails_;
  };
};

class Rocks : public ::testing::Test {
 protected:
  RocksStoreOptions options() const {
    RocksStoreOptions made;
    made.path = folder.path() / "store";
    made.free_bytes_min = 0;
    return made;
  }
  std::unique_ptr<RocksStore> open() const {
    auto opened = RocksStore::open(options(), clock);
    EXPECT_TRUE(opened) << opened.error().detail;
    return *std::move(opened);
  }
  std::string code_of_open(bool accept_loss = false) const {
    auto made = options();
    made.accept_loss = accept_loss;
    const auto opened = RocksStore::open(std::move(made), clock);
    return opened ? "opened" : std::string(opened.error().code);
  }
  static std::string put(Store& store, const std::string& name, const std::string& value) {
    const auto outcome = run(store.commit(std::move(Commit().put(key(name), value))));
    if (std::holds_alternative<Committed>(outcome)) return "committed";
    if (const auto* refused = std::get_if<Refused>(&outcome))
      return "refused " + std::string(refused->error.code);
    if (const auto* unknown = std::get_if<Unknown>(&outcome))
      return "unknown " + std::string(unknown->error.code);
    return "conflict";
  }
  static std::string get(Store& store, const std::string& name) {
    const auto record = run(store.get(key(name)));
    if (!record) return std::string(record.error().code);
    return *record ? (*record)->value : "absent";
  }
  /// Everything in the folder, by name: what a refused start must not change.  RocksDB's own lock file aside.
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
      if (!entry.is_regular_file() || entry.path().filename() == "LOCK") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      all[entry.path().filename()] = std::string(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }
  fs::path newest(const std::string& ending) const {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(folder.path() / "store")) {
      if (entry.path().extension() == ending && entry.path() > found) found = entry.path();
    }
    return found;
  }
  static void overwrite(const fs::path& path, std::uintmax_t at, std::size_t octets) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file << std::string(octets, '\x5a');
  }

  TemporaryFolder folder;
  SetClock clock;
};
using NeverLose = Rocks;

TEST_F(Rocks, ASecondStoreOnTheFolderIsRefused) {
  const auto store = open();
  EXPECT_EQ(put(*store, "a", "1"), "committed");
  EXPECT_EQ(code_of_open(), "storage.locked");
  EXPECT_EQ(get(*store, "a"), "1");
}

TEST_F(Rocks, ANewerFormatIsRefusedUnharmed) {
  open().reset();
  {
    rocksdb::DB* database = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, (folder.path() / "store").string(), &database).ok());
    std::string value(16, '\0');
    value[7] = 9;
    value += std::string("\0\0\0\x09\0\0\0\x09", 8);  // written by 9, read by nobody older
    rocksdb::WriteOptions durably;
    durably.sync = true;
    ASSERT_TRUE(database->Put(durably, format_key().octets(), value).ok());
    delete database;
  }
  const auto before = contents();
  EXPECT_EQ(code_of_open(), "storage.newer_format");
  EXPECT_EQ(contents(), before);
}

TEST_F(NeverLose, DamageInTheMiddleOfTheLogIsNoticedAndAcceptedOnlyWhenAsked) {
  {
    const auto store = open();
    for (int i = 0; i < 200; ++i)
      ASSERT_EQ(put(*store, "k" + std::to_string(i), std::string(100, 'x')), "committed");
  }
  const auto log = newest(".log");
  ASSERT_GT(fs::file_size(log), 10'000U);
  overwrite(log, fs::file_size(log) / 2, 64);
  const auto before = contents();
  EXPECT_EQ(code_of_open(), "storage.corrupt");
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(code_of_open(true), "opened");
  EXPECT_EQ(get(*open(), "k0"), std::string(100, 'x'));
}

TEST_F(NeverLose, ALogThatLostItsEndIsNoticed) {
  {
    const auto store = open();
    for (int i = 0; i < 50; ++i) ASSERT_EQ(put(*store, "k" + std::to_string(i), "x"), "committed");
  }
  const auto log = newest(".log");
  fs::resize_file(log, fs::file_size(log) - 200);
  EXPECT_EQ(code_of_open(), "storage.corrupt");
}

TEST_F(Rocks, ADamagedTableIsCorruptAndEndsTheStore) {
  {
    const auto store = open();
    for (int i = 0; i < 200; ++i)
      ASSERT_EQ(put(*store, "k" + std::to_string(i), std::string(1'000, 'x')), "committed");
    ASSERT_TRUE(store->compact(key("k"), key("l")).has_value());
  }
  const auto table = newest(".sst");
  ASSERT_FALSE(table.empty());
  overwrite(table, fs::file_size(table) / 3, 4'096);
  std::atomic<int> failures = 0;
  auto made = options();
  made.on_failure = [&](const Error&) { ++failures; };
  auto opened = RocksStore::open(std::move(made), clock);
  if (!opened) {
    EXPECT_EQ(opened.error().code, "storage.corrupt");
    return;
  }
  std::string worst = "nothing";
  for (int i = 0; i < 200; ++i) {
    const auto value = get(**opened, "k" + std::to_string(i));
    if (value == "storage.corrupt")
      worst = value;
    else
      EXPECT_EQ(value, std::string(1'000, 'x'));
  }
  EXPECT_EQ(worst, "storage.corrupt");
  EXPECT_EQ(put(**opened, "a", "1"), "refused storage.corrupt");
  EXPECT_EQ(failures, 1);
}

TEST_F(NeverLose, AfterAFailedFsyncNothingIsTakenUntilTheNextStart) {
  const auto disk = std::make_shared<FailingDisk>();
  const auto env = rocksdb::NewCompositeEnv(disk);
  std::atomic<int> failures = 0;
  auto made = options();
  made.on_failure = [&](const Error&) { ++failures; };
  auto store = *RocksStoreOnEnv::open(*env, std::move(made), clock);
  EXPECT_EQ(put(*store, "before", "1"), "committed");
  disk->fails = true;
  EXPECT_EQ(put(*store, "during", "1"), "unknown storage.unknown");
  disk->fails = false;  // an fsync that works now says nothing of what the failed one lost
  EXPECT_EQ(put(*store, "after", "1"), "refused storage.failed");
  EXPECT_EQ(get(*store, "before"), "storage.failed");
  EXPECT_EQ(failures, 1);
  store.reset();
  const auto again = open();
  EXPECT_EQ(get(*again, "before"), "1");
  EXPECT_EQ(get(*again, "after"), "absent");
  EXPECT_EQ(put(*again, "after", "2"), "committed");
}

TEST_F(Rocks, AFullDiskRefusesAndNothingIsBroken) {
  auto made = options();
  made.free_bytes_min = std::uint64_t{1} << 62;
  const auto full = *RocksStore::open(std::move(made), clock);
  EXPECT_EQ(put(*full, "a", "1"), "refused storage.full");
  EXPECT_EQ(get(*full, "a"), "absent");
}

/// A disk that is full as long as `hog` lies on it.
class HoggedDisk final : public rocksdb::FileSystemWrapper {
 public:
  explicit HoggedDisk(fs::path hog)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), hog_(std::move(hog)) {}
  const char* Name() const override { return "hogged"; }
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 std::uint64_t* free, rocksdb::IODebugContext* context) override {
    if (!fs::exists(hog_)) return FileSystemWrapper::GetFreeSpace(path, options, free, context);
    *free = 0;
    return rocksdb::IOStatus::OK();
  }

 private:
  fs::path hog_;
};

// Found by filling disks: a compaction that met another's file left half of its table, and no start found room, though it was the store's own.
TEST_F(Rocks, WhatACompactionLeftUnfinishedMakesRoomForAStart) {
  EXPECT_EQ(put(*open(), "a", "1"), "committed");
  const auto hog = options().path / "999999.sst";
  std::ofstream(hog) << "half a table";
  const auto env = rocksdb::NewCompositeEnv(std::make_shared<HoggedDisk>(hog));
  const auto store = RocksStoreOnEnv::open(*env, options(), clock);
  ASSERT_TRUE(store) << store.error().detail;
  EXPECT_FALSE(fs::exists(hog));
  EXPECT_EQ(get(**store, "a"), "1");
  EXPECT_EQ(put(**store, "b", "2"), "committed");
}

TEST_F(Rocks, ASmallDiskGetsASmallReserve) {
  auto made = options();
  made.path = folder.path() / "not there yet";
  made.free_bytes_min = std::uint64_t{1} << 62;
  EXPECT_EQ(fit_to_disk(made).free_bytes_min, fs::space(folder.path()).capacity / 4);
  made.free_bytes_min = 8U << 20;
  const auto small = fit_to_disk(made);
  EXPECT_EQ(small.free_bytes_min, 8U << 20);
  EXPECT_EQ(small.write_buffer_bytes, 2U << 20);
}

/// What the tables and logs hold of a value that can be recognized.
class ErasedSpace : public Rocks {
 protected:
  RocksStoreOptions erasing(std::chrono::seconds every) const {
    auto made = options();
    made.erasable_families = {"msg"};
    made.compact_every = every;
    return made;
  }
  bool is_on_disk() const {
    for (const auto& [name, content] : contents())
      if (content.contains("the tide is high")) return true;
    return false;
  }
  /// In a table, below others, and erased.
  static void write_and_erase(RocksStore& store) {
    for (int i = 0; i < 50; ++i)
      ASSERT_EQ(put(store, "msg/" + std::to_string(i), std::string(1'000, 'x')), "committed");
    ASSERT_EQ(put(store, "msg/7", "the tide is high"), "committed");
    ASSERT_TRUE(store.compact(key("msg/"), key("msg0")).has_value());
    ASSERT_TRUE(std::holds_alternative<Committed>(
        run(store.commit(std::move(Commit().erase(key("msg/7")))))));
  }
};

TEST_F(ErasedSpace, WhatWasErasedLeavesTheDiskWhenItIsCompacted) {
  const auto store = *RocksStore::open(erasing(std::chrono::hours(24)), clock);
  write_and_erase(*store);
  EXPECT_TRUE(is_on_disk());
  ASSERT_TRUE(store->compact_erased());
  EXPECT_FALSE(is_on_disk());
  EXPECT_EQ(get(*store, "msg/7"), "absent");
  EXPECT_EQ(get(*store, "msg/8"), std::string(1'000, 'x'));
}

TEST_F(ErasedSpace, IsCompactedByItselfOnceATableIsOldEnough) {
  const auto store = *RocksStore::open(erasing(std::chrono::seconds(0)), clock);
  write_and_erase(*store);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (is_on_disk() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_FALSE(is_on_disk());
  EXPECT_EQ(get(*store, "msg/8"), std::string(1'000, 'x'));
}

TEST_F(Rocks, ADrainedStoreRefuses) {
  const auto store = open();
  EXPECT_EQ(put(*store, "a", "1"), "committed");
  store->drain();
  EXPECT_EQ(put(*store, "b", "1"), "refused storage.closed");
  EXPECT_EQ(get(*store, "a"), "1");
}

TEST_F(Rocks, AWrongMasterKeyIsRefusedUnharmed) {
  SeededRandom random(1);
  {
    const auto store = open();
    ASSERT_TRUE(
        run(KeyRing::open(*store, *MasterKey::parse(std::string(64, 'a')), random, clock.now()))
            .has_value());
  }
  {
    const auto store = open();
    const auto ring =
        run(KeyRing::open(*store, *MasterKey::parse(std::string(64, 'b')), random, clock.now()));
    ASSERT_FALSE(ring);
    EXPECT_EQ(ring.error().code, "seal.wrong_master_key");
  }
  const auto store = open();
  EXPECT_TRUE(
      run(KeyRing::open(*store, *MasterKey::parse(std::string(64, 'a')), random, clock.now()))
          .has_value());
}

/// Commits pairs for ever, and writes the number of each to `acknowledged` once it is durable.
[[noreturn]] void commit_until_killed(const fs::path& folder, int acknowledged) {
  const SetClock clock;
  RocksStoreOptions options;
  options.path = folder;
  options.free_bytes_min = 0;
  auto store = RocksStore::open(std::move(options), clock);
  if (!store) ::_exit(1);
  for (std::uint32_t i = 0;; ++i) {
    const auto name = std::to_string(i);
    const auto outcome = run((*store)->commit(std::move(Commit()
                                                            .put(key("left" + name), name)
                                                            .put(key("right" + name), name)
                                                            .append(key("log/"), name))));
    if (!std::holds_alternative<Committed>(outcome)) ::_exit(2);
    if (::write(acknowledged, &i, sizeof i) != sizeof i) ::_exit(3);
  }
}

constexpr const char* kCommitUntilKilled = "commit-until-killed";

/// This program anew, as commit_until_killed(): a process that has threads cannot just be forked.
pid_t start_committing(const fs::path& folder, int acknowledged) {
  const std::string descriptor = std::to_string(acknowledged);
  const std::array arguments = {kCommitUntilKilled, folder.c_str(), descriptor.c_str()};
  std::array<char*, arguments.size() + 2> words{};
  std::string self = "rocks_store_test";
  words[0] = self.data();
  std::array<std::string, arguments.size()> kept;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    kept.at(at) = arguments.at(at);
    words.at(at + 1) = kept.at(at).data();
  }
  pid_t child = 0;
  EXPECT_EQ(::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, words.data(), environ), 0);
  return child;
}

TEST_F(NeverLose, WhatWasAcknowledgedIsThereAfterKillAndCommitsAreWhole) {
  std::minstd_rand delays(7);
  for (int round = 0; round < 5; ++round) {
    const TemporaryFolder own;
    RocksStoreOptions made;
    made.path = own.path() / "store";
    made.free_bytes_min = 0;
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const auto child = start_committing(made.path, pipe[1]);
    ::close(pipe[1]);
    // The strike comes after some acknowledgements, wherever the child is then.
    std::uint32_t acknowledged = 0;
    const std::uint32_t until = static_cast<std::uint32_t>(1 + delays() % 400);
    while (acknowledged < until &&
           ::read(pipe[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    }
    ASSERT_GE(acknowledged, until);  // else the child died by itself
    ::kill(child, SIGKILL);
    std::uint32_t late = 0;
    while (::read(pipe[0], &late, sizeof late) == sizeof late) acknowledged = late;
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);

    const auto opened = RocksStore::open(made, clock);
    ASSERT_TRUE(opened) << opened.error().detail;
    auto& store = **opened;
    for (std::uint32_t i = 0; i <= acknowledged; ++i)
      EXPECT_EQ(get(store, "left" + std::to_string(i)), std::to_string(i));
    for (std::uint32_t i = acknowledged; i < acknowledged + 100; ++i) {
      EXPECT_EQ(get(store, "left" + std::to_string(i)), get(store, "right" + std::to_string(i)));
    }
    const auto log = run(
        store.scan(ScanRequest{.from = key("log/"), .to = key("log0"), .records_max = 100'000}));
    ASSERT_TRUE(log);
    EXPECT_GE(log->records.size(), acknowledged + 1U);
  }
}

}  // namespace
}  // namespace bauta

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == bauta::kCommitUntilKilled) {
    bauta::commit_until_killed(argv[2], std::stoi(argv[3]));
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
