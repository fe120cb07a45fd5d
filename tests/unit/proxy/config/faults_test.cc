// What a new user gets wrong, and what is said of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/config/idle_variables.h"
#include "proxy/config/secret_files.h"
#include "proxy/config/settings.h"
#include "proxy/config/value_shapes.h"
#include "tests/unit/proxy/config/folder/config_folder.h"

namespace bauta {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

using ConfigFaults = ConfigFolder;

// Found by a new user: of `listen = "8080"` and others no line was told, and of a token the line of its [[connections]].
TEST_F(ConfigFaults, WhatIsOnlyWrongAsAWholeHasItsLineToo) {
  const auto line_of = [&](const std::string& toml) { return faults_of(parse(toml)); };
  EXPECT_THAT(line_of("[public]\n\nlisten = \":8080\""), HasSubstr("bad_value: line 3: "));
  EXPECT_THAT(line_of("[public]\nurl = \"relay\""),
              HasSubstr("public.url: config.bad_value: line 2"));
  EXPECT_THAT(line_of("[storage]\nengine = \"a\""), HasSubstr("engine: config.bad_value: line 2"));
  EXPECT_THAT(line_of("[log]\nlevel = \"a\""), HasSubstr("log.level: config.bad_value: line 2"));
  EXPECT_THAT(line_of("[webhooks]\nallow_private = [\"x\"]"),
              HasSubstr("allow_private: config.bad_value: line 2"));
  EXPECT_THAT(line_of("[[connections]]\nname = \"a\"\ntype = \"simulated\"\nauth_token = \"x\"\n"
                      "token = \"short\"\n"),
              HasSubstr("connections.0.token: config.bad_value: line 5: "));
  write("token", "short");
  EXPECT_THAT(line_of("[[connections]]\nname = \"a\"\ntype = \"simulated\"\nauth_token = \"x\"\n"
                      "token_file = \"token\"\n"),
              HasSubstr("connections.0.token: config.bad_value: line 5: "));
  const Environment listen("BAUTA_PUBLIC_LISTEN", "8080");
  EXPECT_THAT(line_of("[public]\nlisten = \"127.0.0.1:1\""),
              HasSubstr("BAUTA_PUBLIC_LISTEN: config.bad_value: it is no address"));
}

TEST_F(ConfigFaults, ATypeThatThereIsNotAccusesNoKeyOfAnotherType) {
  const auto faults =
      faults_of(parse("[[connections]]\nname = \"a\"\ntype = \"telnyx\"\nauth_token = \"x\"\n"
                      "token = \"0123456789abcdef\"\naccount_sid = \"AC1\"\n"));
  EXPECT_EQ(faults,
            "connections.0.type: config.bad_value: line 3: there is no type telnyx of connection, "
            "only: twilio, simulated\n");
}

TEST_F(ConfigFaults, ASettingOfServicesIsToldWhereItIsSet) {
  EXPECT_EQ(faults_of(parse("[relay]\ndeadline_seconds = 60\n")),
            "relay.deadline_seconds: config.unknown_key: line 2: there is no key deadline_seconds "
            "in relay: a service has it: bauta service set default --deadline-seconds …\n");
}

TEST_F(ConfigFaults, TwiliosAccountHasItsFormAndAnotherProvidersItsOwn) {
  const auto with = [&](const std::string& account, const std::string& more = "") {
    return faults_of(
        parse("[[connections]]\nname = \"a\"\ntype = \"twilio\"\nauth_token = \"x\"\n"
              "token = \"0123456789abcdef\"\naccount_sid = \"" +
              account + "\"\n" + more));
  };
  EXPECT_EQ(with("AC00000000000000000000000000000001"), "fine");
  EXPECT_EQ(with("ACabcdef0123456789ABCDEF0123456789"), "fine");
  for (const std::string bad : {"AC\u2026", "XX123", "AC1", "SK00000000000000000000000000000001",
                                "AC0000000000000000000000000000000g"}) {
    const auto faults = with(bad);
    EXPECT_THAT(faults, HasSubstr("connections.0.account_sid: config.bad_value: line 6: ")) << bad;
    EXPECT_THAT(faults, Not(HasSubstr(bad)));
  }
  const std::string elsewhere = "api_url = \"https://example.signalwire.com/api/laml\"\n";
  EXPECT_EQ(with("1c0eb2d6-8e8b-4c8f-8c0d-4c4b5c9c7b5e", elsewhere), "fine");
  EXPECT_THAT(with("AC\u2026", elsewhere), HasSubstr("account_sid: config.bad_value: line 6: "));
}

TEST_F(ConfigFaults, TheListenersAreNotTheSame) {
  const auto with = [&](const std::string& open, const std::string& admin) {
    return faults_of(parse("[public]\nlisten = \"" + open +
                           "\"\n[admin]\nkey = \"x\"\nlisten = \"" + admin + "\"\n"));
  };
  EXPECT_EQ(with("127.0.0.1:0", "127.0.0.1:0"), "fine") << "each takes one that is free";
  EXPECT_EQ(with("127.0.0.1:80", "127.0.0.2:80"), "fine");
  EXPECT_EQ(with("127.0.0.1:80", "[::1]:80"), "fine");
  for (const auto& [open, admin] :
       {std::pair("127.0.0.1:80", "127.0.0.1:80"), std::pair("0.0.0.0:80", "127.0.0.1:80"),
        std::pair("[::1]:80", "[::]:80")}) {
    EXPECT_THAT(with(open, admin), HasSubstr("admin.listen: config.bad_value: line 5: ")) << open;
  }
}

// Found by a new user: the stream's exception ended the process.
TEST_F(ConfigFaults, AFolderIsNoFile) {
  const auto config = load_config(folder);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, "config.file_is_folder");
  EXPECT_THAT(config.error().detail, HasSubstr("bauta init " + folder.string()));
  write("bauta.toml", "");
  EXPECT_THAT(load_config(folder).error().detail,
              HasSubstr("did you mean " + (folder / "bauta.toml").string() + "?"));
  EXPECT_TRUE(secret_files_of(folder).empty());
  EXPECT_THAT(faults_of(parse("[admin]\nkey_file = \".\"")),
              HasSubstr("admin.key_file: config.file_is_folder: line 2: "));
}

TEST(IdleVariables, AreThoseThatWouldSetSomething) {
  EXPECT_EQ(testing::PrintToString(idle_variables({"BAUTA_PUBLIC_LISTN", "BAUTA_ADMIN_KEY_FILE",
                                                   "BAUTA_CONNECTIONS_0_TOKEN", "BAUTA_LOG_X"})),
            "{ \"BAUTA_PUBLIC_LISTN sets nothing; did you mean BAUTA_PUBLIC_LISTEN?\", "
            "\"BAUTA_ADMIN_KEY_FILE sets nothing\", "
            "\"BAUTA_CONNECTIONS_0_TOKEN sets nothing: connections stand in the file alone\", "
            "\"BAUTA_LOG_X sets nothing\" }");
  std::vector<std::string> known{"BAUTA_KEY",        "BAUTA_URL",
                                 "BAUTA_ADMIN_URL",  "BAUTA_MASTER_KEY",
                                 "BAUTA_DEMO_KEY",   "BAUTA_ADMIN_SERVICE_HOST",
                                 "BAUTA_ADMIN_PORT", "BAUTA_PUBLIC_PORT_8080_TCP_ADDR",
                                 "BAUTA_SERVICE",    "BAUTA_SERVER_SERVICE_PORT_HTTP"};
  for (const auto& setting : settings()) known.push_back(environment_name(setting));
  EXPECT_EQ(testing::PrintToString(idle_variables(known)), "{}");
}

TEST(IdleVariables, AreNamedWithoutWhatTheySay) {
  const Environment misspelt("BAUTA_LOG_LEVL", "hunter2");
  EXPECT_THAT(own_variables(), testing::Contains("BAUTA_LOG_LEVL"));
}

TEST(ValueShapes, KnowWhatGoesInTheClear) {
  for (const auto* open :
       {"http://relay.example.com", "http://192.0.2.1:8080/x", "http://[fd00::1]"})
    EXPECT_TRUE(is_in_the_clear(open)) << open;
  for (const auto* fine : {"https://relay.example.com", "http://127.0.0.1:8080",
                           "http://localhost/x", "http://[::1]:8080", "http://relay.localhost"})
    EXPECT_FALSE(is_in_the_clear(fine)) << fine;
  EXPECT_TRUE(leads_to_this_machine("https://localhost:8443"));
  EXPECT_FALSE(leads_to_this_machine("https://localhost.example.com"));
}

}  // namespace
}  // namespace bauta
