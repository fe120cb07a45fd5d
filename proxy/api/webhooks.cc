#include "routing/webhooks/webhooks.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "proxy/api/frame.h"
#include "proxy/delivery/event_json.h"

namespace bauta::api {
namespace {

constexpr std::string_view kPath = "/api/v1/webhooks";
constexpr std::string_view kNotFound = "webhook.not_found";
/// What a test sends; nothing that happens has this type, and no filter names it.
constexpr std::string_view kTestType = "webhook.test";
constexpr std::chrono::seconds kLateMax = std::chrono::hours{24};
constexpr std::int64_t kOneInMax = 1'000;

Json::Value misbehaviour_json(const Misbehaviour& misbehave) {
  Json::Value json(Json::objectValue);
  json["twice"] = misbehave.twice;
  json["late_seconds"] = static_cast<Json::Int64>(misbehave.late.count());
  json["shuffle"] = misbehave.shuffle;
  json["fail_one_in"] = misbehave.fail_one_in == 0 ? Json::Value() : misbehave.fail_one_in;
  return json;
}

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

std::string path_of(WebhookId id) { return string_of(kPath) + "/" + id.str(); }

/// Which fields a request names.  Those that are not the API's were refused.
std::string names_in(const Json::Value& body) {
  std::string names;
  for (const auto& name : body.getMemberNames()) names += (names.empty() ? "" : " ") + name;
  return names;
}

/// Who did `action`, in the commit of what they did, with the answer if it is kept there.
Webhooks::Also recorded(const Api& api, const ApiCall& call, AuditAction action,
                        std::string fields = {}, Webhooks::Also also = {}) {
  return audited<Webhook>(
      api.desk, call.caller,
      [action, fields = std::move(fields)](const Webhook& webhook) {
        AuditNote note{.action = action, .object = webhook.id.str()};
        if (!fields.empty()) note.details.emplace_back("fields", fields);
        return note;
      },
      std::move(also));
}

KeptEffect<Webhook> effect_of(const ApiCall& call, std::uint16_t status) {
  return {call, [status](const Webhook& webhook) {
            return KeptAnswer{
                .status = status, .location = {}, .body = write_json(webhook_json(webhook))};
          }};
}

/// Its secret is shown now and never again: what is kept for replays of the request is without it.
Json::Value json_without_secret(const Webhook& webhook) {
  auto json = webhook_json(webhook);
  json["secret"] = Json::Value();
  return json;
}
ApiAnswer with_secret(ApiAnswer answered, const Webhook& webhook) {
  auto json = json_without_secret(webhook);
  if (webhook.signature == SignatureKind::v1)
    json["secret"] = shown_secret(webhook.secrets.front().key);
  answered.response.body = write_json(json);
  return answered;
}

struct Wanted {
  std::optional<std::string> url = {};
  std::optional<std::vector<std::string>> types = {};
  std::optional<bool> include_text = {};
  std::optional<SignatureKind> signature = {};
  std::optional<bool> active = {};
  std::optional<Misbehaviour> misbehave = {};
};

void read_types(ObjectReader& fields, const ApiLimits& limits, Wanted& wanted) {
  wanted.types = fields.texts("types", limits.webhook_types_max, {.chars_min = 1});
  if (!wanted.types) return;
  if (wanted.types->empty()) fields.fault("types", "field.too_short", "must not be empty");
  for (std::size_t i = 0; i < wanted.types->size(); ++i) {
    if (is_type_pattern((*wanted.types)[i])) continue;
    fields.faults().add(pointer_to(fields.pointer("types"), i), "event.unknown_type",
                        "must be a type of event, as message.delivered, all of one kind, as "
                        "message.*, or *");
  }
}

void read_url(ObjectReader& fields, const Api& api, Wanted& wanted) {
  wanted.url = fields.text("url", {.chars_min = 1, .chars_max = api.limits.url_chars_max});
  if (!wanted.url) return;
  if (const auto allowed = api.endpoints.guard.check_url(*wanted.url); !allowed)
    fields.faults().add(fields.pointer("url"), allowed.error());
}

/// Left out is not; null is as it should be.
void read_misbehaviour(ObjectReader& fields, const Api& api, Wanted& wanted) {
  if (!fields.has("misbehave")) return;
  if (!api.sandbox) {
    static_cast<void>(fields.raw("misbehave"));
    fields.fault("misbehave", "webhook.sandbox_only", "only webhooks of the sandbox can misbehave");
    return;
  }
  wanted.misbehave = Misbehaviour{};
  if (fields.is_null("misbehave")) return;
  ObjectReader wishes(*fields.raw("misbehave"), fields.pointer("misbehave"), fields.faults());
  wanted.misbehave->twice = wishes.boolean("twice").value_or(false);
  wanted.misbehave->late =
      std::chrono::seconds(wishes.integer("late_seconds", 0, kLateMax.count()).value_or(0));
  wanted.misbehave->shuffle = wishes.boolean("shuffle").value_or(false);
  if (!wishes.is_null("fail_one_in")) {
    wanted.misbehave->fail_one_in =
        static_cast<std::uint32_t>(wishes.integer("fail_one_in", 1, kOneInMax).value_or(0));
  }
  wishes.refuse_others();
}

Result<Wanted> read_new(const Api& api, const Json::Value& body) {
  Faults faults;
  ObjectReader fields(body, "", faults);
  Wanted wanted;
  fields.require("url");
  read_url(fields, api, wanted);
  read_types(fields, api.limits, wanted);
  wanted.include_text = fields.boolean("include_text");
  if (const auto name = fields.text("signature", {})) {
    const auto kind = parse_signature_kind(*name);
    if (!kind) fields.fault("signature", "field.value", "must be v1 or v1a");
    if (kind) wanted.signature = *kind;
  }
  read_misbehaviour(fields, api, wanted);
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return wanted;
}

Result<Wanted> read_change(const Api& api, const Json::Value& body) {
  Faults faults;
  ObjectReader fields(body, "", faults);
  Wanted wanted;
  read_url(fields, api, wanted);
  read_types(fields, api.limits, wanted);
  wanted.include_text = fields.boolean("include_text");
  if (const auto status = fields.text("status", {})) {
    if (*status != "active" && *status != "disabled")
      fields.fault("status", "field.value", "must be active or disabled");
    wanted.active = *status == "active";
  }
  read_misbehaviour(fields, api, wanted);
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return wanted;
}

Status check_may_tell_texts(const ApiCall& call, const Wanted& wanted) {
  if (!wanted.include_text.value_or(false) || call.may(Scope::messages_read)) return {};
  return fail("auth.scope_missing", "texts are told only to who may read them: this key lacks " +
                                        string_of(scope_name(Scope::messages_read)));
}

Task<Result<ApiAnswer>> create(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(auto wanted, read_new(api, body));
  BAUTA_CO_CHECK(check_may_tell_texts(call, wanted));
  Webhook webhook{.service = call.caller.service.id,
                  .account = call.caller.service.account,
                  .key = call.caller.key.id,
                  .url = *std::move(wanted.url),
                  .types = wanted.types ? *std::move(wanted.types) : std::vector<std::string>{"*"},
                  .include_text = wanted.include_text.value_or(false),
                  .signature = wanted.signature.value_or(SignatureKind::v1),
                  .misbehave = wanted.misbehave.value_or(Misbehaviour{})};
  const KeptEffect<Webhook> effect(call, [](const Webhook& made) {
    return KeptAnswer{
        .status = 201, .location = path_of(made.id), .body = write_json(json_without_secret(made))};
  });
  auto created = co_await api.desk.webhooks().create(
      std::move(webhook), api.limits.webhooks_max, api.clock.now(),
      recorded(api, call, AuditAction::webhook_created, {}, effect.also(api.desk, call.caller)));
  BAUTA_CO_TRY(const auto made,
               co_await unless_answered(api, call.caller, call.mark, std::move(created)));
  co_return with_secret(effect.answer_of(made), made);
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  Faults faults;
  QueryReader query(call.request, faults);
  const auto limit = query.limit(api.limits);
  const auto cursor = query.cursor();
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(auto webhooks, co_await api.desk.webhooks().all_of(call.caller.service.id));
  co_return list_answer<WebhookId>(
      std::move(webhooks), limit, cursor, [](const Webhook& webhook) { return webhook.id; },
      webhook_json);
}

Task<Result<Stored<Webhook>>> find(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kNotFound));
  co_return co_await api.desk.webhooks().find(call.caller.service.id, id);
}

Task<Result<ApiAnswer>> show(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto found, co_await find(api, std::move(call)));
  BAUTA_CO_TRY(const auto state, co_await api.desk.webhooks().state_of(found.value));
  auto json = webhook_json(found.value);
  std::optional<TimePoint> failing_since;
  for (const auto& open : state.progress.open) {
    if (open.first_failed_at && (!failing_since || *open.first_failed_at < *failing_since))
      failing_since = open.first_failed_at;
  }
  json["failing_since"] = time_or_null(failing_since);
  const auto& delivered = state.attempts.delivered;
  json["last_delivered_at"] =
      time_or_null(delivered.empty() ? std::nullopt : std::optional(delivered.back().at));
  co_return answer(200, json);
}

Task<Result<ApiAnswer>> change(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kNotFound));
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(auto wanted, read_change(api, body));
  if (wanted.url && !wanted.include_text) {
    // Another address for texts is a new wish to be told them.
    BAUTA_CO_TRY(const auto found, co_await api.desk.webhooks().find(call.caller.service.id, id));
    wanted.include_text = found.value.include_text;
  }
  BAUTA_CO_CHECK(check_may_tell_texts(call, wanted));
  const auto now = api.clock.now();
  const auto apply = [wanted = std::move(wanted), key = call.caller.key.id, now](Webhook& webhook) {
    if (wanted.url) webhook.url = *wanted.url;
    if (wanted.types) webhook.types = *wanted.types;
    if (wanted.misbehave) webhook.misbehave = *wanted.misbehave;
    if (wanted.include_text) {
      webhook.include_text = *wanted.include_text;
      webhook.key = key;  // whose rights count from now on
    }
    if (wanted.active && *wanted.active && webhook.disabled) {
      webhook.disabled.reset();
      webhook.active_since = now;
    }
    if (wanted.active && !*wanted.active && !webhook.disabled)
      webhook.disabled = {.reason = DisabledBecause::request, .at = now};
  };
  BAUTA_CO_TRY(const auto changed,
               co_await api.desk.webhooks().change(
                   call.caller.service.id, id, apply, now,
                   recorded(api, call, AuditAction::webhook_changed, names_in(body))));
  co_return answer(200, webhook_json(changed));
}

Task<Result<ApiAnswer>> remove(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kNotFound));
  BAUTA_CO_CHECK(co_await api.desk.webhooks().remove(
      call.caller.service.id, id, recorded(api, call, AuditAction::webhook_removed)));
  co_return no_content();
}

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
  BAUTA_CO_TRY(const auto found, co_await find(api, call));
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

Task<Result<ApiAnswer>> rotate(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kNotFound));
  BAUTA_CO_TRY(const auto body, body_or_nothing(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  const auto most = api.limits.rotation_overlap_max.count();
  const auto overlap = fields.integer("overlap_seconds", 0, most).value_or(most);
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  const KeptEffect<Webhook> effect(call, [](const Webhook& webhook) {
    return KeptAnswer{
        .status = 200, .location = {}, .body = write_json(json_without_secret(webhook))};
  });
  auto done = co_await api.desk.webhooks().rotate(
      call.caller.service.id, id, std::chrono::seconds(overlap), api.clock.now(),
      recorded(api, call, AuditAction::webhook_secret_rotated, {},
               effect.also(api.desk, call.caller)));
  BAUTA_CO_TRY(const auto rotated,
               co_await unless_answered(api, call.caller, call.mark, std::move(done)));
  co_return with_secret(effect.answer_of(rotated), rotated);
}

Task<Result<ApiAnswer>> enable(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kNotFound));
  BAUTA_CO_CHECK(want_nothing(api, call));
  const auto effect = effect_of(call, 200);
  auto done =
      co_await api.desk.webhooks().enable(call.caller.service.id, id, api.clock.now(),
                                          recorded(api, call, AuditAction::webhook_changed,
                                                   "status", effect.also(api.desk, call.caller)));
  BAUTA_CO_TRY(const auto enabled,
               co_await unless_answered(api, call.caller, call.mark, std::move(done)));
  co_return effect.answer_of(enabled);
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
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kNotFound));
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
  const auto effect = effect_of(call, 202);
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
  BAUTA_CO_TRY(const auto found, co_await find(api, std::move(call)));
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

void mount_webhooks(Api& api) {
  const auto one = string_of(kPath) + "/{id}";
  const auto on = [&](std::string_view method, const std::string& pattern, ApiHandler handler) {
    api.on(method, pattern, {Scope::webhooks_write}, handler);
  };
  on("POST", string_of(kPath), create);
  api.on_list(kPath, {Scope::webhooks_write}, list);
  on("GET", one, show);
  on("PATCH", one, change);
  on("DELETE", one, remove);
  on("POST", one + "/test", test);
  on("POST", one + "/rotate-secret", rotate);
  on("POST", one + "/enable", enable);
  on("POST", one + "/replay", replay);
  api.on_list(one + "/attempts", {Scope::webhooks_write}, list_attempts);
}

}  // namespace bauta::api
