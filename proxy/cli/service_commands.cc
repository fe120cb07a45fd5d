#include <array>
#include <cstdint>
#include <optional>

#include "proxy/cli/client_command.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr const char* kPath = "/api/v1/services";

constexpr std::array kColumns = std::to_array<Column>(
    {{.title = "NAME", .path = "name"},
     {.title = "DISPLAY NAME", .path = "display_name"},
     {.title = "COOLING", .path = "cooling_seconds", .align = Align::right},
     {.title = "DEADLINE", .path = "deadline_seconds", .align = Align::right},
     {.title = "RETENTION", .path = "retention_seconds", .align = Align::right},
     {.title = "UNKNOWN", .path = "unknown"},
     {.title = "LOCALITY", .path = "locality_fallback"},
     {.title = "CREATED", .path = "created_at"}});
constexpr std::array kFields = std::to_array<std::string_view>(
    {"name", "id", "display_name", "cooling_seconds", "deadline_seconds", "retention_seconds",
     "unknown", "locality_fallback", "answer_ended", "created_at"});
constexpr Shape kShape{.columns = kColumns, .fields = kFields};

/// A service, and the settings that are named.
struct ServiceWords {
  std::string name;
  std::optional<std::string> display_name;
  std::optional<std::int64_t> cooling_seconds;
  std::optional<std::int64_t> deadline_seconds;
  std::optional<std::int64_t> retention_seconds;
  std::optional<std::string> unknown;
  std::optional<std::string> locality_fallback;
  std::optional<bool> answer_ended;

  Json::Value settings() const {
    Json::Value json(Json::objectValue);
    const auto set = [&](const char* name, const auto& value) {
      if (value) json[name] = *value;
    };
    const auto set_seconds = [&](const char* name, std::optional<std::int64_t> seconds) {
      if (seconds) json[name] = static_cast<Json::Int64>(*seconds);
    };
    set("display_name", display_name);
    set_seconds("cooling_seconds", cooling_seconds);
    set_seconds("deadline_seconds", deadline_seconds);
    set_seconds("retention_seconds", retention_seconds);
    set("unknown", unknown);
    set("locality_fallback", locality_fallback);
    set("answer_ended", answer_ended);
    return json;
  }
};

struct ServiceName {
  std::string name;
};

/// What is no name does not get into a URL.
CLI::Validator is_service_name() {
  const auto check = [](const std::string& text) {
    const bool is =
        !text.empty() &&
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
    return is ? std::string()
              : std::string("a service's name has small letters, digits, - and _ only");
  };
  return {check, ""};
}

std::string path_of(const std::string& name) { return path_to("/api/v1/services/", name); }

Status list(Client& client, const Output& output, const ListOptions& options) {
  BAUTA_TRY(const auto services, client.list(kPath, {}, options.limit));
  output.list(kShape, services);
  return {};
}

Status show(Client& client, const Output& output, const ServiceName& service) {
  BAUTA_TRY(const auto shown, client.get(path_of(service.name)));
  output.one(kShape, shown);
  return {};
}

Status create(Client& client, const Output& output, const ServiceWords& words) {
  auto service = words.settings();
  service["name"] = words.name;
  BAUTA_TRY(const auto made, client.post(kPath, write_json(service)));
  output.one(kShape, made);
  return {};
}

Status set(Client& client, const Output& output, const ServiceWords& words) {
  const auto settings = words.settings();
  if (settings.empty()) return fail("usage.nothing_to_set", "name at least one setting");
  BAUTA_TRY(const auto changed, client.patch(path_of(words.name), write_json(settings)));
  output.one(kShape, changed);
  return {};
}

Status remove(Client& client, const Output& output, const ServiceName& service) {
  BAUTA_CHECK(client.remove(path_of(service.name)));
  output.say(service.name + " is removed");
  return {};
}

void add_settings(CLI::App* command, ServiceWords& words) {
  command->add_option("NAME", words.name, "The service")->required()->check(is_service_name());
  command->add_option("--display-name", words.display_name,
                      "What people read in texts of Bauta's own");
  command->add_option("--cooling-seconds", words.cooling_seconds,
                      "Seconds that an ended line stays nobody's");
  command->add_option("--deadline-seconds", words.deadline_seconds,
                      "Seconds that a text may wait before it is not sent any more");
  command->add_option("--retention-seconds", words.retention_seconds,
                      "Seconds that texts are kept after their session's end");
  command
      ->add_option("--unknown", words.unknown, "What becomes of a send whose outcome stays unknown")
      ->check(CLI::IsMember({"resend", "dead_letter"}));
  command->add_option("--locality-fallback", words.locality_fallback, "How far a number may be")
      ->check(CLI::IsMember({"area_code", "region", "country", "any"}));
  command->add_option("--answer-ended", words.answer_ended,
                      "Whether a text on an ended line is answered: true or false");
}

}  // namespace

void add_service_commands(ClientCommands& commands) {
  auto* family = commands.add_family("service", "The services of the account and their settings");

  const auto listed = commands.add(
      family, {.name = "list", .does = "List the services", .example = "bauta service list"}, list);
  add_limit(listed.app, *listed.options);

  const auto shown = commands.add(family,
                                  {.name = "show",
                                   .does = "Show a service and its settings",
                                   .example = "bauta service show default"},
                                  show);
  shown.app->add_option("NAME", shown.options->name, "The service")
      ->required()
      ->check(is_service_name());

  const auto made = commands.add(
      family,
      {.name = "create",
       .does = "Make a service",
       .example =
           "bauta service create rides --display-name 'Example Rides' --cooling-seconds 172800"},
      create);
  add_settings(made.app, *made.options);

  const auto changed =
      commands.add(family,
                   {.name = "set",
                    .does = "Change settings of a service; others stay as they are",
                    .example = "bauta service set default --cooling-seconds 172800"},
                   set);
  add_settings(changed.app, *changed.options);

  const auto removed = commands.add(
      family,
      {.name = "remove",
       .does = "Remove a service of which nothing lives, with what it stored and its keys",
       .example = "bauta service remove rides"},
      remove);
  removed.app->add_option("NAME", removed.options->name, "The service")
      ->required()
      ->check(is_service_name());
}

}  // namespace bauta
