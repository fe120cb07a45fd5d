#include <array>
#include <string>
#include <vector>

#include "proxy/cli/client_command.h"
#include "proxy/net/json.h"
#include "routing/accounts/keys.h"

namespace bauta {
namespace {

constexpr const char* kPath = "/api/v1/keys";

constexpr std::array kColumns = std::to_array<Column>({{.title = "ID", .path = "id"},
                                                       {.title = "LABEL", .path = "label"},
                                                       {.title = "SERVICE", .path = "service"},
                                                       {.title = "HINT", .path = "hint"},
                                                       {.title = "TEST", .path = "test"},
                                                       {.title = "CREATED", .path = "created_at"},
                                                       {.title = "EXPIRES", .path = "expires_at"},
                                                       {.title = "SCOPES", .path = "scopes"}});
constexpr Shape kShape{.columns = kColumns, .fields = {}};

struct NewKeyWords {
  std::vector<std::string> scopes;
  std::string label;
  std::string service;
  std::string expires_at;
  bool test = false;
};

struct KeyId {
  std::string id;
};

/// On standard output only the secret, so that it can be led into a file.
Status create(Client& client, const Output& output, const NewKeyWords& words) {
  Json::Value key(Json::objectValue);
  for (const auto& scope : words.scopes) key["scopes"].append(scope);
  if (!words.label.empty()) key["label"] = words.label;
  if (!words.service.empty()) key["service"] = words.service;
  if (!words.expires_at.empty()) key["expires_at"] = words.expires_at;
  if (words.test) key["test"] = true;
  BAUTA_TRY(const auto made, client.post(kPath, write_json(key)));
  const auto id = string_in(made.json, "id");
  const auto secret = string_in(made.json, "secret");
  if (secret.empty()) {
    return fail(
        "key.secret_lost",
        "the answer with the secret was lost on its way, and it is shown only once: revoke " +
            printable(id) + " and make another");
  }
  output.say("made " + printable(id) + "; its secret is shown only now:");
  if (!output.document(made)) output.data(secret + "\n");
  return {};
}

Status list(Client& client, const Output& output, const ListOptions& options) {
  BAUTA_TRY(const auto keys, client.list(kPath, {}, options.limit));
  output.list(kShape, keys);
  return {};
}

Status revoke(Client& client, const Output& output, const KeyId& key) {
  BAUTA_CHECK(client.remove(path_to("/api/v1/keys/", key.id)));
  output.say(key.id + " is revoked");
  return {};
}

std::string all_scope_names() {
  std::string names;
  for (const auto scope : all_scopes())
    names.append(names.empty() ? "" : ", ").append(scope_name(scope));
  return names;
}

}  // namespace

void add_key_commands(ClientCommands& commands) {
  auto* family = commands.add_family("key", "The API keys of the account");

  const auto made = commands.add(
      family,
      {.name = "create",
       .does = "Make a key; its secret is shown once",
       .example =
           "bauta key create --scope sessions:read --scope events:read --label desk > desk.key",
       .notes = "Scopes: " + all_scope_names() + "."},
      create);
  made.app->add_option("--scope", made.options->scopes, "What it may do, once for each")
      ->required()
      ->allow_extra_args(false);
  made.app->add_option("--label", made.options->label, "What it is for");
  made.app->add_option("--of-service", made.options->service,
                       "The one service that it belongs to; left out, all of the account");
  made.app->add_option(
      "--expires-at", made.options->expires_at,
      "The time from which it is refused, as 2030-01-31T12:00:00Z; left out, never");

  made.app->add_flag("--test", made.options->test,
                     "Of the sandbox, where nothing reaches a phone; it begins with bauta_test_");

  const auto listed = commands.add(
      family,
      {.name = "list", .does = "List the keys, without their secrets", .example = "bauta key list"},
      list);
  add_limit(listed.app, *listed.options);

  const auto revoked = commands.add(family,
                                    {.name = "revoke",
                                     .does = "Refuse a key from now on",
                                     .example = "bauta key revoke key_01k9xkq4z1x2y3z4a5b6c7d8e9"},
                                    revoke);
  revoked.app->add_option("KEY", revoked.options->id, "Its id")->required()->check(is_id("key_"));
}

}  // namespace bauta
