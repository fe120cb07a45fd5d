#include "proxy/cli/command_line.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "proxy/cli/client_command.h"
#include "proxy/cli/command_tree.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/completion.h"
#include "proxy/cli/dev_relay.h"
#include "proxy/cli/local_command.h"
#include "proxy/cli/manual.h"
#include "proxy/cli/version.h"
#include "proxy/cli/wrong_words.h"
#include "proxy/demo/dev.h"
#include "proxy/demo/handsets.h"
#include "storage/seal/environment.h"

namespace bauta {
namespace {

constexpr const char* kServerGroup = "Server: runs a relay";
constexpr const char* kAboutGroup = "About bauta itself";

std::string secret_from(const char* variable) {
  const auto secret = take_variable(variable);
  return secret ? std::string(secret->reveal()) : "";
}

/// Set by `bauta dev --demo` alone.
std::optional<DemoPageOptions> page_from_environment(const std::string& relay_url) {
  DemoPageOptions page{.relay_url = relay_url,
                       .admin_url = secret_from("BAUTA_DEMO_ADMIN_URL"),
                       .key = secret_from("BAUTA_DEMO_KEY")};
  const auto supervisor = secret_from("BAUTA_DEMO_SUPERVISOR");
  std::from_chars(supervisor.data(), supervisor.data() + supervisor.size(), page.supervisor);
  if (page.key.empty()) return std::nullopt;
  return page;
}

/// The words of one run; each command fills its own part.
struct Words {
  InitOptions init;
  ServeOptions serve;
  DevOptions dev;
  HandsetsOptions handsets;
  StoreVerifyOptions store_verify;
  DoctorOptions doctor;
  std::filesystem::path checked;
  std::string shell;
  bool as_markdown = false;
  bool as_json = false;
};

void add_json(CLI::App* command, bool& as_json) {
  command->add_flag("--json", as_json, "Print JSON");
}

void add_init(CLI::App& app, Words& words) {
  auto* init = app.add_subcommand(
      "init", "Make a configuration, a master key, a store and the first API key");
  init->add_option("DIR", words.init.folder, "The folder, made if it is not there")->required();
  init->add_option("--key-file", words.init.key_file,
                   "Where the first API key is written, for its owner alone, instead of printed")
      ->type_name("FILE");
  add_json(init, words.init.json);
  set_footer(*init, "", "bauta init /var/lib/bauta --key-file first.key");
}

void add_serve(CLI::App& app, Words& words) {
  auto* serve = app.add_subcommand(
      "serve", "Run the relay; SIGTERM drains it, SIGHUP reads its configuration anew");
  serve->add_option("--config", words.serve.config, "The configuration")
      ->required()
      ->type_name("FILE");
  serve->add_flag("--accept-loss", words.serve.accept_loss,
                  "Start although the store has lost writes that had been made durable; with a "
                  "journal it is told of STOPs, erasures and lines among them, and sends nothing "
                  "until bauta backup release");
  set_footer(
      *serve,
      "SIGHUP takes up the log level, certificates, the networks that webhooks may lead to and the "
      "rates of connections; another change needs a restart, which the log says.  Exit codes: 0 "
      "drained, 1 did not start (the code is on standard error), 4 the store failed "
      "(start again), 5 its disk is full (start again when there is space), 6 it is damaged "
      "(restore a backup).",
      "bauta serve --config /var/lib/bauta/bauta.toml");
}

void add_dev(CLI::App& app, Words& words) {
  auto* dev = app.add_subcommand(
      "dev", "Run a relay with simulated phones, for trying out; not for production");
  dev->add_option("--dir", words.dev.folder, "The folder that is kept")->type_name("DIR");
  auto* memory = dev->add_flag("--memory", words.dev.memory, "Keep nothing");
  auto* demo = dev->add_flag("--demo", words.dev.demo,
                             "Serve a page with two phones, on which the relay can be killed");
  demo->excludes(memory);  // what is killed would have nothing to come back with
  auto* play = dev->add_flag("--play", words.dev.play, "Play a short conversation on the terminal")
                   ->excludes(demo);
  dev->add_flag("--json", words.dev.json, "Say where it is, and its keys, as a line of JSON")
      ->excludes(demo)
      ->excludes(play);
  dev->add_option("--listen", words.dev.listen, "The address of API and callbacks")
      ->capture_default_str();
  dev->add_option("--admin-listen", words.dev.admin_listen, "The address of metrics and health")
      ->capture_default_str();
  dev->add_option("--handsets-listen", words.dev.handsets_listen,
                  "The address of the simulated phones")
      ->capture_default_str();
  set_footer(*dev, "", "bauta dev\nbauta dev --demo\nbauta dev --memory --listen 127.0.0.1:9000");
}

void add_handsets(CLI::App& app, Words& words) {
  auto* handsets = app.add_subcommand(
      "handsets", "Run the simulated carrier with its phones, a process of its own");
  handsets->add_option("--listen", words.handsets.listen, "The address of its HTTP face")
      ->capture_default_str();
  handsets
      ->add_option("--relay", words.handsets.relay_url,
                   "The URL at which the relay takes callbacks")
      ->capture_default_str();
  handsets
      ->add_option("--connection", words.handsets.connection, "The name of its connection there")
      ->capture_default_str();
  handsets->add_option("--seed", words.handsets.seed, "The seed of its chances")
      ->capture_default_str();
  set_footer(*handsets,
             "The environment brings BAUTA_HANDSETS_TOKEN (of the callback path) and "
             "BAUTA_HANDSETS_SECRET (the connection's auth_token).",
             "BAUTA_HANDSETS_TOKEN=… BAUTA_HANDSETS_SECRET=… bauta handsets --relay "
             "http://127.0.0.1:8080");
}

void add_config(CLI::App& app, Words& words) {
  auto* config = new_family(app, "config", "Check a configuration, or explain every key");
  auto* check = config->add_subcommand("check", "Say all that is wrong with a configuration");
  check->add_option("FILE", words.checked, "The configuration")->required();
  add_json(check, words.as_json);
  set_footer(*check, "", "bauta config check /var/lib/bauta/bauta.toml");
  auto* reference = config->add_subcommand(
      "reference", "List every key of the configuration, with type, unit, default and range");
  add_json(reference, words.as_json);
  set_footer(*reference, "", "bauta config reference | less");
}

void add_client_commands(ClientCommands& commands) {
  add_session_commands(commands);
  add_message_commands(commands);
  add_dead_letter_commands(commands);
  add_event_commands(commands);
  add_people_commands(commands);
  add_number_commands(commands);
  add_service_commands(commands);
  add_key_commands(commands);
  add_account_commands(commands);
  add_audit_commands(commands);
  add_sandbox_commands(commands);
  add_insight_commands(commands);
  add_webhook_commands(commands);
  add_listen_commands(commands);
  add_trigger_commands(commands);
}

void add_store(CLI::App& app, Words& words) {
  auto* store = new_family(app, "store", "Look after the store of a relay that does not run");
  auto* verify = store->add_subcommand(
      "verify", "Read the whole store, and say what in it cannot be; nothing is written");
  verify->add_option("--config", words.store_verify.config, "The configuration")
      ->required()
      ->type_name("FILE");
  add_json(verify, words.store_verify.json);
  set_footer(
      *verify,
      "Exits with 0 and a line of counts if it is clean, else with 1 and a line for each finding.",
      "bauta store verify --config /var/lib/bauta/bauta.toml");
}

void add_doctor(CLI::App& app, Words& words) {
  auto* doctor = app.add_subcommand(
      "doctor", "Say what is wrong with an installation, and how to mend it; nothing is written");
  doctor->add_option("--config", words.doctor.config, "The configuration")
      ->required()
      ->type_name("FILE");
  doctor->add_flag("--strict", words.doctor.strict, "Warnings fail too");
  add_json(doctor, words.doctor.json);
  set_footer(*doctor,
             "Run it as whom the relay runs, whether that runs or not.  Exits with 0 if nothing "
             "fails, else with 1.  Carriers are asked for nothing but an answer: no text and no "
             "secret is sent.",
             "bauta doctor --config /var/lib/bauta/bauta.toml");
}

void add_about(CLI::App& app, Words& words) {
  auto* completion = app.add_subcommand(
      "completion", "Print a script after which a shell completes bauta's commands and options");
  completion->add_option("SHELL", words.shell, "The shell")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{"bash", "zsh", "fish"}));
  set_footer(*completion, "",
             "source <(bauta completion bash)\n"
             "bauta completion zsh > ~/.zfunc/_bauta\n"
             "bauta completion fish > ~/.config/fish/completions/bauta.fish");
  auto* man = app.add_subcommand("man", "Print the manual page of bauta, for groff or mandoc");
  man->add_flag("--markdown", words.as_markdown, "The same reference as Markdown");
  set_footer(*man, "", "bauta man | man -l -\nbauta man > /usr/local/share/man/man1/bauta.1");
  auto* version = app.add_subcommand("version", "Print version, revision, compiler and libraries");
  add_json(version, words.as_json);
  set_footer(*version, "", "bauta version");
  for (auto* command : {completion, man, version}) command->group(kAboutGroup);
}

int run_completion(const CLI::App& app, const std::string& shell) {
  const auto commands = describe(app);
  fmt::print("{}", shell == "bash"  ? bash_completion(commands)
                   : shell == "zsh" ? zsh_completion(commands)
                                    : fish_completion(commands));
  return done;
}

int run_man(const CLI::App& app, bool as_markdown) {
  const auto commands = describe(app);
  fmt::print("{}", as_markdown ? markdown_reference(commands) : manual_page(commands));
  return done;
}

int run(const CLI::App& app, Words& words) {
  if (app.got_subcommand("init")) return run_init(words.init);
  if (app.got_subcommand("serve")) return run_serve(words.serve);
  if (app.got_subcommand("dev")) return run_dev(words.dev, start_dev_relay, make_dev_key);
  if (app.got_subcommand("handsets")) {
    words.handsets.token = secret_from("BAUTA_HANDSETS_TOKEN");
    words.handsets.secret = secret_from("BAUTA_HANDSETS_SECRET");
    words.handsets.page = page_from_environment(words.handsets.relay_url);
    return run_handsets(words.handsets);
  }
  if (app.got_subcommand("store")) return run_store_verify(words.store_verify);
  if (app.got_subcommand("doctor")) return run_doctor(words.doctor);
  if (app.got_subcommand("config")) {
    return app.get_subcommand("config")->got_subcommand("check")
               ? run_config_check(words.checked, words.as_json)
               : run_config_reference(words.as_json);
  }
  if (app.got_subcommand("completion")) return run_completion(app, words.shell);
  if (app.got_subcommand("man")) return run_man(app, words.as_markdown);
  return run_version(words.as_json);
}

}  // namespace

int run_version(bool as_json) {
  fmt::print("{}", as_json ? version_json() + "\n" : version_page());
  return done;
}

struct CommandLine::Parts {
  CLI::App app{"Bauta: a self-hosted number-masking relay for two-way private messaging", "bauta"};
  Words words = {};
  ClientCommands client_commands{app};
  LocalCommands local_commands{app};
};

CommandLine::CommandLine() : parts_(std::make_unique<Parts>()) {
  auto& [app, words, client_commands, local_commands] = *parts_;
  app.require_subcommand(1);
  app.set_version_flag("--version", "bauta " + std::string(version()));
  set_footer(app,
             "Exit codes: 0 done, 1 refused (the code is on standard error), 2 wrong usage, 3 "
             "server unreachable.",
             "bauta dev\nbauta session --help\nbauta completion --help");
  add_init(app, words);
  add_serve(app, words);
  add_dev(app, words);
  add_handsets(app, words);
  add_config(app, words);
  add_store(app, words);
  add_doctor(app, words);
  for (auto* command : app.get_subcommands({})) command->group(kServerGroup);
  add_client_commands(client_commands);
  add_backup_commands(local_commands);
  add_clock_commands(local_commands);
  add_signature_commands(local_commands);
  add_about(app, words);
}

CommandLine::~CommandLine() = default;

CLI::App& CommandLine::app() { return parts_->app; }

int CommandLine::run(int argc, const char* const* argv) {
  auto& [app, words, client_commands, local_commands] = *parts_;
  std::vector<const char*> words_of_help;
  if (argc > 1 && argv[1] == std::string_view("help")) {
    words_of_help.assign(argv, argv + argc);
    words_of_help.erase(words_of_help.begin() + 1);
    words_of_help.push_back("--help");
    argv = words_of_help.data();
  }
  const CommandWords written(argv + std::min(argc, 1), argv + argc);
  // CLI11 would say only that a subcommand is required, and nothing at all if help is asked for.
  if (const auto unknown = unknown_command(app, written)) {
    fmt::print(stderr, "bauta: {}\n", *unknown);
    return wrong_usage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    fmt::print(stderr, "bauta: {}\n", explain_wrong_words(app, written, error));
    return wrong_usage;
  }
  if (local_commands.is_chosen()) return local_commands.run();
  return client_commands.is_chosen() ? client_commands.run() : bauta::run(app, words);
}

int run_command_line(int argc, const char* const* argv) {
  // What is made here, the engine's files among it, is its owner's alone, in whatever folder it lies.
  ::umask(077);
  return CommandLine().run(argc, argv);
}

}  // namespace bauta
