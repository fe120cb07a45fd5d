#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "storage/rocksdb/rocks_store.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;

/// A store whose log loses its end, and which is opened all the same.
class AcceptedLossTest : public ::testing::Test {
 protected:
  static Key mark_key() { return Key("meta").text("mark"); }

  /// The mark's value becomes "lost", or stays if `marks` is false.
  Result<std::unique_ptr<RocksStore>> open(bool accept_loss, bool marks = true) {
    RocksStoreOptions options;
    options.path = path;
    options.free_bytes_min = 0;
    options.accept_loss = accept_loss;
    options.loss_mark =
        LossMark{.key = mark_key(), .value = [this, marks](const AcceptedLoss& loss) {
                   losses.push_back(loss);
                   return marks ? std::optional<std::string>("lost") : std::nullopt;
                 }};
    return RocksStore::open(std::move(options), clock);
  }
  static void put(Store& store, Key key, std::string value) {
    ASSERT_TRUE(std::holds_alternative<Committed>(
        run(store.commit(std::move(Commit().put(std::move(key), std::move(value)))))));
  }
  static std::string mark_of(Store& store) {
    const auto record = run(store.get(mark_key()));
    return record && *record ? (*record)->value : "none";
  }
  void write_and_lose(const std::string& mark = "") {
    {
      const auto store = *open(false);
      if (!mark.empty()) put(*store, mark_key(), mark);
      for (std::uint64_t i = 0; i < 50; ++i) put(*store, Key("k").u64(i), "x");
    }
    fs::path log;
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.path().extension() == ".log" && entry.path() > log) log = entry.path();
    fs::resize_file(log, fs::file_size(log) - 200);
  }

  TemporaryFolder folder;
  fs::path path = folder.path() / "store";
  SetClock clock;
  std::vector<AcceptedLoss> losses;
};

TEST_F(AcceptedLossTest, IsMarkedInTheStoreBeforeItIsForgotten) {
  write_and_lose();
  EXPECT_EQ(open(false).error().code, "storage.corrupt");
  EXPECT_TRUE(losses.empty());
  {
    const auto store = open(true);
    ASSERT_TRUE(store) << store.error().detail;
    EXPECT_EQ(mark_of(**store), "lost");
    put(**store, Key("k").u64(99), "goes on");
  }
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].durable, std::optional<std::uint64_t>(51)) << "the format, too";
  EXPECT_LT(losses[0].recovered, 51U);
  EXPECT_EQ(losses[0].known, std::nullopt);
  EXPECT_EQ(mark_of(**open(false)), "lost") << "the next start finds it, and no loss";
  EXPECT_EQ(losses.size(), 1U);
}

TEST_F(AcceptedLossTest, WhoMarksIsToldWhatStandsThere) {
  write_and_lose("restored");
  EXPECT_EQ(mark_of(**open(true, false)), "restored");
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].known, std::optional<std::string>("restored"));
}

TEST_F(AcceptedLossTest, AStoreThatLostNothingIsNotMarked) {
  {
    ASSERT_TRUE(open(true)) << "a new one";
  }
  EXPECT_EQ(mark_of(**open(true)), "none");
  EXPECT_TRUE(losses.empty());
}

TEST_F(AcceptedLossTest, WhereNobodyCanSayWhatWasDurableItIsTakenForALoss) {
  {
    ASSERT_TRUE(open(false));
  }
  fs::resize_file(path / "DURABLE", 7);
  EXPECT_EQ(mark_of(**open(true)), "lost");
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].durable, std::nullopt);
}

}  // namespace
}  // namespace bauta
