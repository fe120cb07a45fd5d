#include "proxy/cli/command_line.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "proxy/cli/command_tree.h"
#include "proxy/cli/completion.h"
#include "proxy/cli/manual.h"

namespace bauta {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

CommandEntry table() { return describe(CommandLine().app()); }

std::vector<CommandEntry> leaves() {
  std::vector<CommandEntry> found;
  walk(table(), [&](const CommandEntry& command) {
    if (command.is_leaf()) found.push_back(command);
  });
  return found;
}

/// What of a line of a shell `bauta` is given: without variables before it, and without what is done with its output.
std::string words_of(const std::string& line) {
  const auto from = line.find("bauta ");
  if (from == std::string::npos) return "";
  bool is_quoted = false;
  for (auto at = from; at < line.size(); ++at) {
    if (line[at] == '\'') is_quoted = !is_quoted;
    if (!is_quoted && std::string_view("|<>)").contains(line[at]))
      return line.substr(from, at - from);
  }
  return line.substr(from);
}

/// The command that CLI11 finds in it; or why it finds none.
std::string parsed(const std::string& words) {
  CommandLine line;
  try {
    line.app().parse(words, true);
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  std::string name = "bauta";
  for (const CLI::App* at = &line.app(); !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    name += " " + at->get_name();
  }
  return name;
}

TEST(CommandLine, EveryCommandHasAnExampleThatItUnderstands) {
  for (const auto& command : leaves()) {
    EXPECT_THAT(command.examples, Not(IsEmpty())) << command.name;
    std::set<std::string> understood;
    for (const auto& line : command.examples) {
      const auto words = words_of(line);
      if (!words.empty()) understood.insert(parsed(words));
    }
    EXPECT_EQ(understood, std::set{command.name});
  }
}

// The list shows "-" where a text of Bauta's own went: nothing could be done with such a line.
TEST(CommandLine, DeadLettersOfBautasOwnTextsAreNamedAsTheListShowsThem) {
  const std::string message = " msg_01k9xkq4z1x2y3z4a5b6c7d8e9 ";
  for (const std::string what : {"bauta dead-letters retry", "bauta dead-letters delete"}) {
    EXPECT_EQ(parsed(what + message + "-"), what);
    EXPECT_EQ(parsed(what + message + "par_01k9xkq4z1x2y3z4a5b6c7d8e9"), what);
    EXPECT_THAT(parsed(what + message + "--"), Not(what));
    EXPECT_THAT(parsed(what + message + "ses_01k9xkq4z1x2y3z4a5b6c7d8e9"),
                HasSubstr("begins with par_"));
  }
}

// Numbers come in the order of their ring: the newest are not what a limit leaves.
TEST(CommandLine, TheLimitOfNumbersDoesNotSpeakOfTheNewest) {
  const auto limit_of = [](std::string_view command) {
    const auto all = leaves();
    const auto found = std::ranges::find(all, command, &CommandEntry::name);
    return std::ranges::find(found->options, "--limit", &OptionEntry::name)->does;
  };
  EXPECT_THAT(limit_of("bauta numbers list"), Not(HasSubstr("newest")));
  EXPECT_THAT(limit_of("bauta session list"), HasSubstr("newest"));
}

// It spoke of the log level alone.
TEST(CommandLine, ServeNamesAllThatASignalTakesUp) {
  const auto all = leaves();
  const auto serve = std::ranges::find(all, "bauta serve", &CommandEntry::name);
  for (const char* what : {"log level", "certificates", "networks", "rates of connections"})
    EXPECT_THAT(serve->notes, HasSubstr(what));
}

/// A fragment of a sentence: "Print JSON", not "print JSON." and not "As JSON".
void expect_fragment(const std::string& words, const std::string& of) {
  ASSERT_FALSE(words.empty()) << of;
  EXPECT_TRUE((words.front() >= 'A' && words.front() <= 'Z') || words.starts_with("/"))
      << of << ": " << words;
  EXPECT_NE(words.back(), '.') << of << ": " << words;
  EXPECT_THAT(words, Not(StartsWith("As "))) << of << ": say what it is, then how it is written";
}

TEST(CommandLine, HelpIsOfOneStyle) {
  walk(table(), [](const CommandEntry& command) {
    expect_fragment(command.does, command.name);
    for (const auto& option : command.options) {
      const auto name = command.name + " " + option.name;
      expect_fragment(option.does, name);
      if (option.name.ends_with("-seconds")) {
        EXPECT_THAT(option.does, StartsWith("Seconds ")) << name << ": the unit is named";
      }
      if (option.default_value.size() > 1) {  // not "-", which is a word of its own
        EXPECT_THAT(option.does, Not(HasSubstr(option.default_value)))
            << name << ": its default is named twice";
      }
    }
  });
}

// In the list of all commands each stands alone: a verb, and what it is done to.
TEST(CommandLine, EveryCommandSaysWhatItDoesByItself) {
  for (const auto& command : leaves()) {
    for (const char* word : {"The ", "A ", "What ", "How ", "Everything "})
      EXPECT_THAT(command.does, Not(StartsWith(word))) << command.name;
  }
}

TEST(CommandLine, HelpShowsTheExamples) {
  CommandLine line;
  EXPECT_THAT(line.app().help(), HasSubstr("Example:\n  bauta dev\n"));
  const auto* open = line.app().get_subcommand("session")->get_subcommand("open");
  EXPECT_THAT(open->help(), HasSubstr("Example:\n  bauta session open --participant "));
  for (const auto& command : leaves()) EXPECT_THAT(command.examples, Each(Not(StartsWith(" "))));
}

TEST(CommandLine, EveryWordIsExplained) {
  walk(table(), [](const CommandEntry& command) {
    EXPECT_NE(command.does, "") << command.name;
    for (const auto& option : command.options)
      EXPECT_NE(option.does, "") << command.name << " " << option.name;
  });
}

TEST(CommandTree, TellsWhatAnOptionTakes) {
  const auto all = leaves();
  const auto list = std::ranges::find(all, "bauta session list", &CommandEntry::name);
  const auto option = [&](std::string_view name) {
    return *std::ranges::find(list->options, name, &OptionEntry::name);
  };
  EXPECT_EQ(option("--status").choices,
            (std::vector<std::string>{"open", "in_progress", "closed"}));
  EXPECT_EQ(option("--json").value, "");
  EXPECT_TRUE(option("--key-file").is_path());
  EXPECT_EQ(option("--profile").value, "NAME");
  EXPECT_FALSE(option("--status").is_path());
  EXPECT_EQ(option("--limit").default_value, "50");
}

TEST(Manual, IsAsciiAndBeginsNoLineWithARequestOfAWord) {
  const CommandEntry root{.name = "bauta",
                          .does = "Masks",
                          .group = "",
                          .notes = "",
                          .examples = {},
                          .options = {},
                          .commands = {{.name = "bauta x",
                                        .does = ".so what – \\n 'tis",
                                        .group = "",
                                        .notes = "'so",
                                        .examples = {"bauta x -y"},
                                        .options = {},
                                        .commands = {}}}};
  const auto page = manual_page(root);
  EXPECT_THAT(page, HasSubstr("\n\\&.so what \\[u2013] \\en \\(aqtis.\n"));
  EXPECT_THAT(page, HasSubstr("\n\\&\\(aqso\n"));
  EXPECT_THAT(page, HasSubstr("\n  bauta x \\-y\n"));
  EXPECT_TRUE(std::ranges::all_of(manual_page(table()), [](char c) { return c > 0; }));
}

TEST(Reference, IsThePageInTheDocumentation) {
  std::ifstream file(BAUTA_DOCS "/command-line.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const std::string head = "\n## Reference\n";
  const auto at = page.find(head);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(page.substr(at + head.size()), markdown_reference(table()))
      << "write the output of `bauta man --markdown` there";
}

TEST(Completion, NamesEveryCommandInEveryShell) {
  const auto root = table();
  const auto fish = fish_completion(root);
  for (const auto& command : leaves()) {
    EXPECT_THAT(bash_completion(root), HasSubstr("'" + command.name + "'"));
    EXPECT_THAT(zsh_completion(root), HasSubstr("'" + command.name + "'"));
    EXPECT_THAT(fish, HasSubstr(" -a " + std::string(command.last_name()) + " "));
  }
}

}  // namespace
}  // namespace bauta
