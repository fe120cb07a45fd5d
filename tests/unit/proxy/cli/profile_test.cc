#include "proxy/cli/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bauta {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kFolder = "/home/me/.config/bauta";

/// The profile, as "url service key key_file"; or what is wrong with it.
std::string read(std::string_view toml, const std::string& name = "live") {
  const auto profile = parse_profile(toml, name, kFolder);
  if (!profile) return std::string(profile.error().code) + ": " + profile.error().detail;
  return profile->url + "|" + profile->service + "|" + profile->key + "|" +
         profile->key_file.string();
}

TEST(Profiles, SayWhereAndWho) {
  constexpr std::string_view kTwo = R"(
    [live]
    url = "https://relay.example.com"
    key_file = "live.key"
    service = "rides"
    [dev]
    key = "bauta_test_x"
  )";
  EXPECT_EQ(read(kTwo), "https://relay.example.com|rides||/home/me/.config/bauta/live.key");
  EXPECT_EQ(read(kTwo, "dev"), "||bauta_test_x|");
  EXPECT_EQ(read("[live]\nkey_file = '/etc/bauta/k'"), "|||/etc/bauta/k");
  EXPECT_EQ(read("[live]"), "|||");
}

TEST(Profiles, SayWhatIsWrongWithThem) {
  EXPECT_EQ(read("[dev]\n[test]"), "usage.profile: there is no profile live; there are: dev, test");
  EXPECT_EQ(read(""), "usage.profile: there is no profile live; there are: none");
  EXPECT_EQ(read("live = 'x'"), "usage.profile: there is no profile live; there are: none");
  EXPECT_THAT(read("[live]\nuri = 'https://relay.example.com'"),
              HasSubstr("line 2: the profile live has no 'uri'"));
  EXPECT_THAT(read("[live]\nurl = 8080"), HasSubstr("url of the profile live must be a text"));
  EXPECT_THAT(read("[live]\nservice = ''"), HasSubstr("must be a text"));
  EXPECT_THAT(read("[live]\nkey = 'a'\nkey_file = 'b'"), HasSubstr("both key and key_file"));
}

TEST(Profiles, TellNoKeyInWhatIsWrong) {
  for (const auto* toml :
       {"[live]\nkey = \"bauta_live_secret", "[live]\nkey = bauta_live_secret",
        "[live]\nkey = ['bauta_live_secret']", "[live]\nkey = 'bauta_live_secret'\nkey_file = 'x'"})
    EXPECT_THAT(read(toml), Not(HasSubstr("bauta_live_secret"))) << toml;
}

TEST(Profiles, LieWhereConfigurationsLie) {
  EXPECT_EQ(profiles_file("/etc/xdg", "/home/me"), "/etc/xdg/bauta/profiles.toml");
  EXPECT_EQ(profiles_file("", "/home/me"), "/home/me/.config/bauta/profiles.toml");
  EXPECT_EQ(profiles_file("relative", "/home/me"), "/home/me/.config/bauta/profiles.toml");
  EXPECT_EQ(profiles_file("", ""), std::nullopt);
}

}  // namespace
}  // namespace bauta
