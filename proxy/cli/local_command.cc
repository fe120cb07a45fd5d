#include "proxy/cli/local_command.h"

#include <algorithm>
#include <utility>

#include "storage/seal/environment.h"

namespace bauta {
namespace {

constexpr const char* kGroup = "On this machine";

}  // namespace

CLI::App* LocalCommands::add_family(const std::string& name, const std::string& does) {
  auto* family = new_family(app_, name, does);
  family->group(kGroup);
  return family;
}

CLI::App* LocalCommands::add_command(CLI::App* family, const CommandHelp& help, Chosen run) {
  auto* command = new_command(*family, help);
  command->callback([this, run = std::move(run)] { chosen_ = run; });
  return command;
}

Result<std::string> secret_or_none(const std::string& file) {
  const auto variable = take_variable("BAUTA_SIGNING_SECRET");
  auto secret = variable ? std::string(variable->reveal()) : "";
  if (!file.empty()) {
    BAUTA_TRY(secret, read_input(file));
  }
  secret.resize(std::min(secret.find_first_of("\r\n"), secret.size()));
  return secret;
}

Result<std::string> secret_of(const std::string& file) {
  BAUTA_TRY(auto secret, secret_or_none(file));
  if (secret.empty()) {
    return fail("usage.secret",
                "there is no secret: set BAUTA_SIGNING_SECRET, or name its file with "
                "--secret-file");
  }
  return secret;
}

}  // namespace bauta
