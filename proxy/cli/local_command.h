#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "proxy/cli/client_command.h"
#include "storage/store/result.h"

namespace bauta {

/// The commands that do not ask a server over its API.  One of them is chosen when the command line is parsed, and run afterwards.
class LocalCommands {
 public:
  explicit LocalCommands(CLI::App& app) : app_(app) {}
  LocalCommands(const LocalCommands&) = delete;
  LocalCommands& operator=(const LocalCommands&) = delete;

  /// `bauta NAME …`, which has commands of its own.
  CLI::App* add_family(const std::string& name, const std::string& does);

  /// `run` gets the options of `family`'s new command once they are read.
  template <class Options>
  NewCommand<Options> add(CLI::App* family, const CommandHelp& help,
                          Status (*run)(const Options&)) {
    // Shared by the command line, which writes into them, and by what is run then.
    auto options = std::make_shared<Options>();
    auto* command = add_command(family, help, [run, options] { return run(*options); });
    return {.app = command, .options = std::move(options)};
  }

  bool is_chosen() const { return static_cast<bool>(chosen_); }
  /// The exit code.
  int run() { return ended(chosen_()); }

 private:
  using Chosen = std::function<Status()>;
  CLI::App* add_command(CLI::App* family, const CommandHelp& help, Chosen run);

  CLI::App& app_;
  Chosen chosen_ = nullptr;
};

/// What signs or checks webhooks: from BAUTA_SIGNING_SECRET, or the first line of a file, which goes before it; "": there is none.
/// Codes: usage.file.
Result<std::string> secret_or_none(const std::string& file);
/// The same, and there must be one.  Codes: usage.secret.
Result<std::string> secret_of(const std::string& file);

void add_backup_commands(LocalCommands& commands);
void add_clock_commands(LocalCommands& commands);
void add_signature_commands(LocalCommands& commands);

}  // namespace bauta
