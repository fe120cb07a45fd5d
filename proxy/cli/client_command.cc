#include "proxy/cli/client_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "proxy/cli/commands.h"
#include "proxy/cli/given_key.h"
#include "proxy/cli/profile.h"
#include "proxy/cli/say.h"

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

Result<Profile> profile_of(const std::string& name) {
  if (name.empty()) return Profile{};
  const auto file = profiles_file(variable_of("XDG_CONFIG_HOME"), variable_of("HOME"));
  if (!file)
    return fail("usage.profile", "where profiles are is not known: set HOME or XDG_CONFIG_HOME");
  std::error_code error;
  if (!std::filesystem::exists(*file, error) && !error) {
    return fail("usage.profile",
                fmt::format("there are no profiles: make {} with a table [{}], in which url, "
                            "key_file and service stand",
                            file->string(), name));
  }
  BAUTA_TRY(const auto content, read_input(*file));
  BAUTA_TRY(auto profile, parse_profile(content, name, file->parent_path()));
  if (!profile.key.empty()) warn_if_others_read(*file);
  return profile;
}

bool is_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

}  // namespace

CLI::App* ClientCommands::add_family(const std::string& name, const std::string& does) {
  auto* family = new_family(app_, name, does);
  family->group(kGroup);
  return family;
}

CLI::App* ClientCommands::add_command(CLI::App* family, const CommandHelp& help, Chosen run) {
  auto* command = new_command(*family, help);
  constexpr const char* kServer = "Server";
  // Not by CLI11's envname(): it reads a variable for every command, and so over what stands on the command line.
  command
      ->add_option("--url", url_,
                   fmt::format("The server's URL; else BAUTA_URL says, else {}", server_.url))
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
  command
      ->add_option("--profile", profile_,
                   "A table of profiles.toml, for what else is not said: url, key_file, service")
      ->group(kServer)
      ->type_name("NAME");
  command->add_flag("--json", json_, "Print what the API answers, as JSON, instead of a table");
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

Status ClientCommands::choose_server() {
  BAUTA_TRY(const auto profile, profile_of(profile_));
  if (!profile.url.empty()) server_.url = profile.url;
  if (const auto url = variable_of("BAUTA_URL"); !url.empty()) server_.url = url;
  if (url_) server_.url = *url_;
  if (server_.service.empty()) server_.service = profile.service;
  BAUTA_TRY(auto key, given_key(key_file_, profile, profile_));
  server_.key = std::move(key.secret);
  key_from_ = std::move(key.from);
  return {};
}

Status ClientCommands::run_chosen() {
  BAUTA_CHECK(choose_server());
  BAUTA_TRY(const auto client, Client::make(std::move(server_)));
  auto ran = chosen_(*client, Output(json_));
  if (!ran) return std::unexpected(explain_refused_key(std::move(ran.error()), key_from_));
  return ran;
}

void add_limit(CLI::App* command, ListOptions& options, const std::string& what) {
  command->add_option("--limit", options.limit, what)
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

std::string variable_of(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value == nullptr ? "" : value;
}

Result<std::string> read_input(const std::filesystem::path& file) {
  if (file == "-") return read_stream(stdin, "standard input");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rbe"),
                                                               &std::fclose);
  if (!stream) {
    return fail("usage.file", fmt::format("cannot read {}: {}", file.string(),
                                          std::generic_category().message(errno)));
  }
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    return fail("usage.file", fmt::format("cannot read {}: it is a folder", file.string()));
  return read_stream(stream.get(), file.string());
}

Result<std::string> address_of(const std::string& word) {
  if (word != "-") return word;
  BAUTA_TRY(auto text, read_input("-"));
  const auto end = text.find_first_of("\r\n");
  return end == std::string::npos ? text : text.substr(0, end);
}

}  // namespace bauta
