#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace bauta {

/// A word of a command, or one of its options, as its help tells it.
struct OptionEntry {
  /// "--limit"; of a word without dashes what stands for it: "SESSION".
  std::string name;
  std::string group;
  std::string does;
  /// What its value is, as "UINT"; "": it has none.
  std::string value;
  std::string default_value;
  /// The only values that it takes; empty: any.
  std::vector<std::string> choices;
  bool is_positional = false;
  bool is_required = false;
  bool repeats = false;

  /// Does it name a file or a folder of this machine?
  bool is_path() const;
};

/// A command and those below it: what --help, completion, manual and reference are written from, so that none knows more than another.
struct CommandEntry {
  /// "bauta session open".
  std::string name;
  std::string does;
  std::string group;
  std::string notes;
  /// Lines of a shell; those with '#' before them explain the next.
  std::vector<std::string> examples;
  std::vector<OptionEntry> options;
  std::vector<CommandEntry> commands;

  /// The last word of its name.
  std::string_view last_name() const;
  bool is_leaf() const { return commands.empty(); }
};

/// How a command's --help ends: `notes`, and examples; what describe() reads again.
void set_footer(CLI::App& command, const std::string& notes, const std::string& examples);

/// How a command of a family stands in --help.
struct CommandHelp {
  std::string name;
  std::string does;
  /// Lines of a shell.
  std::string example;
  /// What else there is to know.
  std::string notes = {};
};

/// `bauta NAME …`, which has commands of its own.
CLI::App* new_family(CLI::App& app, const std::string& name, const std::string& does);
/// One of them; what it takes is still to be added.
CLI::App* new_command(CLI::App& family, const CommandHelp& help);

/// The table: CLI11's own, as data.
CommandEntry describe(const CLI::App& command);

/// What `visit` is given: `root` and every command below it, in their order.
template <class Visit>
void walk(const CommandEntry& root, const Visit& visit) {
  visit(root);
  for (const auto& command : root.commands) walk(command, visit);
}

}  // namespace bauta
