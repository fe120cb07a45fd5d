#include "proxy/cli/client_command.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "proxy/cli/command_tree.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/say.h"
#include "storage/seal/environment.h"

namespace bauta {
namespace {

/// What is read of a file or of standard input.
constexpr std::size_t kInputOctetsMax = std::size_t{64} << 20;
constexpr std::size_t kLimitMax = 1'000'000;

Result<std::string> read_stream(std::FILE* stream, const std::string& name) {
  std::string content;
  char octets[65'536];
  while (const auto count = std::fread(octets, 1, sizeof octets, stream)) {
    content.append(octets, count);
    if (content.size() > kInputOctetsMax)
      return fail("usage.file", fmt::format("{} has more than {} octets", name, kInputOctetsMax));
  }
  if (std::ferror(stream) != 0) return fail("usage.file", "cannot read " + name);
  return content;
}

void warn_if_others_read(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    Output::say("others may read the key in " + file.string() + ": chmod 600 it");
}

bool is_key(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<std::string> key_of(const std::filesystem::path& file) {
  const auto variable = take_variable("BAUTA_KEY");
  auto key = variable ? std::string(variable->reveal()) : "";
  if (!file.empty()) {
    BAUTA_TRY(key, read_input(file));
    key.resize(key.find_last_not_of(" \t\r\n") + 1);
    if (file != "-") warn_if_others_read(file);
  }
  if (key.empty() && file.empty())
    return fail("usage.key",
                "there is no API key: set BAUTA_KEY, or name its file with --key-file");
  if (!is_key(key))
    return fail("usage.key", "there is no API key in what BAUTA_KEY or --key-file brings");
  return key;
}

bool is_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

}  // namespace

CLI::App* ClientCommands::add_family(const std::string& name, const std::string& does) {
  auto* family = app_.add_subcommand(name, does);
  family->group(kGroup);
  family->footer("bauta " + name + " COMMAND --help: what one of them takes, with an example.");
  family->require_subcommand(1);
  return family;
}

CLI::App* ClientCommands::add_command(CLI::App* family, const CommandHelp& help, Chosen run) {
  auto* command = family->add_subcommand(help.name, help.does);
  command->group("Commands");
  constexpr const char* kServer = "Server";
  // Not by CLI11's envname(): it reads a variable for every command, and so over what stands on the command line.
  command
      ->add_option("--url", url_,
                   fmt::format("Where it is; else BAUTA_URL says, else {}", server_.url))
      ->group(kServer);
  command
      ->add_option("--service", server_.service,
                   "Which of the account's services, for a key that belongs to all")
      ->group(kServer);
  command
      ->add_option("--key-file", key_file_,
                   "Holds the API key, instead of BAUTA_KEY; - is standard input")
      ->group(kServer)
      ->type_name("FILE");
  command->add_flag("--json", json_, "What the API answers, instead of a table");
  set_footer(*command, help.notes, help.example);
  command->callback([this, run = std::move(run)] { chosen_ = run; });
  return command;
}

int ended(const Status& ran) {
  if (!ran) {
    std::fflush(stdout);
    say_refused(ran.error());
    return exit_code_of(ran.error());
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    return say_refused({.code = "output.failed", .detail = "standard output took not all of it"});
  return done;
}

int ClientCommands::run() { return ended(run_chosen()); }

Status ClientCommands::run_chosen() {
  const char* const from_environment =
      std::getenv("BAUTA_URL");  // NOLINT(concurrency-mt-unsafe): one thread
  if (from_environment != nullptr && *from_environment != '\0') server_.url = from_environment;
  if (url_) server_.url = *url_;
  BAUTA_TRY(server_.key, key_of(key_file_));
  BAUTA_TRY(const auto client, Client::make(std::move(server_)));
  return chosen_(*client, Output(json_));
}

void add_limit(CLI::App* command, ListOptions& options) {
  command->add_option("--limit", options.limit, "How many, the newest")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, kLimitMax));
}

CLI::Validator is_id(const std::string& prefix) {
  const auto check = [prefix](const std::string& text) {
    const bool is = text.size() > prefix.size() && text.starts_with(prefix) &&
                    is_of(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return is ? std::string() : "an id that begins with " + prefix + " must stand here";
  };
  return {check, ""};
}

CLI::Validator is_virtual_number() {
  const auto check = [](const std::string& text) {
    const bool is = text.size() > 1 && text.starts_with('+') && is_of(text.substr(1), "0123456789");
    return is ? std::string() : std::string("a number must stand here as +12025550177");
  };
  return {check, ""};
}

Result<std::string> read_input(const std::filesystem::path& file) {
  if (file == "-") return read_stream(stdin, "standard input");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rbe"),
                                                               &std::fclose);
  if (!stream) {
    return fail("usage.file", fmt::format("cannot read {}: {}", file.string(),
                                          std::generic_category().message(errno)));
  }
  return read_stream(stream.get(), file.string());
}

Result<std::string> address_of(const std::string& word) {
  if (word != "-") return word;
  BAUTA_TRY(auto text, read_input("-"));
  const auto end = text.find_first_of("\r\n");
  return end == std::string::npos ? text : text.substr(0, end);
}

}  // namespace bauta
