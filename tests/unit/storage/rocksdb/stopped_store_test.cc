#include "storage/rocksdb/stopped_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "storage/rocksdb/rocks_store.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/salvage.h"
#include "storage/seal/sealed_store.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/seeded_random.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;

class StoppedStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<RocksStore> run_on() const {
    RocksStoreOptions options;
    options.path = folder.path() / "store";
    options.free_bytes_min = 0;
    return *RocksStore::open(std::move(options), clock);
  }
  std::unique_ptr<StoppedStore> stopped() const {
    auto opened = StoppedStore::open(folder.path() / "store", clock.now());
    EXPECT_TRUE(opened) << opened.error().detail;
    return *std::move(opened);
  }
  std::string code_of_open() const {
    const auto opened = StoppedStore::open(folder.path() / "store", clock.now());
    return opened ? "opened" : std::string(opened.error().code);
  }
  static void put(Store& store, Key key, std::string value) {
    ASSERT_TRUE(std::holds_alternative<Committed>(
        run(store.commit(std::move(Commit().put(std::move(key), std::move(value)))))));
  }
  fs::path newest(const std::string& ending) const {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(folder.path() / "store"))
      if (entry.path().extension() == ending && entry.path() > found) found = entry.path();
    return found;
  }
  static void overwrite(const fs::path& path, std::uintmax_t at, std::size_t octets) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file << std::string(octets, '\x5a');
  }
  std::string names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder.path() / "store"))
      all.push_back(entry.path().filename().string() + " " +
                    std::to_string(fs::file_size(entry.path())));
    std::ranges::sort(all);
    std::string told;
    for (const auto& name : all) told += name + "\n";
    return told;
  }

  TemporaryFolder folder;
  SetClock clock;
};

TEST_F(StoppedStoreTest, IsReadAsItWasLeftAndNotWrittenTo) {
  {
    const auto store = run_on();
    put(*store, Key("a").text("x"), "1");
    run(store->commit(std::move(Commit().append(Key("log"), "entry"))));
  }
  const auto before = names();
  const auto store = stopped();
  EXPECT_EQ((*run(store->get(Key("a").text("x"))))->value, "1");
  EXPECT_FALSE(run(store->get(Key("a").text("y")))->has_value());
  EXPECT_EQ(run(store->scan(ScanRequest::prefix(Key("log"))))->records.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Refused>(
      run(store->commit(std::move(Commit().put(Key("a").text("x"), "2"))))));
  const auto verdict = store->verify();
  EXPECT_THAT(verdict.flaws, ::testing::IsEmpty());
  EXPECT_EQ(verdict.records, 3U);  // the format, too
  EXPECT_EQ(verdict.last_sequence, 3U);
  EXPECT_EQ(names(), before);
}

TEST_F(StoppedStoreTest, OneThatRunsOrIsNotThereIsRefused) {
  EXPECT_EQ(code_of_open(), "storage.unavailable");
  EXPECT_FALSE(fs::exists(folder.path() / "store"));
  const auto store = run_on();
  EXPECT_EQ(code_of_open(), "storage.locked");
}

TEST_F(StoppedStoreTest, ALogThatLostItsEndIsNoticed) {
  {
    const auto store = run_on();
    for (int i = 0; i < 50; ++i) put(*store, Key("k").u64(static_cast<std::uint64_t>(i)), "x");
  }
  const auto log = newest(".log");
  fs::resize_file(log, fs::file_size(log) - 200);
  EXPECT_EQ(code_of_open(), "storage.corrupt");
}

TEST_F(StoppedStoreTest, ADamagedBlockIsAFlaw) {
  {
    const auto store = run_on();
    for (int i = 0; i < 200; ++i)
      put(*store, Key("k").u64(static_cast<std::uint64_t>(i)), std::string(1'000, 'x'));
    ASSERT_TRUE(store->compact(Key("k"), Key("l")).has_value());
  }
  const auto table = newest(".sst");
  overwrite(table, fs::file_size(table) / 3, 4'096);
  const auto verdict = stopped()->verify();
  ASSERT_FALSE(verdict.flaws.empty());
  EXPECT_FALSE(verdict.flaws.front().key.has_value());
  EXPECT_THAT(verdict.flaws.front().what, ::testing::HasSubstr("comparing checksums"));
}

TEST_F(StoppedStoreTest, WhatDoesNotOpenIsPassedOverAndTold) {
  SeededRandom random(1);
  const auto ring = KeyRing::ephemeral(random);
  {
    const auto store = run_on();
    SealedStore sealed(*store, *ring, random);
    for (const std::uint64_t i : {1U, 2U, 3U}) put(sealed, Key("k").u64(i), "sealed");
    put(*store, Key("k").u64(2), "in clear");
  }
  const auto store = stopped();
  std::vector<Key> unreadable;
  SalvageStore opened(*store, *ring, [&](const Key& key) { unreadable.push_back(key); });
  auto request = ScanRequest::prefix(Key("k"));
  request.records_max = 1;
  std::string seen;
  for (bool more = true; more;) {
    const auto page = *run(opened.scan(request));
    for (const auto& record : page.records) seen += record.record.value + " ";
    more = page.more;
    request.after = page.resume_after;
  }
  EXPECT_EQ(seen, "sealed sealed ");
  EXPECT_THAT(unreadable, ::testing::ElementsAre(Key("k").u64(2)));
  EXPECT_EQ(run(opened.get(Key("k").u64(2))).error().code, "storage.corrupt");
}

}  // namespace
}  // namespace bauta
