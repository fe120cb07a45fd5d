#include <array>

#include "proxy/cli/client_command.h"
#include "proxy/cli/service_words.h"
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
     "unknown", "locality_fallback", "answer_ended", "answer_strangers", "sticky", "consent_scope",
     "mask_addresses", "language", "default_region", "texts", "created_at"});
constexpr Shape kShape{.columns = kColumns, .fields = kFields};

struct ServiceName {
  std::string name;
};

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

/// It is taken all the same: the words for it may come with the next call.
void warn_of_language(const Reply& service) {
  if (const auto why = unspoken_language(service.json); !why.empty()) Output::say(why);
}

Status create(Client& client, const Output& output, const ServiceWords& words) {
  BAUTA_TRY(auto service, words.settings());
  service["name"] = words.name;
  BAUTA_TRY(const auto made, client.post(kPath, write_json(service)));
  output.one(kShape, made);
  warn_of_language(made);
  return {};
}

Status set(Client& client, const Output& output, const ServiceWords& words) {
  BAUTA_TRY(const auto settings, words.settings());
  if (settings.empty()) return fail("usage.nothing_to_set", "name at least one setting");
  BAUTA_TRY(const auto changed, client.patch(path_of(words.name), write_json(settings)));
  output.one(kShape, changed);
  warn_of_language(changed);
  return {};
}

Status remove(Client& client, const Output& output, const ServiceName& service) {
  BAUTA_CHECK(client.remove(path_of(service.name)));
  output.say(service.name + " is removed");
  return {};
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
  add_service_name(shown.app, shown.options->name);

  const auto made = commands.add(
      family,
      {.name = "create",
       .does = "Make a service",
       .example =
           "bauta service create rides --display-name 'Example Rides' --cooling-seconds 172800"},
      create);
  add_service_name(made.app, made.options->name);
  add_service_settings(made.app, *made.options);

  const auto changed =
      commands.add(family,
                   {.name = "set",
                    .does = "Change settings of a service; others stay as they are",
                    .example = "bauta service set default --cooling-seconds 172800\n"
                               "bauta service set default --language de --texts texts.json"},
                   set);
  add_service_name(changed.app, changed.options->name);
  add_service_settings(changed.app, *changed.options);

  const auto removed = commands.add(
      family,
      {.name = "remove",
       .does = "Remove a service of which nothing lives, with what it stored and its keys",
       .example = "bauta service remove rides"},
      remove);
  add_service_name(removed.app, removed.options->name);
}

}  // namespace bauta
