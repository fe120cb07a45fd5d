#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "proxy/cli/client.h"
#include "proxy/cli/command_tree.h"
#include "proxy/cli/output.h"
#include "storage/store/result.h"

namespace bauta {

/// A command that was added, and where its options are read to.
template <class Options>
struct NewCommand {
  CLI::App* app;
  std::shared_ptr<Options> options;
};

/// The commands that ask a server over its API.  One of them is chosen when the command line is parsed, and run afterwards.
class ClientCommands {
 public:
  explicit ClientCommands(CLI::App& app) : app_(app) {}
  ClientCommands(const ClientCommands&) = delete;
  ClientCommands& operator=(const ClientCommands&) = delete;

  /// `bauta NAME …`, which has commands of its own.
  CLI::App* add_family(const std::string& name, const std::string& does);

  /// `run` gets the options of `family`'s new command once they are read.
  template <class Options>
  NewCommand<Options> add(CLI::App* family, const CommandHelp& help,
                          Status (*run)(Client&, const Output&, const Options&)) {
    // Shared by the command line, which writes into them, and by what is run then.
    auto options = std::make_shared<Options>();
    auto* command = add_command(family, help, [run, options](Client& client, const Output& output) {
      return run(client, output, *options);
    });
    return {.app = command, .options = std::move(options)};
  }
  /// A command that stands in no family.
  template <class Options>
  NewCommand<Options> add(const CommandHelp& help,
                          Status (*run)(Client&, const Output&, const Options&)) {
    auto added = add(&app_, help, run);
    added.app->group(kGroup);
    return added;
  }

  bool is_chosen() const { return static_cast<bool>(chosen_); }
  /// The exit code.
  int run();

 private:
  using Chosen = std::function<Status(Client&, const Output&)>;
  static constexpr const char* kGroup = "Client: asks a server (BAUTA_URL, BAUTA_KEY)";

  CLI::App* add_command(CLI::App* family, const CommandHelp& help, Chosen run);
  Status run_chosen();
  /// What the words leave open, from the environment; and what that leaves open, from the profile.
  Status choose_server();

  CLI::App& app_;
  ClientOptions server_ = {};
  std::optional<std::string> url_ = {};
  std::filesystem::path key_file_ = {};
  std::string profile_ = {};
  /// Who brought the key.
  std::string key_from_ = {};
  bool json_ = false;
  Chosen chosen_ = nullptr;
};

/// The exit code of a command that ended so; says what was refused, and whether standard output took everything.
int ended(const Status& ran);

/// How much of a list is wanted.
struct ListOptions {
  std::size_t limit = 50;
};
/// `what`: of which end of the list.
void add_limit(CLI::App* command, ListOptions& options,
               const std::string& what = "How many, the newest");

/// Ids and virtual numbers only: what stands in a URL may be kept by logs, and is nobody's address.
CLI::Validator is_id(const std::string& prefix);
CLI::Validator is_virtual_number();

/// What a variable of the environment says; "": nothing.  No secret: see take_variable().
std::string variable_of(const char* name);

/// What a file holds; "-": standard input.  Codes: usage.file.
Result<std::string> read_input(const std::filesystem::path& file);

/// An address as a word, or from standard input ("-"): who can list processes does not see it there.
Result<std::string> address_of(const std::string& word);

void add_key_commands(ClientCommands& commands);
void add_account_commands(ClientCommands& commands);
void add_audit_commands(ClientCommands& commands);
void add_service_commands(ClientCommands& commands);
void add_number_commands(ClientCommands& commands);
void add_session_commands(ClientCommands& commands);
void add_message_commands(ClientCommands& commands);
void add_event_commands(ClientCommands& commands);
void add_dead_letter_commands(ClientCommands& commands);
void add_people_commands(ClientCommands& commands);
void add_sandbox_commands(ClientCommands& commands);
void add_insight_commands(ClientCommands& commands);
void add_listen_commands(ClientCommands& commands);
void add_trigger_commands(ClientCommands& commands);
void add_webhook_commands(ClientCommands& commands);

}  // namespace bauta
