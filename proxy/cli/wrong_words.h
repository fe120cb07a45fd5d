#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <span>
#include <string>

namespace bauta {

/// What stands behind `bauta` on the command line.
using CommandWords = std::span<const char* const>;

/// That a family has no such command, where one is named: "there is no command 'opn' in bauta session; did you mean open?".
std::optional<std::string> unknown_command(const CLI::App& app, CommandWords words);

/// What is wrong with words that CLI11 refused with `error`, for people, and where help is.  An option or a command is named only if it
/// looks like one, and the value of an option that does not exist never is: it may be a key.
std::string explain_wrong_words(const CLI::App& app, CommandWords words,
                                const CLI::ParseError& error);

}  // namespace bauta
