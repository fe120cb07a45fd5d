#include "storage/clock/clock_keeper.h"

#include <gtest/gtest.h>

#include <optional>

#include "storage/clock/clock_mark.pb.h"
#include "storage/memory/memory_store.h"
#include "storage/store/records.h"
#include "tests/conformance/ground/run.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/unit/storage/clock/clocks/machine_clock.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

/// A store whose disk can be full, and whose answers can get lost.
class FaultyStore final : public Store {
 public:
  enum class Fault : unsigned char { none, refuses, forgets_to_say };
  explicit FaultyStore(MemoryStore& inner) : inner_(inner) {}

  Task<Result<std::optional<Record>>> get(Key key) override {
    co_return co_await inner_.get(std::move(key));
  }
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override {
    co_return co_await inner_.multi_get(std::move(keys));
  }
  Task<Result<ScanPage>> scan(ScanRequest request) override {
    co_return co_await inner_.scan(std::move(request));
  }
  Task<CommitOutcome> commit(Commit commit) override {
    ++commits;
    if (fault == Fault::refuses) co_return Refused{{.code = "storage.full", .detail = ""}};
    auto outcome = co_await inner_.commit(std::move(commit));
    if (fault == Fault::forgets_to_say)
      co_return Unknown{{.code = "storage.unknown", .detail = ""}};
    co_return outcome;
  }
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override {
    return inner_.subscribe(std::move(prefix), std::move(executor), std::move(hint));
  }

  int commits = 0;
  Fault fault = Fault::none;

 private:
  MemoryStore& inner_;
};

class ClockKeeperTest : public ::testing::Test {
 protected:
  ClockKeeperTest() { start(); }

  ClockState start() {
    clock.emplace(machine, 300s);
    keeper.emplace(store, *clock, 60s);
    return *run(keeper->begin());
  }
  ClockState keep() { return *run(keeper->keep()); }
  std::optional<ClockMark> mark() {
    const auto kept = *run(load<records::ClockMark>(store, Key("clock").text("mark")));
    if (!kept) return std::nullopt;
    ClockMark mark{.time = from_millis(kept->value.time_ms())};
    if (kept->value.has_doubted_since_ms())
      mark.doubted_since = from_millis(kept->value.doubted_since_ms());
    return mark;
  }

  SetClock disk_time;
  MemoryStore memory{disk_time};
  FaultyStore store{memory};
  MachineClock machine;
  std::optional<TrustedClock> clock;
  std::optional<ClockKeeper> keeper;
  const TimePoint began = machine.now();
};

TEST_F(ClockKeeperTest, WritesTheTimeEveryMinute) {
  EXPECT_EQ(mark(), std::nullopt);
  keep();
  EXPECT_EQ(mark(), ClockMark{.time = began});
  for (int second = 0; second < 59; ++second) {
    machine.pass(1s);
    keep();
  }
  EXPECT_EQ(mark(), ClockMark{.time = began});
  machine.pass(1s);
  keep();
  EXPECT_EQ(mark(), ClockMark{.time = began + 60s});
  EXPECT_EQ(store.commits, 2);
}

TEST_F(ClockKeeperTest, WritesADoubtAtOnceAndTheNextLifeKnowsIt) {
  keep();
  machine.pass(10s);
  machine.set_by(24h);
  EXPECT_EQ(keep().trust, ClockTrust::doubted);
  EXPECT_EQ(mark(), (ClockMark{.time = began + 10s, .doubted_since = began + 10s}));
  machine.pass(5min);
  keep();
  EXPECT_EQ(mark(), (ClockMark{.time = began + 5min + 10s, .doubted_since = began + 10s}));

  machine.restart(1min);
  EXPECT_EQ(start(), (ClockState{.trust = ClockTrust::doubted,
                                 .now = began + 5min + 10s,
                                 .offset = 24h + 1min,
                                 .doubted_since = began + 10s}));
  EXPECT_EQ(clock->now(), began + 5min + 10s);
}

TEST_F(ClockKeeperTest, AStartBehindTheMarkIsWrittenDownAsADoubt) {
  keep();
  machine.restart(1min);
  machine.set_by(-1h);
  EXPECT_EQ(start().trust, ClockTrust::doubted);
  keep();
  EXPECT_EQ(mark(), (ClockMark{.time = began, .doubted_since = began}));
  machine.restart(1min);
  machine.set_by(1h);
  EXPECT_EQ(start().trust, ClockTrust::doubted) << "set right, and nobody has said so";
}

TEST_F(ClockKeeperTest, TheMarkNeverFallsByItself) {
  keep();
  for (int step = 0; step < 3; ++step) {
    machine.set_by(-200s);
    machine.pass(1s);
    EXPECT_EQ(keep().trust, ClockTrust::trusted);
  }
  EXPECT_EQ(mark(), ClockMark{.time = began});
  machine.restart(1s);
  EXPECT_EQ(start().trust, ClockTrust::doubted) << "ten minutes behind, in small steps";
}

TEST_F(ClockKeeperTest, AConfirmedTimeIsTheMarkAlsoIfItIsEarlier) {
  keep();
  machine.set_by(-24h);
  keep();
  EXPECT_EQ(*run(keeper->confirm()), ClockState{.now = began - 24h});
  EXPECT_EQ(mark(), ClockMark{.time = began - 24h});
  machine.pass(1min);
  EXPECT_EQ(keep(), ClockState{.now = began - 24h + 1min});
  EXPECT_EQ(mark(), ClockMark{.time = began - 24h + 1min});
  machine.restart(1min);
  EXPECT_EQ(start().trust, ClockTrust::trusted);
}

TEST_F(ClockKeeperTest, ConfirmingWhatIsTrustedWritesNothing) {
  keep();
  machine.pass(1s);
  EXPECT_EQ(*run(keeper->confirm()), ClockState{.now = began + 1s});
  EXPECT_EQ(store.commits, 1);
}

TEST_F(ClockKeeperTest, WhatTheStoreDoesNotTakeIsNotConfirmed) {
  keep();
  machine.set_by(24h);
  store.fault = FaultyStore::Fault::refuses;
  EXPECT_EQ(run(keeper->keep()).error().code, "storage.full");
  EXPECT_EQ(run(keeper->confirm()).error().code, "storage.full");
  EXPECT_EQ(clock->now(), began);
  EXPECT_EQ(mark(), ClockMark{.time = began});
  store.fault = FaultyStore::Fault::none;
  keep();
  EXPECT_EQ(mark(), (ClockMark{.time = began, .doubted_since = began})) << "made good later";
  EXPECT_EQ(run(keeper->confirm())->trust, ClockTrust::trusted);
}

TEST_F(ClockKeeperTest, AConfirmationWhoseOutcomeNobodyKnowsIsTakenBack) {
  keep();
  machine.set_by(-24h);
  keep();
  store.fault = FaultyStore::Fault::forgets_to_say;
  EXPECT_EQ(run(keeper->confirm()).error().code, "storage.unknown");
  EXPECT_EQ(mark(), ClockMark{.time = began - 24h}) << "it was written all the same";
  EXPECT_EQ(clock->state().trust, ClockTrust::doubted);
  store.fault = FaultyStore::Fault::none;
  keep();
  EXPECT_EQ(mark(), (ClockMark{.time = began, .doubted_since = began}));
}

TEST_F(ClockKeeperTest, AMarkThatCannotBeReadKeepsTheRelayFromStarting) {
  Commit commit;
  commit.put(Key("clock").text("mark"), "\xff");
  ASSERT_TRUE(std::holds_alternative<Committed>(run(store.commit(std::move(commit)))));
  clock.emplace(machine, 300s);
  keeper.emplace(store, *clock, 60s);
  EXPECT_EQ(run(keeper->begin()).error().code, "storage.corrupt");
}

}  // namespace
}  // namespace bauta
