#include "proxy/cli/command_tree.h"

#include <algorithm>
#include <sstream>

namespace bauta {
namespace {

constexpr std::string_view kExample = "Example:\n";

/// CLI11 keeps a closed set of values in the name of their type: "TEXT:{bash,zsh}".
std::vector<std::string> choices_in(const std::string& type) {
  const auto from = type.find('{');
  const auto to = type.rfind('}');
  if (from == std::string::npos || to == std::string::npos || to < from) return {};
  std::vector<std::string> choices;
  std::istringstream names(type.substr(from + 1, to - from - 1));
  for (std::string name; std::getline(names, name, ',');) choices.push_back(name);
  return choices;
}

OptionEntry entry_of(const CLI::Option& option) {
  const auto type = option.get_type_name();
  return {.name = option.get_name(),
          .group = option.get_group(),
          .does = option.get_description(),
          .value = option.get_type_size_max() == 0 ? "" : type.substr(0, type.find(':')),
          .default_value = option.get_default_str(),
          .choices = choices_in(type),
          .is_positional = option.get_positional(),
          .is_required = option.get_required(),
          .repeats = option.get_items_expected_max() > 1};
}

void read_footer(CommandEntry& entry, const std::string& footer) {
  const auto at = footer.find(kExample);
  entry.notes = footer.substr(0, at);
  entry.notes.resize(entry.notes.find_last_not_of('\n') + 1);
  if (at == std::string::npos) return;
  std::istringstream lines(footer.substr(at + kExample.size()));
  for (std::string line; std::getline(lines, line);)
    entry.examples.push_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
}

CommandEntry describe_below(const CLI::App& command, const std::string& above) {
  CommandEntry entry{.name = above.empty() ? command.get_name() : above + " " + command.get_name(),
                     .does = command.get_description(),
                     .group = command.get_group(),
                     .notes = {},
                     .examples = {},
                     .options = {},
                     .commands = {}};
  read_footer(entry, command.get_footer());
  for (const bool positional : {true, false}) {
    for (const auto* option : command.get_options({})) {
      if (option->get_positional() == positional && !option->get_group().empty())
        entry.options.push_back(entry_of(*option));
    }
  }
  for (const auto* below : command.get_subcommands({})) {
    if (!below->get_group().empty()) entry.commands.push_back(describe_below(*below, entry.name));
  }
  return entry;
}

}  // namespace

bool OptionEntry::is_path() const {
  const auto& what = is_positional ? name : value;
  return what == "FILE" || what == "DIR";
}

std::string_view CommandEntry::last_name() const {
  const auto space = name.rfind(' ');
  return std::string_view(name).substr(space == std::string::npos ? 0 : space + 1);
}

void set_footer(CLI::App& command, const std::string& notes, const std::string& examples) {
  std::string footer = notes.empty() ? "" : notes + "\n";
  footer += kExample;
  std::istringstream lines(examples);
  bool is_first = true;
  for (std::string line; std::getline(lines, line); is_first = false)
    footer.append(is_first ? "  " : "\n  ").append(line);
  command.footer(footer);
}

CLI::App* new_family(CLI::App& app, const std::string& name, const std::string& does) {
  auto* family = app.add_subcommand(name, does);
  family->footer("bauta " + name + " COMMAND --help: what one of them takes, with an example.");
  family->require_subcommand(1);
  return family;
}

CLI::App* new_command(CLI::App& family, const CommandHelp& help) {
  auto* command = family.add_subcommand(help.name, help.does);
  command->group("Commands");
  set_footer(*command, help.notes, help.example);
  return command;
}

CommandEntry describe(const CLI::App& command) { return describe_below(command, ""); }

}  // namespace bauta
