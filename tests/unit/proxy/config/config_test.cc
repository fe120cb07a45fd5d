#include "proxy/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "proxy/config/settings.h"
#include "routing/events/event_log.h"
#include "tests/unit/proxy/config/folder/config_folder.h"

namespace bauta {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

constexpr const char* kWhole = R"([public]
listen = "0.0.0.0:80"
url = "https://relay.example.com/"
[admin]
listen = "127.0.0.1:9999"
[storage]
engine = "memory"
path = "elsewhere/data"
[master_key]
file = "/etc/bauta/master.key"
[relay]
unknown_wait_seconds = 5
[[connections]]
name = "twilio"
type = "twilio"
token = "0123456789abcdef"
account_sid = "AC00000000000000000000000000000001"
auth_token = "secret"
[[connections]]
name = "sim"
type = "simulated"
token = "0123456789abcdeg"
auth_token = "other"
api_url = "http://127.0.0.1:8090"
)";

using ConfigTest = ConfigFolder;

TEST_F(ConfigTest, NothingIsNeeded) {
  const auto config = parse("");
  ASSERT_TRUE(config) << faults_of(config);
  EXPECT_EQ(config->public_listen, "127.0.0.1:8080");
  EXPECT_EQ(config->public_url, "http://127.0.0.1:8080");
  EXPECT_EQ(config->admin_listen, "127.0.0.1:9090");
  EXPECT_EQ(config->storage_engine, "rocksdb");
  EXPECT_EQ(config->storage_path, folder / "data");
  EXPECT_EQ(config->master_key_file, std::nullopt);
  EXPECT_EQ(config->unknown_wait, seconds(60));
  EXPECT_EQ(config->drain, seconds(20));
  EXPECT_TRUE(config->connections.empty());
}

TEST_F(ConfigTest, TheFileSaysEverything) {
  const auto config = parse(kWhole);
  ASSERT_TRUE(config) << faults_of(config);
  EXPECT_EQ(config->public_listen, "0.0.0.0:80");
  EXPECT_EQ(config->public_url, "https://relay.example.com")
      << "without the slash, since paths are appended";
  EXPECT_EQ(config->storage_engine, "memory");
  EXPECT_EQ(config->storage_path, folder / "elsewhere/data") << "relative to the file";
  EXPECT_EQ(config->master_key_file, "/etc/bauta/master.key");
  EXPECT_EQ(config->unknown_wait, seconds(5));
  ASSERT_EQ(config->connections.size(), 2U);
  EXPECT_EQ(config->connections[0].account_sid, "AC00000000000000000000000000000001");
  EXPECT_EQ(config->connections[0].auth_token, "secret");
  EXPECT_EQ(config->connections[1].api_url, "http://127.0.0.1:8090");
}

TEST_F(ConfigTest, SaysAllThatIsWrongAtOnceAndWhere) {
  EXPECT_EQ(faults_of(parse(R"([public]
listen = 80
[relay]
unknown_wait_secnds = 5
conflict_tries = 0
dedup_hours = "many"
[logg]
[[connections]]
name = "a b"
type = "pigeon"
)")),
            "public.listen: config.wrong_type: line 2: a text in quotes is wanted here\n"
            "relay.conflict_tries: config.out_of_range: line 5: 0 is not between 1 and 100\n"
            "relay.dedup_hours: config.wrong_type: line 6: a whole number is wanted here\n"
            "logg: config.unknown_key: line 7: there is no section [logg]; did you mean log?\n"
            "relay.unknown_wait_secnds: config.unknown_key: line 4: there is no key "
            "unknown_wait_secnds in relay; did you mean "
            "unknown_wait_seconds?\n"
            "connections.0.token: config.missing_key: line 8: token is missing (or token_file): "
            "The unguessable part of its callback "
            "paths: 16 to 128 letters, digits, '-', '_'.\n"
            "connections.0.auth_token: config.missing_key: line 8: auth_token is missing (or "
            "auth_token_file): The secret shared with "
            "the provider: signs callbacks, and gives access to its API.\n"
            "connections.0.type: config.bad_value: line 10: there is no type pigeon of connection, "
            "only: twilio, simulated\n"
            "connections.0.name: config.bad_value: line 9: a name is 1 to 40 letters, digits, "
            "hyphens and underscores\n");
}

TEST_F(ConfigTest, SaysWhereTheFileCannotBeRead) {
  EXPECT_THAT(faults_of(parse("[public]\nlisten = \n")),
              HasSubstr(": config.unreadable: line 2: "));
  EXPECT_THAT(faults_of(parse("[public]\nlisten = \"a\"\nlisten = \"b\"\n")),
              HasSubstr("config.unreadable: line 3: "));
  EXPECT_EQ(load_config(folder / "missing.toml").error().code, "config.file_missing");
}

TEST_F(ConfigTest, EveryKeyIsReadFromTheFileWithinItsRange) {
  for (const auto& setting : settings()) {
    if (setting.kind != SettingKind::integer) continue;
    // Backups are made somewhere.
    const std::string beside = setting.section == "backup" ? "\npath = \"backups\"" : "";
    const auto with = [&](std::int64_t value) {
      return faults_of(parse("[" + std::string(setting.section) + "]\n" +
                             std::string(setting.name) + " = " + std::to_string(value) + beside));
    };
    EXPECT_EQ(with(setting.min), "fine") << setting.name;
    EXPECT_EQ(with(setting.max), "fine") << setting.name;
    EXPECT_THAT(with(setting.min - 1), HasSubstr("config.out_of_range: line 2")) << setting.name;
    EXPECT_THAT(with(setting.max + 1), HasSubstr("config.out_of_range: line 2")) << setting.name;
    EXPECT_EQ(with(std::stoll(std::string(setting.fallback))), "fine") << setting.name;
  }
}

TEST_F(ConfigTest, BackupsAreMadeWhereAndWhenItIsSaid) {
  const auto without = parse("");
  EXPECT_EQ(without->backup_path, "");
  EXPECT_EQ(without->backup_every, std::chrono::hours(0));
  EXPECT_EQ(without->backup_keep, 7);
  const auto with = parse("[backup]\npath = \"kept\"\nevery_hours = 6\nkeep = 28\n");
  ASSERT_TRUE(with) << faults_of(with);
  EXPECT_EQ(with->backup_path, folder / "kept");
  EXPECT_EQ(with->backup_every, std::chrono::hours(6));
  EXPECT_EQ(with->backup_keep, 28);
  for (const auto* lost_with_the_store : {"data", "data/backups", "./data"}) {
    EXPECT_THAT(faults_of(parse(std::string("[backup]\npath = \"") + lost_with_the_store + "\"\n")),
                HasSubstr("backup.path: config.bad_value"))
        << lost_with_the_store;
  }
  EXPECT_TRUE(parse("[backup]\npath = \"data2\"\n"));
  EXPECT_THAT(faults_of(parse("[backup]\nevery_hours = 6\n")),
              HasSubstr("backup.every_hours: config.bad_value"));
}

TEST_F(ConfigTest, TheJournalGoesWithBackupsAndLiesOutsideOfBothFolders) {
  EXPECT_EQ(parse("")->backup_journal, "");
  const std::string backups = "[backup]\npath = \"kept\"\n";
  const auto with = parse(backups + "journal = \"journal\"\n");
  ASSERT_TRUE(with) << faults_of(with);
  EXPECT_EQ(with->backup_journal, folder / "journal");
  for (const auto* inside : {"data", "data/journal", "kept", "kept/journal"}) {
    EXPECT_THAT(faults_of(parse(backups + "journal = \"" + inside + "\"\n")),
                HasSubstr("backup.journal: config.bad_value"))
        << inside;
  }
  EXPECT_THAT(faults_of(parse("[backup]\njournal = \"journal\"\n")),
              HasSubstr("backup.journal: config.bad_value"));
}

TEST_F(ConfigTest, ASandboxIsThereOnlyIfItIsAskedForAndLiesBesideTheStore) {
  const auto without = parse("[storage]\npath = \"elsewhere/data\"\n");
  ASSERT_TRUE(without) << faults_of(without);
  EXPECT_FALSE(without->sandbox_enabled);
  EXPECT_EQ(without->sandbox_path, folder / "elsewhere/sandbox");
  const auto with = parse("[sandbox]\nenabled = true\npath = \"played\"\n");
  ASSERT_TRUE(with) << faults_of(with);
  EXPECT_TRUE(with->sandbox_enabled);
  EXPECT_EQ(with->sandbox_path, folder / "played");
  EXPECT_THAT(faults_of(parse("[sandbox]\nenabled = 1\n")),
              HasSubstr("sandbox.enabled: config.wrong_type: line 2: true or false"));
  EXPECT_THAT(faults_of(parse("[sandbox]\nenabled = true\npath = \"data\"\n")),
              HasSubstr("sandbox.path: config.bad_value"));
  const Environment enabled("BAUTA_SANDBOX_ENABLED", "true");
  EXPECT_TRUE(parse("[sandbox]\nenabled = false\n")->sandbox_enabled);
  const Environment wrong("BAUTA_SANDBOX_ENABLED", "yes");
  EXPECT_THAT(faults_of(parse("")), HasSubstr("BAUTA_SANDBOX_ENABLED: config.wrong_type"));
}

TEST_F(ConfigTest, TheEnvironmentWinsOverTheFile) {
  const Environment listen("BAUTA_PUBLIC_LISTEN", "[::1]:8081");
  const Environment wait("BAUTA_RELAY_UNKNOWN_WAIT_SECONDS", "7");
  const auto config = parse(kWhole);
  ASSERT_TRUE(config) << faults_of(config);
  EXPECT_EQ(config->public_listen, "[::1]:8081");
  EXPECT_EQ(config->unknown_wait, seconds(7));
}

TEST_F(ConfigTest, AFaultOfTheEnvironmentNamesTheVariable) {
  const Environment wait("BAUTA_RELAY_UNKNOWN_WAIT_SECONDS", "7s");
  EXPECT_EQ(faults_of(parse(kWhole)),
            "BAUTA_RELAY_UNKNOWN_WAIT_SECONDS: config.wrong_type: a whole number is wanted here\n");
}

// A secret of the environment must not stay where /proc shows it, and must be found again on SIGHUP: off loopback, a configuration
// without the admin key would be refused.
TEST_F(ConfigTest, ASecretIsTakenOutOfTheEnvironmentAndKept) {
  const Environment key("BAUTA_ADMIN_KEY", "hunter2");
  const char* const there = std::getenv("BAUTA_ADMIN_KEY");
  write("bauta.toml", "[admin]\nlisten = \"0.0.0.0:9090\"\n");
  TakenVariables secrets;
  EXPECT_EQ(load_config(folder / "bauta.toml", secrets)->admin_key, "hunter2");
  EXPECT_EQ(std::getenv("BAUTA_ADMIN_KEY"), nullptr);
  EXPECT_EQ(there[0], '\0') << "the octets themselves are wiped";
  EXPECT_EQ(load_config(folder / "bauta.toml", secrets)->admin_key, "hunter2");
  EXPECT_EQ(load_config(folder / "bauta.toml").error().code, "config.invalid");
}

TEST_F(ConfigTest, TlsNeedsACertificateAndItsKey) {
  for (const std::string section : {"public", "admin"}) {
    const auto with = [&](const std::string& lines) {
      return faults_of(parse("[" + section + "]\n" + lines));
    };
    EXPECT_EQ(with("tls_certificate_file = \"a\"\ntls_key_file = \"b\""), "fine");
    EXPECT_EQ(with("tls_certificate_file = \"a\""),
              section +
                  ".tls_key_file: config.missing_key: line 1: TLS needs both: add it, or take "
                  "tls_certificate_file away\n");
    EXPECT_EQ(with("tls_key_file = \"b\""),
              section +
                  ".tls_certificate_file: config.missing_key: line 1: TLS needs both: add it, or "
                  "take tls_key_file away\n");
  }
  const auto config = parse(
      "[public]\ntls_certificate_file = \"tls/a.pem\"\ntls_key_file = \"/etc/bauta/a.key\"\n");
  ASSERT_TRUE(config) << faults_of(config);
  EXPECT_EQ(config->public_tls_certificate_file, folder / "tls/a.pem") << "relative to the file";
  EXPECT_EQ(config->public_tls_key_file, "/etc/bauta/a.key");
  EXPECT_EQ(config->admin_tls_key_file, "");
  EXPECT_EQ(config->public_url, "https://127.0.0.1:8080");
}

TEST_F(ConfigTest, ASecretMayStandInAFileOfItsOwn) {
  write("twilio.token", "  from the file\n");
  write("admin.key", "admin");
  const auto config = parse(R"([admin]
key_file = "admin.key"
[[connections]]
name = "t"
type = "twilio"
token = "0123456789abcdef"
account_sid = "AC00000000000000000000000000000001"
auth_token_file = "twilio.token"
)");
  ASSERT_TRUE(config) << faults_of(config);
  EXPECT_EQ(config->connections[0].auth_token, "from the file");
  EXPECT_EQ(config->admin_key, "admin");
}

TEST_F(ConfigTest, ASecretIsGivenOnceAndIsNeverEmpty) {
  write("empty", "\n");
  write("full", "x");
  const auto with = [&](const std::string& lines) {
    return faults_of(parse(
        "[[connections]]\nname = \"t\"\ntype = \"simulated\"\ntoken = \"0123456789abcdef\"\n" +
        lines));
  };
  EXPECT_EQ(with("auth_token_file = \"full\""), "fine");
  EXPECT_THAT(with("auth_token_file = \"empty\""),
              HasSubstr("connections.0.auth_token_file: config.bad_value: line 5: the file "));
  EXPECT_THAT(with("auth_token_file = \"missing\""),
              HasSubstr("connections.0.auth_token_file: config.file_missing: line 5: "));
  EXPECT_THAT(with("auth_token_file = 5"),
              HasSubstr("connections.0.auth_token_file: config.wrong_type: line 5: "));
  EXPECT_THAT(
      with("auth_token_file = \"full\"\nauth_token = \"hunter2\""),
      ::testing::AllOf(
          HasSubstr("connections.0.auth_token: config.bad_value: line 6: it is given twice"),
          Not(HasSubstr("hunter2"))));
  EXPECT_THAT(faults_of(parse("[admin]\nkey_file = 5")),
              HasSubstr("admin.key_file: config.wrong_type: line 2: "));
}

TEST_F(ConfigTest, AConnectionIsNamedAndReachedWithoutDoubt) {
  const auto with = [&](const std::string& name, const std::string& token,
                        const std::string& more = "") {
    return "[[connections]]\nname = \"" + name + "\"\ntype = \"simulated\"\ntoken = \"" + token +
           "\"\nauth_token = \"x\"\n" + more;
  };
  const std::string token = "0123456789abcdef";
  EXPECT_EQ(faults_of(parse(with("a", token) + with("b", token))), "fine");
  EXPECT_THAT(faults_of(parse(with("a", token) + with("a", token))),
              HasSubstr("connections.1.name: config.bad_value: line 7: two"));
  for (const auto* name : {"a/b", "a b", "\xc3\xa9", "a\\nb"})
    EXPECT_THAT(faults_of(parse(with(name, token))), HasSubstr("0.name: ")) << name;
  for (const auto* bad : {"short", "0123456789abcde/", "0123456789abcdef?"})
    EXPECT_THAT(faults_of(parse(with("a", bad))), HasSubstr("0.token: "));
  EXPECT_THAT(faults_of(parse(with("a", token, "api_url = \"api.example.com\"\n"))),
              HasSubstr("0.api_url: config.bad_value"));
  EXPECT_THAT(faults_of(parse(with("a", token, "account_sid = \"AC\"\n"))),
              HasSubstr("0.account_sid: config.unknown_key: line 6"));
  EXPECT_THAT(faults_of(parse("connections = 5")), HasSubstr("connections: config.wrong_type"));
  EXPECT_THAT(faults_of(parse("[connections]\nname = \"a\"")),
              HasSubstr("connections: config.wrong_type"));
}

TEST_F(ConfigTest, TheAdminListenerLeavesLoopbackOnlyWithAKey) {
  const auto with = [&](const std::string& listen, const std::string& key = "") {
    return faults_of(parse("[admin]\nlisten = \"" + listen + "\"\n" + key));
  };
  for (const auto* fine : {"127.0.0.1:0", "127.3.2.1:9090", "[::1]:9090"})
    EXPECT_EQ(with(fine), "fine") << fine;
  for (const auto* open :
       {"0.0.0.0:9090", "[::]:9090", "192.0.2.1:9090", "[::ffff:192.0.2.1]:9090"}) {
    EXPECT_THAT(with(open), HasSubstr("admin.listen: config.bad_value: line 2: off loopback"))
        << open;
    EXPECT_EQ(with(open, "key = \"secret\""), "fine") << open;
  }
  for (const auto* none : {"", "localhost:9090", "127.0.0.1", "127.evil.example.com:9090",
                           "127.0.0.1:99999", "127.0.0.1:", "::1:9090"}) {
    EXPECT_THAT(with(none, "key = \"secret\""),
                HasSubstr("admin.listen: config.bad_value: line 2: it is no address"))
        << none;
  }
}

TEST_F(ConfigTest, ThePublicUrlIsOneThatPathsCanBeAppendedTo) {
  const auto with = [&](const std::string& url) {
    return faults_of(parse("[public]\nurl = \"" + url + "\""));
  };
  for (const auto* fine :
       {"https://a.example.com", "http://127.0.0.1:8080/", "https://a.example.com/bauta"})
    EXPECT_EQ(with(fine), "fine") << fine;
  for (const auto* bad : {"a.example.com", "ftp://a", "https://", "https:///x", "https://a?b",
                          "https://a#b", "https://u:p@a", "https://a b"}) {
    EXPECT_THAT(with(bad), HasSubstr("public.url: config.bad_value")) << bad;
  }
}

TEST_F(ConfigTest, WordsAreOfTheirList) {
  EXPECT_THAT(faults_of(parse("[storage]\nengine = \"sqlite\"")),
              HasSubstr("storage.engine: config.bad_value"));
  EXPECT_THAT(faults_of(parse("[log]\nlevel = \"verbose\"")),
              HasSubstr("log.level: config.bad_value"));
}

TEST_F(ConfigTest, NetworksAreAList) {
  const auto allowed = [&](const std::string& toml) {
    const auto config = parse("[webhooks]\nallow_private = " + toml);
    return config ? testing::PrintToString(config->webhook_allow_private) : faults_of(config);
  };
  EXPECT_EQ(allowed("[]"), "{}");
  EXPECT_EQ(allowed(R"(["127.0.0.0/8", "fd00::/8"])"), R"({ "127.0.0.0/8", "fd00::/8" })");
  EXPECT_THAT(allowed(R"("127.0.0.0/8")"), HasSubstr("allow_private: config.wrong_type: line 2"));
  EXPECT_THAT(allowed("[8]"), HasSubstr("webhooks.allow_private: config.wrong_type: line 2"));
  for (const std::string bad : {"localhost", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0", "fd00::1/8"})
    EXPECT_THAT(allowed("[\"" + bad + "\"]"), HasSubstr("allow_private: config.bad_value")) << bad;
  const Environment networks("BAUTA_WEBHOOKS_ALLOW_PRIVATE", "10.0.0.0/8, fd00::/8");
  EXPECT_EQ(allowed(R"(["127.0.0.0/8"])"), R"({ "10.0.0.0/8", "fd00::/8" })");
}

// Found by reading: with 720 hours no text ever counted as unconfirmed, since its event was forgotten in the same moment.
TEST(Config, LetsATextBeUnconfirmedADayBeforeItsEventIsForgotten) {
  const auto all = settings();
  const auto setting =
      std::ranges::find_if(all, [](const auto& one) { return one.name == "unconfirmed_hours"; });
  ASSERT_NE(setting, all.end());
  EXPECT_LE(std::chrono::hours(setting->max) + std::chrono::days(1), EventLog::kRetention);
}

TEST(ConfigReference, ExplainsEveryKey) {
  const auto page = config_reference();
  for (const auto& setting : settings()) {
    EXPECT_THAT(page, HasSubstr("\n" + std::string(setting.name) + " = ")) << setting.name;
    EXPECT_THAT(page, HasSubstr(std::string(setting.sentence)));
    EXPECT_TRUE(setting.sentence.ends_with('.')) << setting.name;
  }
  for (const auto& setting : connection_settings())
    EXPECT_THAT(page, HasSubstr("\n" + std::string(setting.name)));
  EXPECT_THAT(page, HasSubstr("BAUTA_RELAY_UNKNOWN_WAIT_SECONDS"));
  EXPECT_THAT(page, HasSubstr("Environment: BAUTA_LOG_LEVEL.  SIGHUP takes up a change."));
}

TEST(ConfigReference, SaysTheSameToPrograms) {
  const auto page = config_reference_json();
  for (const auto& setting : settings()) {
    EXPECT_THAT(page, HasSubstr("\"environment\":\"" + environment_name(setting) + "\""));
    EXPECT_THAT(page, HasSubstr("\"name\":\"" + std::string(setting.section) + "." +
                                std::string(setting.name) + "\""));
  }
  EXPECT_THAT(page, HasSubstr(R"("name":"connections.auth_token","required":true,"secret":true)"));
}

TEST(ConfigReference, IsThePageInTheDocumentation) {
  std::ifstream file(BAUTA_DOCS "/configuration.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  EXPECT_THAT(page, HasSubstr("```\n" + config_reference() + "```\n"))
      << "write the output of `bauta config reference` there";
}

}  // namespace
}  // namespace bauta
