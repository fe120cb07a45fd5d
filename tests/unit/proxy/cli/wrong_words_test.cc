#include "proxy/cli/wrong_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proxy/cli/command_line.h"

namespace bauta {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// What is said about these words; "": nothing is wrong with them.
std::string said_of(const std::vector<const char*>& words) {
  CommandLine line;
  if (const auto unknown = unknown_command(line.app(), words)) return *unknown;
  std::vector<const char*> argv{"bauta"};
  argv.insert(argv.end(), words.begin(), words.end());
  try {
    line.app().parse(static_cast<int>(argv.size()), argv.data());
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? "" : explain_wrong_words(line.app(), words, error);
  }
  return "";
}

// CLI11 said "The following arguments were not expected: open --statsu".
TEST(WrongWords, AMisspeltOptionIsNamedWithTheOneThatWasMeant) {
  EXPECT_EQ(said_of({"session", "list", "--statsu", "open"}),
            "there is no option --statsu of bauta session list; did you mean --status?; see bauta "
            "session list --help");
  EXPECT_THAT(said_of({"session", "list", "--limt=3"}), HasSubstr("did you mean --limit?"));
  EXPECT_THAT(said_of({"session", "list", "--wholly-other", "3"}),
              AllOf(HasSubstr("no option --wholly-other"), Not(HasSubstr("did you mean"))));
  // Before what is missing: it may be missing because of that.
  EXPECT_THAT(said_of({"session", "show", "--jsn"}), HasSubstr("did you mean --json?"));
}

TEST(WrongWords, AKeyIsNeverRepeated) {
  const std::string key = "bauta_live_4jQxT0bVZtYw8m2L";
  const auto with_equals = "--key=" + key;
  for (const auto& words : std::vector<std::vector<const char*>>{
           {"session", "list", "--key", key.c_str()},
           {"session", "list", with_equals.c_str()},
           {"session", "list", key.c_str()},
           {"session", key.c_str()},
           {key.c_str()},
           {"session", "list", "--limit", key.c_str()},
           {"session", "extend", "stay-8812", "--ttl-seconds", key.c_str()}}) {
    EXPECT_THAT(said_of(words), AllOf(Not(testing::IsEmpty()), Not(HasSubstr("4jQx"))));
  }
  EXPECT_THAT(said_of({"session", "list", "--key", key.c_str()}),
              AllOf(HasSubstr("BAUTA_KEY"), HasSubstr("--key-file")));
  EXPECT_THAT(said_of({"listen", "--forward", "http://localhost/", "--secret", "whsec_abc"}),
              AllOf(HasSubstr("--secret-file"), Not(HasSubstr("abc"))));
  EXPECT_THAT(said_of({"listen", "--forward", "http://localhost/", "--key", key.c_str()}),
              AllOf(HasSubstr("--key-file"), Not(HasSubstr("4jQx"))));
  EXPECT_THAT(said_of({"signature", "verify", "--secret", "whsec_abc"}),
              AllOf(HasSubstr("BAUTA_SIGNING_SECRET"), Not(HasSubstr("abc"))));
}

TEST(WrongWords, WhatLooksLikeNoNameIsNotRepeated) {
  EXPECT_THAT(said_of({"session", "+12025550142"}), StartsWith("there is no such command"));
  EXPECT_THAT(said_of({"session", "list", "--+12025550142"}), Not(HasSubstr("555")));
}

TEST(WrongWords, AMisspeltCommandIsNamedWithTheOneThatWasMeant) {
  EXPECT_EQ(said_of({"session", "opn"}),
            "there is no command 'opn' in bauta session; did you mean open?; see bauta session "
            "--help");
  EXPECT_THAT(said_of({"sessions", "list"}),
              StartsWith("there is no command 'sessions'; did you mean session?"));
  EXPECT_THAT(said_of({"session", "opn", "--help"}), HasSubstr("did you mean open?"))
      << "not the help of something else";
  EXPECT_EQ(said_of({"session", "--help"}), "");
}

TEST(WrongWords, AFamilyAloneListsItsCommands) {
  const auto said = said_of({"session"});
  EXPECT_THAT(said, AllOf(StartsWith("bauta session needs one of its commands:\n"),
                          HasSubstr("\n  open "), HasSubstr("\n  close "), HasSubstr("End a "),
                          HasSubstr("\nsee bauta session --help")));
  EXPECT_THAT(said_of({}), AllOf(HasSubstr("\n  serve "), HasSubstr("\n  session ")));
}

// "Could not convert: --ttl-seconds = 2h".
TEST(WrongWords, ATimeIsAWholeNumberOfSeconds) {
  const auto said = [](const char* time) {
    return said_of({"session", "extend", "stay-8812", "--ttl-seconds", time});
  };
  EXPECT_THAT(said("2h"), StartsWith("--ttl-seconds takes a whole number of seconds, as 7200;"));
  EXPECT_THAT(said("90m"), HasSubstr("as 5400"));
  EXPECT_THAT(said("2d"), HasSubstr("as 172800"));
  EXPECT_THAT(said("soon"), HasSubstr("as 7200"));
  EXPECT_EQ(said("7200"), "");
}

TEST(WrongWords, TooManyWordsAreCountedOutByWhatIsTaken) {
  EXPECT_THAT(said_of({"send", "stay-8812", "Hello", "Anna"}),
              AllOf(StartsWith("bauta send takes SESSION TEXT, "), HasSubstr("in quotes?"),
                    Not(HasSubstr("Anna"))));
  EXPECT_EQ(said_of({"send", "stay-8812", "Hello Anna"}), "");
  EXPECT_THAT(said_of({"session", "list", "open"}),
              StartsWith("bauta session list takes no words besides its options;"));
}

TEST(WrongWords, WhatIsMissingIsNamed) {
  EXPECT_THAT(said_of({"session", "show"}), StartsWith("SESSION is required; see bauta session "));
}

}  // namespace
}  // namespace bauta
