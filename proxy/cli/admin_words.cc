#include "proxy/cli/admin_words.h"

#include <utility>

#include "proxy/cli/client_command.h"
#include "storage/seal/environment.h"

namespace bauta {
namespace {

constexpr const char* kAdminUrl = "http://127.0.0.1:9090";

Result<std::string> admin_key_of(const AdminWords& words) {
  if (words.key_file.empty()) {
    const auto variable = take_variable("BAUTA_ADMIN_KEY");
    return variable ? std::string(variable->reveal()) : "";
  }
  BAUTA_TRY(auto key, read_input(words.key_file));
  key.resize(key.find_last_not_of(" \t\r\n") + 1);
  return key;
}

}  // namespace

void add_admin_words(CLI::App* command, AdminWords& words) {
  command->add_option(
      "--url", words.url,
      std::string("The relay's admin listener; else BAUTA_ADMIN_URL says, else ") + kAdminUrl);
  command
      ->add_option("--key-file", words.key_file,
                   "Holds the admin listener's key, if it has one, instead of BAUTA_ADMIN_KEY")
      ->type_name("FILE");
  command->add_flag("--json", words.json, "Print JSON");
}

Result<std::unique_ptr<Client>> admin_of(const AdminWords& words) {
  ClientOptions server{.url = kAdminUrl, .face = Face::admin};
  if (auto url = variable_of("BAUTA_ADMIN_URL"); !url.empty()) server.url = std::move(url);
  if (!words.url.empty()) server.url = words.url;
  BAUTA_TRY(server.key, admin_key_of(words));
  return Client::make(std::move(server));
}

}  // namespace bauta
