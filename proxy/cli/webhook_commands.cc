#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proxy/cli/client_command.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr const char* kPath = "/api/v1/webhooks";
constexpr const char* kDelivered = "delivered";

constexpr std::array kColumns =
    std::to_array<Column>({{.title = "ID", .path = "id"},
                           {.title = "STATUS", .path = "status"},
                           {.title = "URL", .path = "url"},
                           {.title = "TYPES", .path = "types"},
                           {.title = "TEXTS", .path = "include_text"},
                           {.title = "CREATED", .path = "created_at"},
                           {.title = "FAILING SINCE", .path = "failing_since"}});
constexpr std::array kFields = std::to_array<std::string_view>(
    {"id", "status", "url", "types", "include_text", "signature", "public_keys", "disabled_reason",
     "disabled_at", "created_at", "failing_since", "last_delivered_at"});
constexpr Shape kShape{.columns = kColumns, .fields = kFields};

constexpr std::array kAttemptColumns =
    std::to_array<Column>({{.title = "AT", .path = "at"},
                           {.title = "TYPE", .path = "type"},
                           {.title = "SEQUENCE", .path = "sequence", .align = Align::right},
                           {.title = "TRY", .path = "attempt", .align = Align::right},
                           {.title = "RESULT", .path = "result"},
                           {.title = "STATUS", .path = "status", .align = Align::right},
                           {.title = "MS", .path = "latency_ms", .align = Align::right},
                           {.title = "ERROR", .path = "error"},
                           {.title = "EVENT", .path = "event"}});
constexpr std::array kTestFields =
    std::to_array<std::string_view>({"event", "result", "status", "error", "latency_ms"});
constexpr Shape kTestShape{.columns = kAttemptColumns, .fields = kTestFields};

struct WebhookWords {
  std::string id;
  std::string url;
  std::vector<std::string> types;
  bool include_text = false;
  std::string signature;
};

struct OneWebhook {
  std::string id;
};

struct WebhookChange : OneWebhook {
  std::string endpoint;
  std::vector<std::string> types;
  std::optional<bool> include_text;
};

struct Rotation : OneWebhook {
  std::optional<std::int64_t> overlap_seconds;
};

struct Replay : OneWebhook {
  std::string from;
  std::string to;
};

struct Attempts : OneWebhook, ListOptions {};

std::string path_of(const std::string& id) { return path_to("/api/v1/webhooks/", id); }

/// On standard output only the secret, so that it can be led into a file.
void show_secret(const Output& output, const Reply& made, const std::string& what) {
  const auto secret = string_in(made.json, "secret");
  Output::say(what + " " + printable(string_in(made.json, "id")) +
              (secret.empty() ? "" : "; its secret is shown only now:"));
  if (!output.document(made) && !secret.empty()) Output::data(secret + "\n");
}

Status create(Client& client, const Output& output, const WebhookWords& words) {
  Json::Value webhook(Json::objectValue);
  webhook["url"] = words.url;
  for (const auto& type : words.types) webhook["types"].append(type);
  if (words.include_text) webhook["include_text"] = true;
  if (!words.signature.empty()) webhook["signature"] = words.signature;
  BAUTA_TRY(const auto made, client.post(kPath, write_json(webhook)));
  show_secret(output, made, "made");
  return {};
}

/// The list with how each goes, which the API tells of one alone.  What was deleted meanwhile stays as the list had it.
void add_health(Client& client, Reply& webhooks) {
  for (auto& webhook : webhooks.json["data"]) {
    const auto shown = client.get(path_of(string_in(webhook, "id")));
    if (shown) webhook["failing_since"] = shown->json["failing_since"];
  }
}

Status list(Client& client, const Output& output, const ListOptions& options) {
  BAUTA_TRY(auto webhooks, client.list(kPath, {}, options.limit));
  if (!output.is_json()) add_health(client, webhooks);
  output.list(kShape, webhooks);
  return {};
}

Status show(Client& client, const Output& output, const OneWebhook& one) {
  BAUTA_TRY(const auto webhook, client.get(path_of(one.id)));
  output.one(kShape, webhook);
  return {};
}

Status set(Client& client, const Output& output, const WebhookChange& words) {
  Json::Value change(Json::objectValue);
  if (!words.endpoint.empty()) change["url"] = words.endpoint;
  for (const auto& type : words.types) change["types"].append(type);
  if (words.include_text) change["include_text"] = *words.include_text;
  if (change.empty()) return fail("usage.nothing_to_set", "name at least one option");
  BAUTA_TRY(const auto webhook, client.patch(path_of(words.id), write_json(change)));
  output.one(kShape, webhook);
  return {};
}

Status remove(Client& client, const Output&, const OneWebhook& one) {
  BAUTA_CHECK(client.remove(path_of(one.id)));
  Output::say(one.id + " is deleted");
  return {};
}

Status disable(Client& client, const Output& output, const OneWebhook& one) {
  BAUTA_TRY(const auto webhook, client.patch(path_of(one.id), R"({"status":"disabled"})"));
  output.one(kShape, webhook);
  return {};
}

Status enable(Client& client, const Output& output, const OneWebhook& one) {
  BAUTA_TRY(const auto webhook, client.post(path_of(one.id) + "/enable", "{}"));
  output.one(kShape, webhook);
  return {};
}

Status test(Client& client, const Output& output, const OneWebhook& one) {
  BAUTA_TRY(const auto told, client.post(path_of(one.id) + "/test", "{}"));
  output.one(kTestShape, told);
  const auto result = string_in(told.json, "result");
  if (result == kDelivered) return {};
  return fail("webhook.not_delivered",
              "the endpoint did not take the test: " + printable(result) +
                  "; `bauta webhooks attempts` shows what was tried before");
}

Status rotate(Client& client, const Output& output, const Rotation& words) {
  Json::Value body(Json::objectValue);
  if (words.overlap_seconds)
    body["overlap_seconds"] = static_cast<Json::Int64>(*words.overlap_seconds);
  BAUTA_TRY(const auto rotated,
            client.post(path_of(words.id) + "/rotate-secret", write_json(body)));
  show_secret(output, rotated, "rotated");
  return {};
}

Status replay(Client& client, const Output& output, const Replay& words) {
  Json::Value body(Json::objectValue);
  body["from"] = words.from;
  if (!words.to.empty()) body["to"] = words.to;
  BAUTA_TRY(const auto webhook, client.post(path_of(words.id) + "/replay", write_json(body)));
  output.document(webhook);
  Output::say(words.id + " is told all that happened from " + words.from +
              (words.to.empty() ? " on again" : " to " + words.to + " again"));
  return {};
}

Status list_attempts(Client& client, const Output& output, const Attempts& words) {
  BAUTA_TRY(const auto attempts, client.list(path_of(words.id) + "/attempts", {}, words.limit));
  output.story({.columns = kAttemptColumns, .fields = {}}, attempts);
  return {};
}

void add_webhook_argument(CLI::App* command, std::string& id) {
  command->add_option("WEBHOOK", id, "Its id")->required()->check(is_id("whk_"));
}

}  // namespace

void add_webhook_commands(ClientCommands& commands) {
  auto* family = commands.add_family("webhooks", "Where a service's events are told");
  const std::string one = " whk_01k9xkq4z1x2y3z4a5b6c7d8e9";

  const auto made = commands.add(
      family,
      {.name = "create",
       .does = "Tell events to an endpoint; the secret that signs them is shown once",
       .example = "bauta webhooks create https://platform.example.com/bauta --type 'message.*' > "
                  "whsec.txt"},
      create);
  made.app->add_option("URL", made.options->url, "The endpoint")->required();
  made.app
      ->add_option("--type", made.options->types,
                   "Which events, as message.delivered or message.*; once for each; left out, all")
      ->allow_extra_args(false);
  made.app->add_flag("--include-text", made.options->include_text,
                     "Tell texts too; the key must be one that may read them");
  made.app->add_option("--signature", made.options->signature, "How they are signed")
      ->check(CLI::IsMember({"v1", "v1a"}));

  const auto listed = commands.add(
      family, {.name = "list", .does = "List the webhooks", .example = "bauta webhooks list"},
      list);
  add_limit(listed.app, *listed.options);

  const auto shown = commands.add(family,
                                  {.name = "show",
                                   .does = "Show a webhook and how it goes",
                                   .example = "bauta webhooks show" + one},
                                  show);
  add_webhook_argument(shown.app, shown.options->id);

  const auto changed = commands.add(
      family,
      {.name = "set",
       .does = "Change a webhook; what is not named stays as it is, its secret too",
       .example = "bauta webhooks set" + one + " --endpoint https://platform.example.com/events\n" +
                  "bauta webhooks set" + one + " --type 'message.*' --type session.closed"},
      set);
  add_webhook_argument(changed.app, changed.options->id);
  changed.app->add_option("--endpoint", changed.options->endpoint, "The URL of another endpoint");
  changed.app
      ->add_option("--type", changed.options->types,
                   "Which events, as message.delivered, message.* or * for all; once for each")
      ->allow_extra_args(false);
  changed.app->add_option("--include-text", changed.options->include_text,
                          "Whether texts are told too: true or false; the key must be one that "
                          "may read them");

  const auto tested = commands.add(family,
                                   {.name = "test",
                                    .does = "Tell a webhook an event that never happened, now",
                                    .example = "bauta webhooks test" + one,
                                    .notes = "Exits with 1 if the endpoint did not take it."},
                                   test);
  add_webhook_argument(tested.app, tested.options->id);

  const auto tried =
      commands.add(family,
                   {.name = "attempts",
                    .does = "List what was tried and what the endpoint answered, the oldest first",
                    .example = "bauta webhooks attempts" + one + " --limit 20"},
                   list_attempts);
  add_webhook_argument(tried.app, tried.options->id);
  add_limit(tried.app, *tried.options);

  const auto replayed =
      commands.add(family,
                   {.name = "replay",
                    .does = "Tell a webhook again what happened, from an event on or to another",
                    .example = "bauta webhooks replay" + one + " evt_01k9xkq4z1x2y3z4a5b6c7d8e9"},
                   replay);
  add_webhook_argument(replayed.app, replayed.options->id);
  replayed.app->add_option("EVENT", replayed.options->from, "The first event's id")
      ->required()
      ->check(is_id("evt_"));
  replayed.app
      ->add_option(
          "--to", replayed.options->to,
          "The last event's id, and it goes on where it was; left out, it goes on from there")
      ->check(is_id("evt_"));

  const auto rotated = commands.add(
      family,
      {.name = "rotate-secret",
       .does = "Make a webhook's new secret; both sign until the old one's time is over",
       .example = "bauta webhooks rotate-secret" + one + " --overlap-seconds 3600 > whsec.txt"},
      rotate);
  add_webhook_argument(rotated.app, rotated.options->id);
  rotated.app->add_option("--overlap-seconds", rotated.options->overlap_seconds,
                          "Seconds that both sign; left out, 86400");

  const auto disabled = commands.add(family,
                                     {.name = "disable",
                                      .does = "Tell a webhook nothing more",
                                      .example = "bauta webhooks disable" + one},
                                     disable);
  add_webhook_argument(disabled.app, disabled.options->id);

  const auto enabled = commands.add(family,
                                    {.name = "enable",
                                     .does = "Let a disabled webhook go on where it was",
                                     .example = "bauta webhooks enable" + one},
                                    enable);
  add_webhook_argument(enabled.app, enabled.options->id);

  const auto removed = commands.add(
      family,
      {.name = "delete", .does = "Delete a webhook", .example = "bauta webhooks delete" + one},
      remove);
  add_webhook_argument(removed.app, removed.options->id);
}

}  // namespace bauta
