#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/cli/client_command.h"
#include "proxy/cli/local_command.h"
#include "storage/seal/environment.h"

namespace bauta {
namespace {

constexpr const char* kAdminUrl = "http://127.0.0.1:9090";

constexpr std::array<std::string_view, 5> kClockFields = {"state", "now", "wall_clock",
                                                          "offset_seconds", "doubted_since"};
constexpr Shape kClock{.columns = {}, .fields = kClockFields};

struct ClockWords {
  /// "": the environment says, or it is the usual one.
  std::string url = {};
  std::string key_file = {};
  bool json = false;
};

Result<std::string> admin_key_of(const ClockWords& words) {
  if (words.key_file.empty()) {
    const auto variable = take_variable("BAUTA_ADMIN_KEY");
    return variable ? std::string(variable->reveal()) : "";
  }
  BAUTA_TRY(auto key, read_input(words.key_file));
  key.resize(key.find_last_not_of(" \t\r\n") + 1);
  return key;
}

Result<std::unique_ptr<Client>> admin_of(const ClockWords& words) {
  ClientOptions server{.url = kAdminUrl};
  if (auto url = variable_of("BAUTA_ADMIN_URL"); !url.empty()) server.url = std::move(url);
  if (!words.url.empty()) server.url = words.url;
  BAUTA_TRY(server.key, admin_key_of(words));
  return Client::make(std::move(server));
}

Status show(const ClockWords& words) {
  BAUTA_TRY(const auto admin, admin_of(words));
  BAUTA_TRY(const auto clock, admin->get("/clock"));
  Output(words.json).one(kClock, clock);
  return {};
}

Status confirm(const ClockWords& words) {
  BAUTA_TRY(const auto admin, admin_of(words));
  BAUTA_TRY(const auto clock, admin->post("/clock/confirm", ""));
  Output(words.json).one(kClock, clock);
  return {};
}

void add_words(const NewCommand<ClockWords>& command) {
  command.app->add_option("--url", command.options->url,
                          std::string("The relay's admin listener; else BAUTA_ADMIN_URL says, "
                                      "else ") +
                              kAdminUrl);
  command.app
      ->add_option("--key-file", command.options->key_file,
                   "Holds the admin listener's key, instead of BAUTA_ADMIN_KEY; off loopback alone")
      ->type_name("FILE");
  command.app->add_flag("--json", command.options->json, "Print JSON");
}

}  // namespace

void add_clock_commands(LocalCommands& commands) {
  auto* family = commands.add_family("clock",
                                     "Whether a relay believes its machine's clock, asked on its "
                                     "admin listener");
  add_words(
      commands.add(family,
                   {.name = "show",
                    .does = "Show the time that is gone by, and how far the machine's is from it",
                    .example = "bauta clock show"},
                   show));
  add_words(commands.add(
      family,
      {.name = "confirm",
       .does = "Say that the machine's clock is right; it is gone by from then on",
       .example = "bauta clock confirm",
       .notes = "Look at the clock first: what has come due by it happens at once, and cannot be "
                "taken back.  Does nothing while the clock is believed anyway."},
      confirm));
}

}  // namespace bauta
