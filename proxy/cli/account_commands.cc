#include <array>

#include "proxy/cli/client_command.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr const char* kPath = "/api/v1/accounts";

constexpr std::array kColumns = std::to_array<Column>({{.title = "NAME", .path = "name"},
                                                       {.title = "ID", .path = "id"},
                                                       {.title = "CREATED", .path = "created_at"}});
constexpr Shape kShape{.columns = kColumns, .fields = {}};

struct AccountWords {
  std::string name;
  std::string key_expires_at;
};

/// On standard output only the secret, so that it can be led into a file.
Status create(Client& client, const Output& output, const AccountWords& account) {
  Json::Value wanted(Json::objectValue);
  wanted["name"] = account.name;
  if (!account.key_expires_at.empty()) wanted["key_expires_at"] = account.key_expires_at;
  BAUTA_TRY(const auto made, client.post(kPath, write_json(wanted)));
  const auto id = printable(string_in(made.json, "id"));
  const auto& key = made.json["key"];
  const auto secret = key.isObject() ? string_in(key, "secret") : std::string();
  if (secret.empty()) {
    return fail("key.secret_lost",
                "the answer with the first key's secret was lost on its way, and it is shown only "
                "once: " +
                    id + " is there, make another under another name");
  }
  output.say("made " + id + "; the secret of its first key is shown only now:");
  if (!output.document(made)) output.data(secret + "\n");
  return {};
}

Status list(Client& client, const Output& output, const ListOptions& options) {
  BAUTA_TRY(const auto accounts, client.list(kPath, {}, options.limit));
  output.list(kShape, accounts);
  return {};
}

}  // namespace

void add_account_commands(ClientCommands& commands) {
  auto* family = commands.add_family(
      "account", "The accounts of the relay, for a key with the scope operator");

  const auto made =
      commands.add(family,
                   {.name = "create",
                    .does = "Make an account; the secret of its first key is shown once",
                    .example = "bauta account create example-rides > example-rides.key"},
                   create);
  made.app->add_option("NAME", made.options->name, "Its name: small letters, digits, - and _")
      ->required();
  made.app->add_option("--key-expires-at", made.options->key_expires_at,
                       "When its first key ends, as 2030-01-31T12:00:00Z");

  const auto listed = commands.add(
      family, {.name = "list", .does = "List the accounts", .example = "bauta account list"}, list);
  add_limit(listed.app, *listed.options);
}

}  // namespace bauta
