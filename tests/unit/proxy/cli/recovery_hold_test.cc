#include "proxy/cli/recovery_hold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "proxy/carriers/carrier_set.h"
#include "proxy/cli/backup_actions.h"
#include "proxy/cli/run_task.h"
#include "routing/outbox/delivery.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class NoEndpoints final : public EndpointPort {
 public:
  Task<EndpointAnswer> call(EndpointCall) override { co_return EndpointAnswer{}; }
};

class RecoveryHoldTest : public ::testing::Test {
 protected:
  RecoveryHoldTest() { config.storage_reserve_bytes_max = 0; }

  /// As a restore leaves it; in memory without a key.
  std::unique_ptr<OpenStore> restored(std::optional<MasterKey> key = std::nullopt) {
    auto opened = OpenStore::open(config, std::move(key),
                                  {.size = StoreSize::modest, .on_failure = [](const Error&) {}},
                                  clock, metrics);
    EXPECT_TRUE(opened) << opened.error().detail;
    const auto noted = run_here((*opened)->note_replayed(
        {.backup = 7, .backed_up_at = clock.now() - 1h, .restored_at = clock.now()}));
    EXPECT_TRUE(noted);
    return *std::move(opened);
  }

  TemporaryFolder folder;
  Config config = *parse_config("", folder.path());
  SystemClock clock;
  metrics::Instruments metrics{"0.1.0", "abc"};
};

// Both would let flow what was held, and each text would go twice.
TEST_F(RecoveryHoldTest, WhileOneReleasesItAnotherIsToldToAskAgain) {
  SystemRandom random;
  const auto store = restored(*MasterKey::parse(MasterKey::generate(random)));
  RecoveryHold hold(*store, metrics);
  ASSERT_TRUE(hold.begin());
  ASSERT_TRUE(hold.is_held());
  int went_on = 0;
  const auto go_on = [&went_on]() -> Task<Status> {
    ++went_on;
    co_return Status();
  };
  boost::asio::io_context loop(1);
  // The first waits for its fsync when the second has its turn.
  auto first = boost::asio::co_spawn(loop, hold.release(go_on), boost::asio::use_future);
  auto second = boost::asio::co_spawn(loop, hold.release(go_on), boost::asio::use_future);
  loop.run();
  EXPECT_TRUE(first.get());
  const auto refused = second.get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "storage.contended");
  EXPECT_EQ(went_on, 1);
  EXPECT_FALSE(hold.is_held());
  EXPECT_TRUE(run_here(hold.release(go_on))) << "and there is nothing more to release";
  EXPECT_EQ(went_on, 1);
}

/// A restored relay with two threads for its lanes, and the admin listener's action that releases it.
class ReleaseTest : public RecoveryHoldTest {
 protected:
  ~ReleaseTest() override {
    for (auto* threads : {&lane_threads, &webhook_threads, &walk_thread}) {
      threads->stop();
      threads->join();
    }
  }
  void start() {
    auto& kept = *store;
    hold.emplace(kept, metrics);
    ASSERT_TRUE(hold->begin());
    backups.emplace(config, kept, clock, metrics);
    for (auto* threads : {&lane_threads, &webhook_threads, &walk_thread}) threads->run();
    engine.emplace(RelayEngineParts{.config = config,
                                    .clock = clock,
                                    .metrics = metrics,
                                    .lane_threads = lane_threads,
                                    .webhook_threads = webhook_threads,
                                    .walk_thread = walk_thread,
                                    .carriers = carriers,
                                    .endpoints = endpoints},
                   std::move(store));
    ASSERT_TRUE(engine->start_lanes(Outgoing::held));
  }
  Result<std::string> release() {
    const auto actions = backup_actions(
        {.backups = *backups,
         .recovery = *hold,
         .journal = journal,
         .engine = *engine,
         .cannot_go_on = [this](const Error& error) { ended_by.emplace_back(error.code); }});
    for (const auto& action : actions)
      if (action.path == "/backup/release") return wait_for(walk_thread.executor(0), action.act());
    return fail("test.no_action", "nothing releases it");
  }

  CarrierSet carriers;
  NoEndpoints endpoints;
  JournalReplay journal{config, metrics};
  IoThreads lane_threads{2};
  IoThreads webhook_threads{1};
  IoThreads walk_thread{1};
  std::unique_ptr<OpenStore> store = restored();
  std::optional<RecoveryHold> hold;
  std::optional<RelayBackups> backups;
  std::optional<RelayEngine> engine;
  std::vector<std::string> ended_by;
};

TEST_F(ReleaseTest, LetsWhatWasHeldFlow) {
  start();
  EXPECT_TRUE(hold->is_held());
  const auto released = release();
  ASSERT_TRUE(released) << released.error().detail;
  EXPECT_THAT(ended_by, IsEmpty());
  EXPECT_FALSE(hold->is_held());
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_recovery 0\n"));
}

// Found by reading: the lanes of one thread stayed still for good, and readyz said that all was well.
TEST_F(ReleaseTest, OneThatBreaksOffEndsTheRelay) {
  // Of the second thread's lanes: those of the first flow already when it is met.
  constexpr std::uint32_t kOfTheSecond = 201;
  Commit commit;
  commit.append(work_log(kOfTheSecond), "\xff: nothing that can be read");
  ASSERT_TRUE(
      std::holds_alternative<Committed>(run_here(store->store().commit(std::move(commit)))));
  start();
  EXPECT_THAT(ended_by, IsEmpty()) << "what is held is not read";
  const auto released = release();
  ASSERT_FALSE(released);
  EXPECT_EQ(released.error().code, "storage.corrupt");
  EXPECT_THAT(ended_by, ElementsAre("storage.corrupt"));
  EXPECT_FALSE(hold->is_held()) << "the next start goes on with all of it";
}

}  // namespace
}  // namespace bauta
