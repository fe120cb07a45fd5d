#include <charconv>
#include <cstdint>
#include <utility>

#include "proxy/api/frame.h"
#include "proxy/api/webhook.h"

namespace bauta::api {
namespace {

/// What a test sends; nothing that happens has this type, and no filter names it.
constexpr std::string_view kTestType = "webhook.test";

void show_answer(Json::Value& json, const EndpointAnswer& heard) {
  json["result"] = string_of(attempt_result_name(heard.result));
  json["status"] = heard.status == 0 ? Json::Value() : Json::Value(heard.status);
  json["error"] = text_or_null(heard.error);
  json["latency_ms"] = static_cast<Json::Int64>(heard.took.count());
}

/// An event that tells nothing.
Json::Value new_test_event(Api& api, const Webhook& webhook) {
  const auto now = api.clock.now();
  Json::Value json(Json::objectValue);
  json["id"] = EventId::make(to_millis(now), api.random).str();
  json["type"] = string_of(kTestType);
  json["created_at"] = time_or_null(now);
  json["session"] = Json::Value();
  json["sequence"] = Json::Value();
  json["data"]["webhook"] = webhook.id.str();
  return json;
}

/// What a test is about to send, kept before its first octet leaves: who asks again after a crash sends the same event, which the endpoint knows
/// by its id, and not another.  Without a mark nothing is kept, for nobody can ask for the same test again.
Task<Result<Json::Value>> intended_test_event(Api& api, ApiCall call, Webhook webhook) {
  auto event = new_test_event(api, webhook);
  if (!call.mark) co_return event;
  // Beside the mark of the answer, of which there is none before the endpoint has spoken.
  const IdempotencyMark intent{.key = "intent " + call.mark->key,
                               .body_hash = call.mark->body_hash};
  BAUTA_CO_TRY(auto kept, co_await api.desk.kept_answer(call.caller, intent));
  if (!kept) {
    BAUTA_CO_CHECK(co_await api.desk.keep_answer(
        call.caller, intent, {.status = 200, .location = {}, .body = write_json(event)}));
    // Another process may have been first: its event is the one.
    BAUTA_CO_TRY(kept, co_await api.desk.kept_answer(call.caller, intent));
  }
  if (!kept) co_return event;
  BAUTA_CO_TRY(auto again, parse_json(kept->body, api.limits.json_depth_max));
  co_return again;
}

/// Sends an event that tells nothing, now, whether or not the webhook is disabled: what comes of it is answered, and changes nothing.
Task<Result<ApiAnswer>> test(Api& api, ApiCall call) {
  BAUTA_CO_CHECK(want_nothing(api, call));
  BAUTA_CO_TRY(const auto found, co_await find_webhook(api, call));
  const Webhook& webhook = found.value;
  BAUTA_CO_TRY(const auto json, co_await intended_test_event(api, std::move(call), webhook));
  const auto now = api.clock.now();
  EndpointCall sent{
      .url = webhook.url,
      .id = json["id"].asString(),
      .timestamp = to_millis(api.endpoints.stamps ? api.endpoints.stamps->now() : now) / 1000,
      .signature = {},
      .body = write_json(json)};
  sent.signature =
      signatures_of(webhook, {.id = sent.id, .timestamp = sent.timestamp, .body = sent.body}, now);
  Json::Value told(Json::objectValue);
  told["event"] = sent.id;
  show_answer(told, co_await api.endpoints.port.call(std::move(sent)));
  co_return answer(200, told);
}

std::optional<EventId> read_event(ObjectReader& fields, std::string_view name) {
  const auto text = fields.text(name, {});
  if (!text) return std::nullopt;
  const auto event = EventId::parse(*text);
  if (event) return *event;
  fields.faults().add(fields.pointer(name), event.error());
  return std::nullopt;
}

Task<Result<ApiAnswer>> replay(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kWebhookNotFound));
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  fields.require("from");
  const auto from = read_event(fields, "from");
  const auto to = read_event(fields, "to");
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  const ServiceId service = call.caller.service.id;
  BAUTA_CO_CHECK(co_await api.desk.webhooks().find(service, id));
  const auto effect = webhook_effect_of(call, 202);
  const auto& webhooks = api.desk.webhooks();
  const auto now = api.clock.now();
  const auto also = effect.also(api.desk, call.caller);
  auto done = to ? co_await webhooks.replay_range(service, id, *from, *to, now, also)
                 : co_await webhooks.replay(service, id, *from, now, also);
  BAUTA_CO_TRY(const auto replayed,
               co_await unless_answered(api, call.caller, call.mark, std::move(done)));
  co_return effect.answer_of(replayed);
}

Json::Value attempt_json(const WebhookAttempt& attempt) {
  Json::Value json(Json::objectValue);
  json["number"] = static_cast<Json::UInt64>(attempt.number);
  json["event"] = attempt.event.str();
  json["type"] = attempt.type;
  json["sequence"] = static_cast<Json::UInt64>(attempt.sequence);
  json["attempt"] = attempt.attempt;
  json["at"] = time_or_null(attempt.at);
  show_answer(json, attempt.answer);
  return json;
}

Task<Result<ApiAnswer>> list_attempts(Api& api, ApiCall call) {
  Faults faults;
  QueryReader query(call.request, faults);
  const auto limit = query.limit(api.limits);
  const auto cursor = query.cursor();
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  std::uint64_t below = UINT64_MAX;
  const char* const end = cursor.data() + cursor.size();
  const auto [stop, error] = std::from_chars(cursor.data(), end, below);
  if (!cursor.empty() && (error != std::errc() || stop != end))
    co_return fail("cursor.malformed", "this cursor is of no list of attempts");
  BAUTA_CO_TRY(const auto found, co_await find_webhook(api, std::move(call)));
  BAUTA_CO_TRY(const auto state, co_await api.desk.webhooks().state_of(found.value));
  Json::Value data(Json::arrayValue);
  std::string last;
  for (const auto& attempt : state.attempts.newest_first()) {
    if (attempt.number >= below) continue;
    if (data.size() == limit) co_return answer(200, page_json(std::move(data), last));
    data.append(attempt_json(attempt));
    last = std::to_string(attempt.number);
  }
  co_return answer(200, page_json(std::move(data), ""));
}

}  // namespace

void mount_webhook_deliveries(Api& api) {
  const auto one = string_of(kWebhooksPath) + "/{id}";
  api.on("POST", one + "/test", {Scope::webhooks_write}, test);
  api.on("POST", one + "/replay", {Scope::webhooks_write}, replay);
  api.on_list(one + "/attempts", {Scope::webhooks_write}, list_attempts);
}

}  // namespace bauta::api
