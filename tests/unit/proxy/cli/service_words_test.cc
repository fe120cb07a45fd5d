#include "proxy/cli/service_words.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "proxy/cli/command_line.h"
#include "proxy/cli/command_tree.h"
#include "proxy/config/service_settings.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

/// The properties of ServiceSettings in docs/openapi.yaml: what stands eight columns in, below it and above the next schema.
std::vector<std::string> settings_of_the_api() {
  std::ifstream file(BAUTA_DOCS "/openapi.yaml");
  std::vector<std::string> names;
  bool is_inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("    ") && !line.starts_with("     ")) {
      is_inside = line == "    ServiceSettings:";
    } else if (is_inside && line.starts_with("        ") && line.size() > 8 && line[8] != ' ') {
      names.push_back(line.substr(8, line.find(':') - 8));
    }
  }
  return names;
}

std::set<std::string> options_of(const std::string& command) {
  std::set<std::string> names;
  walk(describe(CommandLine().app()), [&](const CommandEntry& entry) {
    if (entry.name != command) return;
    for (const auto& option : entry.options) names.insert(option.name);
  });
  return names;
}

// Half of the settings had none: they could be neither set nor seen at the command line.
TEST(ServiceWords, EverySettingOfTheApiHasAnOption) {
  const auto settings = settings_of_the_api();
  ASSERT_THAT(settings, testing::IsSupersetOf({"display_name", "sticky", "texts"}));
  for (const std::string command : {"bauta service create", "bauta service set"}) {
    const auto options = options_of(command);
    for (auto name : settings) {
      std::ranges::replace(name, '_', '-');
      EXPECT_TRUE(options.contains("--" + name)) << command << " " << name;
    }
  }
}

// Who looks for one in the configuration is told that a service has it.
TEST(ServiceWords, TheConfigurationKnowsWhatIsSetAtAService) {
  EXPECT_THAT(settings_of_the_api(), testing::UnorderedElementsAreArray(kServiceSettings));
}

/// What these words of `bauta service set` say to the API; or the code of what is wrong.
std::string said(const std::string& options) {
  CLI::App app;
  ServiceWords words;
  add_service_settings(&app, words);
  try {
    app.parse("x " + options, true);
  } catch (const CLI::ParseError& error) {
    return error.get_name();
  }
  const auto settings = words.settings();
  return settings ? write_json(*settings) : std::string(settings.error().code);
}

TEST(ServiceWords, SayWhatIsNamedAndNothingElse) {
  EXPECT_EQ(said(""), "{}");
  EXPECT_EQ(said("--sticky prefer --mask-addresses false --language de"),
            R"({"language":"de","mask_addresses":false,"sticky":"prefer"})");
  EXPECT_EQ(said("--default-region IT"), R"({"default_region":"IT"})");
  EXPECT_EQ(said("--default-region none"), R"({"default_region":null})");
  EXPECT_EQ(said("--answer-strangers true --consent-scope line"),
            R"({"answer_strangers":true,"consent_scope":"line"})");
  EXPECT_EQ(said("--sticky always"), "ValidationError");
}

std::string unspoken(const std::string& service) {
  return unspoken_language(*read_strict_json(service));
}

// It was taken without a word, and people got English.
TEST(ServiceWords, ALanguageInWhichNothingIsSaidIsTold) {
  EXPECT_EQ(unspoken(R"({"language":"de","texts":{}})"), "");
  EXPECT_EQ(unspoken(R"({"language":"xx","texts":{"xx":{"help":"?"}}})"), "");
  EXPECT_THAT(unspoken(R"({"language":"xx","texts":{"de":{"help":"Hilfe"}}})"),
              testing::HasSubstr("the language xx"));
  // The service's own language is taken as it stands.
  EXPECT_NE(unspoken(R"({"language":"de-at","texts":{}})"), "");
  EXPECT_NE(unspoken(R"({"language":"fr"})"), "");
}

TEST(ServiceWords, TextsAreTheJsonOfAFile) {
  const auto file = std::filesystem::path(testing::TempDir()) / "service_words_texts.json";
  std::ofstream(file) << R"({"de": {"help": "Hilfe"}})";
  EXPECT_EQ(said("--texts " + file.string()), R"({"texts":{"de":{"help":"Hilfe"}}})");
  std::ofstream(file) << R"({"de": )";
  EXPECT_EQ(said("--texts " + file.string()), "usage.texts");
  std::filesystem::remove(file);
  EXPECT_EQ(said("--texts " + file.string()), "usage.file");
}

}  // namespace
}  // namespace bauta
