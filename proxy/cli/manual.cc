#include "proxy/cli/manual.h"

#include <fmt/format.h>

#include "proxy/cli/version.h"
#include "routing/text/utf8.h"

namespace bauta {
namespace {

/// Words between groff's requests: nothing of them is one.
std::string roff(std::string_view text) {
  std::string escaped;
  bool at_line_start = true;
  for (std::size_t at = 0; at < text.size();) {
    const auto step = utf8::read(text.substr(at));
    const auto c = step.scalar.value_or(U'\xfffd');
    at += step.octets;
    if (at_line_start && (c == '.' || c == '\'')) escaped += "\\&";
    at_line_start = c == '\n';
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else if (c == '\'') {
      escaped += "\\(aq";
    } else if (c > 0x7f) {
      escaped += fmt::format("\\[u{:04X}]", static_cast<std::uint32_t>(c));
    } else {
      escaped.push_back(static_cast<char>(c));
    }
  }
  return escaped;
}

/// What stands for a value: "FILE", or "bash|zsh|fish" where it is one of few.
std::string value_of(const OptionEntry& option) {
  if (option.choices.empty()) return option.value;
  return fmt::format("{}", fmt::join(option.choices, "|"));
}

std::string synopsis_of(const OptionEntry& option) {
  if (option.is_positional) return option.is_required ? option.name : "[" + option.name + "]";
  const auto words = option.value.empty() ? option.name : option.name + " " + value_of(option);
  return option.is_required ? words : "[" + words + "]";
}

/// Those that every client command has stand once, before all.
bool is_everywhere(const OptionEntry& option) {
  return option.group == "Server" || option.name == "--help";
}

std::string synopsis_of(const CommandEntry& command) {
  std::string line = command.name;
  for (const auto& option : command.options)
    if (!is_everywhere(option)) line += " " + synopsis_of(option) + (option.repeats ? "…" : "");
  return line;
}

std::string sentence_of(const OptionEntry& option) {
  std::string sentence = option.does;
  if (option.is_positional && !option.choices.empty()) sentence += ": " + value_of(option);
  if (!option.default_value.empty()) sentence += "; else " + option.default_value;
  if (option.is_required && !option.is_positional) sentence += "; must be given";
  return sentence;
}

std::string head_of(const OptionEntry& option) {
  return option.value.empty() || option.is_positional ? option.name
                                                      : option.name + " " + value_of(option);
}

void add_leaf(std::string& page, const CommandEntry& command) {
  page += fmt::format(".SS \"{}\"\n{}.\n", roff(command.name), roff(command.does));
  page += fmt::format(".PP\n.B {}\n", roff(synopsis_of(command)));
  for (const auto& option : command.options) {
    if (!is_everywhere(option))
      page += fmt::format(".TP\n.B {}\n{}.\n", roff(head_of(option)), roff(sentence_of(option)));
  }
  if (!command.notes.empty()) page += fmt::format(".PP\n{}\n", roff(command.notes));
  page += ".PP\n.nf\n";
  for (const auto& line : command.examples) page += roff("  " + line) + "\n";
  page += ".fi\n";
}

/// An option of all client commands, told once.
void add_common(std::string& page, const CommandEntry& root) {
  const CommandEntry* asking = nullptr;
  walk(root, [&](const CommandEntry& command) {
    for (const auto& option : command.options)
      if (option.group == "Server" && asking == nullptr) asking = &command;
  });
  if (asking == nullptr) return;
  for (const auto& option : asking->options) {
    if (option.group == "Server")
      page += fmt::format(".TP\n.B {}\n{}.\n", roff(head_of(option)), roff(option.does));
  }
}

constexpr std::string_view kEnvironment = R"(.SH ENVIRONMENT
.TP
.B BAUTA_URL
Where the server is, for the commands that ask one.
.TP
.B BAUTA_KEY
The API key that they ask with.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Refused: the code stands on standard error.
.TP
.B 2
Wrong usage.
.TP
.B 3
The server was not reached, or did not answer.
.TP
.B 4, 5, 6
Of \fBbauta serve\fP alone: its store failed, its disk is full, its store is damaged.
)";

}  // namespace

std::string manual_page(const CommandEntry& root) {
  // "Bauta: a relay": the name stands before it already.
  const auto what =
      root.does.substr(root.does.find(": ") == std::string::npos ? 0 : root.does.find(": ") + 2);
  std::string page = fmt::format(
      ".TH BAUTA 1 \"{}\" \"bauta {}\" \"User Commands\"\n.ad l\n.SH NAME\nbauta \\- {}\n.SH "
      "SYNOPSIS\n.B "
      "bauta\nCOMMAND\n.RI [ OPTION \\|.\\|.\\|.]\n.SH DESCRIPTION\nCommands that ask a server "
      "take these options besides their own.\n",
      revision_date(), version(), roff(what));
  add_common(page, root);
  page += ".SH COMMANDS\n";
  walk(root, [&](const CommandEntry& command) {
    if (command.is_leaf()) add_leaf(page, command);
  });
  page += kEnvironment;
  return page;
}

std::string markdown_reference(const CommandEntry& root) {
  std::string page = "| command | what it does |\n| --- | --- |\n";
  walk(root, [&](const CommandEntry& command) {
    if (command.is_leaf()) page += fmt::format("| `{}` | {} |\n", command.name, command.does);
  });
  walk(root, [&](const CommandEntry& command) {
    if (!command.is_leaf()) return;
    page += fmt::format("\n### {}\n{}.\n\n", command.name, command.does);
    for (const auto& option : command.options) {
      if (!is_everywhere(option))
        page += fmt::format("- `{}`: {}.\n", head_of(option), sentence_of(option));
    }
    if (!command.notes.empty()) page += fmt::format("\n{}\n", command.notes);
    page += "\n```\n";
    for (const auto& line : command.examples) page += line + "\n";
    page += "```\n";
  });
  return page;
}

}  // namespace bauta
