#include <charconv>

#include "proxy/api/frame.h"
#include "proxy/net/rfc3339.h"

namespace bauta::api {
namespace {

/// Of the details, times are kept in milliseconds.
Json::Value detail_json(const std::string& name, const std::string& value) {
  if (name != "expires_at") return value;
  std::int64_t millis = 0;
  std::from_chars(value.data(), value.data() + value.size(), millis);
  return format_rfc3339(from_millis(millis));
}

Json::Value entry_json(const AuditEntry& entry) {
  const AuditActor& actor = entry.actor;
  Json::Value json(Json::objectValue);
  json["sequence"] = static_cast<Json::UInt64>(entry.sequence);
  json["action"] = string_of(audit_action_name(entry.action));
  json["created_at"] = time_or_null(entry.at);
  json["by"] = actor.key ? "key" : "command_line";
  json["key"] = actor.key ? Json::Value(actor.key->str()) : Json::Value();
  json["account"] = actor.key ? Json::Value(actor.account.str()) : Json::Value();
  json["request_id"] = text_or_null(actor.request_id);
  json["service"] = text_or_null(entry.service);
  json["object"] = text_or_null(entry.object);
  json["details"] = Json::Value(Json::objectValue);
  for (const auto& [name, value] : entry.details) json["details"][name] = detail_json(name, value);
  return json;
}

/// One's own account with the scope `account`; the operator, any.
Status check_may_read(const ApiKey& own, std::optional<AccountId> wanted) {
  if (own.service)
    return fail("auth.scope_missing",
                "this key belongs to one service: the audit log is of the whole account");
  const bool is_own = !wanted || *wanted == own.account;
  if (own.may(is_own ? Scope::account : Scope::operator_)) return {};
  return fail("auth.scope_missing",
              "this key lacks the scope " +
                  string_of(scope_name(is_own ? Scope::account : Scope::operator_)));
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  Faults faults;
  QueryReader query(call.request, faults);
  ListAudit wanted{.limit = query.limit(api.limits), .cursor = query.cursor()};
  if (const auto name = query.text("action")) {
    const auto action = parse_audit_action(*name);
    if (action)
      wanted.filter.action = *action;
    else
      query.fault("action", "field.value", "must be an action, as key.created");
  }
  wanted.filter.created_after = query.time("created_after");
  wanted.filter.created_before = query.time("created_before");
  std::optional<AccountId> account;
  if (const auto id = query.text("account")) {
    const auto parsed = AccountId::parse(*id);
    if (parsed)
      account = *parsed;
    else
      query.fault("account", "id.malformed", "must be the id of an account");
  }
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_CHECK(check_may_read(call.caller.key, account));
  BAUTA_CO_TRY(const auto page, co_await api.desk.list_audit(
                                    account.value_or(call.caller.key.account), std::move(wanted)));
  Json::Value data(Json::arrayValue);
  for (const auto& entry : page.data) data.append(entry_json(entry));
  co_return answer(200, page_json(std::move(data), page.next_cursor));
}

}  // namespace

void mount_audit(Api& api) {
  api.on_list("/api/v1/audit", {Scope::account, Scope::operator_}, list);
}

}  // namespace bauta::api
