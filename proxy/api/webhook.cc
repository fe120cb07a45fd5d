#include "proxy/api/webhook.h"

#include <optional>

namespace bauta::api {
namespace {

Json::Value misbehaviour_json(const Misbehaviour& misbehave) {
  Json::Value json(Json::objectValue);
  json["twice"] = misbehave.twice;
  json["late_seconds"] = static_cast<Json::Int64>(misbehave.late.count());
  json["shuffle"] = misbehave.shuffle;
  json["fail_one_in"] = misbehave.fail_one_in == 0 ? Json::Value() : misbehave.fail_one_in;
  return json;
}

}  // namespace

Json::Value webhook_json(const Webhook& webhook) {
  Json::Value json(Json::objectValue);
  json["id"] = webhook.id.str();
  json["url"] = webhook.url;
  json["types"] = Json::Value(Json::arrayValue);
  for (const auto& type : webhook.types) json["types"].append(type);
  json["include_text"] = webhook.include_text;
  json["signature"] = string_of(signature_kind_name(webhook.signature));
  json["public_keys"] = Json::Value(Json::arrayValue);
  if (webhook.signature == SignatureKind::v1a) {
    for (const auto& secret : webhook.secrets)
      json["public_keys"].append(shown_public_key(secret.key));
  }
  if (webhook.misbehave != Misbehaviour{}) json["misbehave"] = misbehaviour_json(webhook.misbehave);
  json["status"] = webhook.disabled ? "disabled" : "active";
  json["disabled_reason"] =
      webhook.disabled ? Json::Value(string_of(disabled_reason_name(webhook.disabled->reason)))
                       : Json::Value();
  json["disabled_at"] =
      time_or_null(webhook.disabled ? std::optional(webhook.disabled->at) : std::nullopt);
  json["created_at"] = time_or_null(webhook.created_at);
  return json;
}

Task<Result<Stored<Webhook>>> find_webhook(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kWebhookNotFound));
  co_return co_await api.desk.webhooks().find(call.caller.service.id, id);
}

KeptEffect<Webhook> webhook_effect_of(const ApiCall& call, std::uint16_t status) {
  return {call, [status](const Webhook& webhook) {
            return KeptAnswer{
                .status = status, .location = {}, .body = write_json(webhook_json(webhook))};
          }};
}

}  // namespace bauta::api
