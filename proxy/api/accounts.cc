#include "proxy/api/frame.h"
#include "proxy/api/key_lifetime.h"
#include "proxy/api/shown.h"

namespace bauta::api {
namespace {

constexpr std::string_view kPath = "/api/v1/accounts";

Json::Value account_json(const Account& account) {
  Json::Value json(Json::objectValue);
  json["id"] = account.id.str();
  json["name"] = account.name;
  json["created_at"] = time_or_null(account.created_at);
  return json;
}

Json::Value made_json(const NewAccount& made) {
  auto json = account_json(made.account);
  json["service"] = made.service.name;
  json["key"] = key_json(made.key.key, "", false);
  json["key"]["secret"] = text_or_null(made.key.secret);
  return json;
}

/// Accounts are the operator's, through a key that is bound to no service.  In the sandbox one is made for each live account that asks for a test
/// key, under its id: who made them here could take another's.
Status check_operator(const Api& api, const ApiCall& call) {
  if (api.sandbox) return fail("account.live_only", "accounts are made and listed with a live key");
  if (call.caller.key.service)
    return fail("auth.scope_missing", "this key belongs to one service: it sees no accounts");
  return {};
}

Task<Result<ApiAnswer>> create(Api& api, ApiCall call) {
  BAUTA_CO_CHECK(check_operator(api, call));
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  fields.require("name");
  auto name = fields.text("name", {.chars_min = 1, .chars_max = 64});
  const auto key_expires_at = read_expiry(fields, "key_expires_at", api.clock.now());
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_CHECK(check_lifetime(call.caller.key, key_expires_at, "/key_expires_at"));
  // What is kept is rendered before the secret is known to it: a secret is shown once.
  const KeptEffect<NewAccount> effect(call, [](const NewAccount& made) {
    return KeptAnswer{.status = 201, .location = {}, .body = write_json(made_json(made))};
  });
  BAUTA_CO_TRY(const auto made,
               co_await api.desk.create_account(call.caller, *std::move(name), key_expires_at,
                                                effect.idempotent()));
  co_return effect.answer_of(made);
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  BAUTA_CO_CHECK(check_operator(api, call));
  Faults faults;
  QueryReader query(call.request, faults);
  const auto limit = query.limit(api.limits);
  const auto cursor = query.cursor();
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(auto accounts, co_await api.desk.accounts().all());
  co_return list_answer<AccountId>(
      std::move(accounts), limit, cursor, [](const Account& account) { return account.id; },
      account_json);
}

}  // namespace

void mount_accounts(Api& api) {
  api.on("POST", kPath, {Scope::operator_}, create);
  api.on_list(kPath, {Scope::operator_}, list);
}

}  // namespace bauta::api
