#pragma once

#include <CLI/CLI.hpp>
#include <memory>

namespace bauta {

/// All commands with their words, as CLI11 holds them: the one table from which help, completion, manual and reference come.
class CommandLine {
 public:
  CommandLine();
  ~CommandLine();

  CLI::App& app();
  /// Finds the command and runs it, or says what is wrong with the words; the exit code.
  int run(int argc, const char* const* argv);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace bauta
