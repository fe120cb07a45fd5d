#include "proxy/cli/relay_backups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "proxy/cli/recovery_hold.h"
#include "proxy/cli/run_task.h"
#include "tests/conformance/ground/set_clock.h"
#include "tests/conformance/ground/temporary_folder.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// On a store in memory, of which no backup can be made.
class RelayBackupsTest : public ::testing::Test {
 protected:
  RelayBackups& backups() {
    if (!made) made.emplace(config, *store, clock, metrics);
    return *made;
  }
  Json::Value shown_once_idle() {
    for (;;) {
      auto shown = backups().show();
      if (shown["state"] == "idle") return shown;
      std::this_thread::sleep_for(1ms);
    }
  }

  TemporaryFolder folder;
  Config config;
  SetClock clock;
  metrics::Instruments metrics{"0.1.0", "abc"};
  std::unique_ptr<OpenStore> store =
      *OpenStore::open(config, std::nullopt, OpenStoreOptions{}, clock, metrics);
  std::optional<RelayBackups> made;
};

TEST_F(RelayBackupsTest, WithoutAFolderThereAreNone) {
  backups().start();
  EXPECT_EQ(backups().begin().error().code, "backup.not_configured");
  EXPECT_EQ(backups().warning(), std::nullopt);
  const auto shown = backups().show();
  EXPECT_TRUE(shown["path"].isNull());
  EXPECT_EQ(shown["state"], "idle");
  EXPECT_TRUE(shown["last"].isNull());
}

TEST_F(RelayBackupsTest, SaysWhyTheLastOneFailed) {
  config.backup_path = folder.path() / "backups";
  config.backup_keep = 7;
  ASSERT_TRUE(backups().begin());
  EXPECT_EQ(backups().begin().error().code, "backup.in_progress");
  EXPECT_EQ(backups().show()["state"], "running");
  backups().start();
  const auto shown = shown_once_idle();
  EXPECT_EQ(shown["last"]["code"], "backup.not_configured");
  EXPECT_THAT(backups().warning().value_or("nothing"), HasSubstr("the last one failed"));
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_backups_total{outcome=\"failed\"} 1\n"));
  EXPECT_TRUE(backups().begin()) << "somebody may ask again";
}

TEST_F(RelayBackupsTest, SaysThatOneIsOverdue) {
  config.backup_path = folder.path() / "backups";
  config.backup_every = 24h;
  EXPECT_EQ(backups().warning(), std::nullopt);
  clock.advance(47h);
  EXPECT_EQ(backups().warning(), std::nullopt);
  clock.advance(1h);
  EXPECT_THAT(backups().warning().value_or("nothing"), HasSubstr("none was ever made"));
}

TEST_F(RelayBackupsTest, ByHandAloneNothingIsOverdue) {
  config.backup_path = folder.path() / "backups";
  EXPECT_EQ(backups().warning(), std::nullopt);
  clock.advance(24h * 365);
  EXPECT_EQ(backups().warning(), std::nullopt);
}

TEST_F(RelayBackupsTest, ADueOneIsMadeWithoutBeingAskedFor) {
  config.backup_path = folder.path() / "backups";
  config.backup_every = 1h;
  backups().start();
  while (backups().show()["last"].isNull()) std::this_thread::sleep_for(1ms);
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_backups_total{outcome=\"failed\"} 1\n"));
}

TEST_F(RelayBackupsTest, AStoreThatWasNeverRestoredIsNotHeld) {
  RecoveryHold hold(*store, metrics);
  ASSERT_TRUE(hold.begin());
  EXPECT_FALSE(hold.is_held());
  EXPECT_EQ(hold.warning(), std::nullopt);
  int went_on = 0;
  const auto released = run_here(hold.release([&]() -> Task<Status> {
    ++went_on;
    co_return Status();
  }));
  EXPECT_TRUE(released);
  EXPECT_EQ(went_on, 0) << "what flows is not begun twice";
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_recovery 0\n"));
}

}  // namespace
}  // namespace bauta
