#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "proxy/cli/client_command.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/dev_relay.h"
#include "proxy/cli/say.h"
#include "proxy/cli/tls_of.h"
#include "proxy/cli/version.h"
#include "proxy/config/config.h"
#include "proxy/demo/dev.h"
#include "proxy/demo/handsets.h"
#include "storage/seal/environment.h"

namespace bauta {
namespace {

constexpr const char* kServerGroup = "Server: runs a relay";

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
  std::filesystem::path checked;
};

void add_init(CLI::App& app, Words& words) {
  auto* init = app.add_subcommand(
      "init", "Make a configuration, a master key, a store and the first API key");
  init->add_option("DIR", words.init.folder, "The folder, made if it is not there")->required();
  init->footer("Example:\n  bauta init /var/lib/bauta > first.key");
}

void add_serve(CLI::App& app, Words& words) {
  auto* serve = app.add_subcommand(
      "serve", "Run the relay; SIGTERM drains it, SIGHUP takes up the log level");
  serve->add_option("--config", words.serve.config, "The configuration")->required();
  serve->add_flag("--accept-loss", words.serve.accept_loss,
                  "Start although the store has lost writes that had been made durable");
  serve->footer(
      "Exit codes: 0 drained, 1 did not start (the code is on standard error), 4 the store failed "
      "(start again), 5 its "
      "disk is full (start again when there is space), 6 it is damaged (restore a backup).\n"
      "Example:\n  bauta serve --config /var/lib/bauta/bauta.toml");
}

void add_dev(CLI::App& app, Words& words) {
  auto* dev = app.add_subcommand(
      "dev", "Run a relay with simulated phones, for trying out; not for production");
  dev->add_option("--dir", words.dev.folder, "The folder that is kept");
  auto* memory = dev->add_flag("--memory", words.dev.memory, "Keep nothing");
  auto* demo = dev->add_flag("--demo", words.dev.demo,
                             "Serve a page with two phones, on which the relay can be killed");
  demo->excludes(memory);  // what is killed would have nothing to come back with
  dev->add_flag("--play", words.dev.play, "Play a short conversation on the terminal")
      ->excludes(demo);
  dev->add_option("--listen", words.dev.listen, "API and callbacks")->capture_default_str();
  dev->add_option("--admin-listen", words.dev.admin_listen, "Metrics and health")
      ->capture_default_str();
  dev->add_option("--handsets-listen", words.dev.handsets_listen, "The simulated phones")
      ->capture_default_str();
  dev->footer(
      "Examples:\n  bauta dev\n  bauta dev --demo\n  bauta dev --memory --listen 127.0.0.1:9000");
}

void add_handsets(CLI::App& app, Words& words) {
  auto* handsets =
      app.add_subcommand("handsets", "The simulated carrier with its phones, a process of its own");
  handsets->add_option("--listen", words.handsets.listen, "Its HTTP face")->capture_default_str();
  handsets->add_option("--relay", words.handsets.relay_url, "Where the relay takes callbacks")
      ->capture_default_str();
  handsets->add_option("--connection", words.handsets.connection, "Whose name it has there")
      ->capture_default_str();
  handsets->add_option("--seed", words.handsets.seed, "Of its chances")->capture_default_str();
  handsets->footer(
      "The environment brings BAUTA_HANDSETS_TOKEN (of the callback path) and "
      "BAUTA_HANDSETS_SECRET (the connection's auth_token).\n"
      "Example:\n  BAUTA_HANDSETS_TOKEN=… BAUTA_HANDSETS_SECRET=… bauta handsets --relay "
      "http://127.0.0.1:8080");
}

void add_config(CLI::App& app, Words& words) {
  auto* config = app.add_subcommand("config", "Check a configuration, or explain every key");
  config->require_subcommand(1);
  auto* check = config->add_subcommand("check", "Say all that is wrong with a file");
  check->add_option("FILE", words.checked, "The configuration")->required();
  check->footer("Example:\n  bauta config check /var/lib/bauta/bauta.toml");
  config->add_subcommand("reference", "Every key with type, unit, default and range");
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
  add_sandbox_commands(commands);
}

void add_store(CLI::App& app, Words& words) {
  auto* store = app.add_subcommand("store", "Look after the store of a relay that does not run");
  store->require_subcommand(1);
  auto* verify = store->add_subcommand(
      "verify", "Read all of it, and say what in it cannot be; nothing is written");
  verify->add_option("--config", words.store_verify.config, "The configuration")->required();
  verify->add_flag("--json", words.store_verify.json, "As JSON");
  verify->footer(
      "Exits with 0 and a line of counts if it is clean, else with 1 and a line for each finding.\n"
      "Example:\n  bauta store verify --config /var/lib/bauta/bauta.toml");
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
  if (app.got_subcommand("config")) {
    return app.get_subcommand("config")->got_subcommand("check") ? run_config_check(words.checked)
                                                                 : run_config_reference();
  }
  return run_version();
}

bool knows_command(const CLI::App& app, const std::string& name) {
  const auto named = [&](const CLI::App* command) { return command->get_name() == name; };
  return std::ranges::any_of(app.get_subcommands({}), named);
}

}  // namespace

int run_config_check(const std::filesystem::path& file) {
  const auto config = load_config(file);
  if (!config) return say_refused(config.error());
  if (const auto certificates = check_certificates(*config); !certificates)
    return say_refused(certificates.error());
  fmt::print("{} is fine\n", file.string());
  return done;
}

int run_config_reference() {
  fmt::print("{}", config_reference());
  return done;
}

int run_version() {
  fmt::print("{}", version_page());
  return done;
}

int run_command_line(int argc, const char* const* argv) {
  Words words;
  CLI::App app("Bauta: a self-hosted number-masking relay for two-way private messaging", "bauta");
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 refused (the code is on standard error), 2 wrong usage, 3 server "
      "unreachable.");
  add_init(app, words);
  add_serve(app, words);
  add_dev(app, words);
  add_handsets(app, words);
  add_config(app, words);
  add_store(app, words);
  app.add_subcommand("version", "Version, revision, compiler and libraries");
  for (auto* command : app.get_subcommands({})) command->group(kServerGroup);
  ClientCommands client_commands(app);
  add_client_commands(client_commands);
  // CLI11 would say only that a subcommand is required.
  if (argc > 1 && argv[1][0] != '-' && !knows_command(app, argv[1])) {
    fmt::print(stderr, "bauta: there is no command '{}'; see bauta --help\n", argv[1]);
    return wrong_usage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? done : wrong_usage;
  }
  return client_commands.is_chosen() ? client_commands.run() : run(app, words);
}

}  // namespace bauta
