#include <gtest/gtest.h>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using testing_routing::World;

class Importing : public testing::Test {
 protected:
  void SetUp() override { job = world.run(world.desk->begin_import(world.caller, 250, {}))->id; }

  static NewNumber numbered(int at) {
    return {.number = World::number("+1202555" + std::to_string(1000 + at)),
            .connection = "twilio"};
  }
  static ImportBatch batch_of(std::uint32_t batch, int from, int to, bool last = false) {
    ImportBatch made{.batch = batch, .numbers = {}, .last = last};
    for (int at = from; at < to; ++at) made.numbers.emplace_back(numbered(at));
    return made;
  }
  /// "imported=2 refused=0 next=1", or the code.
  std::string add(ImportBatch batch) {
    last = world.run(world.desk->import_numbers(world.caller, job, std::move(batch)));
    return last ? told(last->job) : std::string(last.error().code);
  }
  static std::string told(const Job& job) {
    return std::string(job.done_at ? "done" : "running") +
           " imported=" + std::to_string(job.counts.at("imported")) +
           " refused=" + std::to_string(job.counts.at("refused")) +
           " next=" + std::to_string(job.phase);
  }
  std::string shown() { return told(*world.run(world.desk->show_job(world.caller, job))); }
  /// The indexes of the last batch's refusals.
  std::string refused() const {
    std::string all;
    for (std::size_t at = 0; at < last->refused.size(); ++at) {
      if (last->refused[at])
        all += std::to_string(at) + ":" + std::string(last->refused[at]->code) + " ";
    }
    return all;
  }

  World world;
  JobId job;
  Result<ImportedBatch> last = fail("none", "");
};

TEST_F(Importing, GoesBatchByBatchToItsEnd) {
  EXPECT_EQ(add(batch_of(0, 0, 120)), "running imported=120 refused=0 next=1");
  EXPECT_EQ(add(batch_of(1, 120, 250, true)), "done imported=250 refused=0 next=2");
  EXPECT_EQ(world.run(world.desk->pool(world.caller))->at(0).numbers, 250U);
  EXPECT_EQ(add(batch_of(2, 250, 260)), "import.done");
}

TEST_F(Importing, ABatchThatIsBroughtAgainIsImportedOnce) {
  add(batch_of(0, 0, 120));
  EXPECT_EQ(add(batch_of(0, 0, 120)), "running imported=120 refused=0 next=1");
  EXPECT_EQ(refused(), "") << "its own numbers are not taken";
  EXPECT_EQ(add(batch_of(1, 120, 121, true)), "done imported=121 refused=0 next=2");
  EXPECT_EQ(add(batch_of(1, 120, 121, true)), "done imported=121 refused=0 next=2");
}

TEST_F(Importing, ABatchThatACrashInterruptedGoesOnWhereItWas) {
  // The second commit of the batch is not made, and its outcome is not told.
  std::size_t commits = 0;
  world.store.meanwhile = [&] {
    world.store.meanwhile = [&] {
      world.store.unknown_commits = 1;
      world.store.unknown_are_written = false;
      ++commits;
    };
  };
  EXPECT_EQ(add(batch_of(0, 0, 250)), "storage.unknown");
  EXPECT_EQ(shown(), "running imported=100 refused=0 next=0");
  EXPECT_EQ(add(batch_of(0, 0, 250)), "running imported=250 refused=0 next=1");
  EXPECT_EQ(refused(), "");
  EXPECT_EQ(commits, 1U);
  EXPECT_EQ(world.run(world.desk->pool(world.caller))->at(0).numbers, 250U);
}

TEST_F(Importing, AfterARestartTheSameBatchEndsWhatItBegan) {
  // As if the process had died after the first hundred.
  Job half = *world.run(world.desk->show_job(world.caller, job));
  add(batch_of(0, 0, 100));
  const auto stored = *world.run(Jobs(world.store).find(world.service.id, job));
  half = stored->value;
  half.phase = 0;
  half.cursor = "100";
  Commit commit;
  Jobs::write(commit, half, stored->version);
  static_cast<void>(world.memory.apply(commit));
  world.restart();
  EXPECT_EQ(add(batch_of(0, 0, 250, true)), "done imported=250 refused=0 next=1");
  EXPECT_EQ(refused(), "");
}

TEST_F(Importing, WhatIsRefusedIsToldAndKeepsNothingElseBack) {
  world.add({"+12025551001"});
  auto batch = batch_of(0, 0, 5);
  batch.numbers[2] = Result<NewNumber>(fail("number.invalid", "no number"));
  batch.numbers[3]->connection = "nobody";
  batch.numbers[4]->number = World::number("+12025551000");
  EXPECT_EQ(add(std::move(batch)), "running imported=1 refused=4 next=1");
  EXPECT_EQ(refused(),
            "1:number.taken 2:number.invalid 3:number.unknown_connection 4:number.taken ");
}

TEST_F(Importing, BatchesComeInTheirOrder) {
  EXPECT_EQ(add(batch_of(1, 0, 5)), "import.out_of_order");
  EXPECT_EQ(shown(), "running imported=0 refused=0 next=0");
}

TEST_F(Importing, AnEmptyLastBatchEndsIt) {
  EXPECT_EQ(add(batch_of(0, 0, 0, true)), "done imported=0 refused=0 next=1");
}

TEST_F(Importing, WhoIsElsewhereHasNoSuchJob) {
  Caller stranger = world.caller;
  stranger.service.id = ServiceId::make(1, world.random);
  const auto added = world.run(world.desk->import_numbers(stranger, job, batch_of(0, 0, 1)));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, "job.not_found");
}

}  // namespace
}  // namespace bauta
