#include "proxy/config/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/config/settings.h"

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr const char* kConnection = R"(
[[connections]]
name = "twilio"
type = "twilio"
token = "0123456789abcdef"
account_sid = "AC00000000000000000000000000000001"
auth_token = "secret"
)";

ConfigSnapshot snapshot(const std::string& sections, const std::string& connection = kConnection) {
  auto config = parse_config(sections + connection, "/etc/bauta");
  EXPECT_TRUE(config) << config.error().detail;
  return ConfigSnapshot(*config);
}

TEST(ConfigSnapshot, NamesWhatChangedByWhenItCounts) {
  const auto before = snapshot("");
  const auto after = snapshot(R"(
[relay]
unknown_wait_seconds = 5
[webhooks]
allow_private = ["10.0.0.0/8", "fd00::/8"]
[log]
level = "debug"
)");
  const auto changes = before.changes_to(after);
  EXPECT_THAT(changes.live, ElementsAre("log.level", "webhooks.allow_private"));
  EXPECT_THAT(changes.restart, ElementsAre("relay.unknown_wait_seconds"));
  EXPECT_THAT(before.changes_to(before).live, IsEmpty());
}

TEST(ConfigSnapshot, NoticesAChangeOfEveryKey) {
  const auto plain = parse_config("", "/etc/bauta");
  for (const auto& setting : settings()) {
    Config changed = *plain;
    if (setting.set_integer != nullptr) {
      setting.set_integer(
          changed, setting.show(*plain) == std::to_string(setting.max) ? setting.min : setting.max);
    } else if (setting.set_text != nullptr) {
      setting.set_text(changed, "something else");
    } else {
      setting.add_text(changed, "10.0.0.0/8");
    }
    const auto changes = ConfigSnapshot(*plain).changes_to(ConfigSnapshot(changed));
    const auto key = std::string(setting.section) + "." + std::string(setting.name);
    EXPECT_THAT(setting.is_live ? changes.live : changes.restart, ElementsAre(key));
    EXPECT_THAT(setting.is_live ? changes.restart : changes.live, IsEmpty()) << key;
  }
}

TEST(ConfigSnapshot, NamesAConnectionThatComesOrGoesOnce) {
  const auto with = snapshot("");
  const auto without = snapshot("", "");
  EXPECT_THAT(with.changes_to(without).restart, ElementsAre("connections.twilio"));
  EXPECT_THAT(without.changes_to(with).restart, ElementsAre("connections.twilio"));
  const auto slower = snapshot("", std::string(kConnection) + "rate_per_second = 0.5\n");
  EXPECT_THAT(with.changes_to(slower).live, ElementsAre("connections.twilio.rate_per_second"));
}

TEST(ConfigSnapshot, KeepsWhatNeedsARestartWhenItTakesUpTheRest) {
  auto in_force = snapshot("");
  const auto next = snapshot("[relay]\nunknown_wait_seconds = 5\n[log]\nlevel = \"debug\"\n");
  in_force.take_up_live(next);
  EXPECT_THAT(in_force.changes_to(next).live, IsEmpty());
  EXPECT_THAT(in_force.changes_to(next).restart, ElementsAre("relay.unknown_wait_seconds"));
  EXPECT_EQ(in_force.hash(), snapshot("[log]\nlevel = \"debug\"\n").hash());
}

TEST(NeverReveal, TheHashOfAConfigurationSaysNothingOfItsSecrets) {
  std::string other = kConnection;
  other.replace(other.find("\"secret\""), 8, "\"geheim\"");
  const auto one = snapshot("[admin]\nkey = \"abc\"\n");
  const auto two = snapshot("[admin]\nkey = \"xyz\"\n", other);
  EXPECT_EQ(one.hash(), two.hash());
  EXPECT_THAT(one.changes_to(two).restart,
              ElementsAre("admin.key", "connections.twilio.auth_token"));
  EXPECT_THAT(one.hash(), MatchesRegex("[a-p]+"));
  EXPECT_EQ(one.hash().size(), 16U);
  EXPECT_NE(one.hash(), snapshot("[log]\nlevel = \"warn\"\n").hash());
}

}  // namespace
}  // namespace bauta
