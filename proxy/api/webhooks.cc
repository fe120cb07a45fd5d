#include "routing/webhooks/webhooks.h"

#include <utility>

#include "proxy/api/frame.h"
#include "proxy/api/webhook.h"

namespace bauta::api {
namespace {

constexpr std::chrono::seconds kLateMax = std::chrono::hours{24};
constexpr std::int64_t kOneInMax = 1'000;

std::string path_of(WebhookId id) { return string_of(kWebhooksPath) + "/" + id.str(); }

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

Task<Result<ApiAnswer>> show(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto found, co_await find_webhook(api, std::move(call)));
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
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kWebhookNotFound));
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
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kWebhookNotFound));
  BAUTA_CO_CHECK(co_await api.desk.webhooks().remove(
      call.caller.service.id, id, recorded(api, call, AuditAction::webhook_removed)));
  co_return no_content();
}

Task<Result<ApiAnswer>> rotate(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kWebhookNotFound));
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
  BAUTA_CO_TRY(const auto id, id_in_path<WebhookId>(call, "id", kWebhookNotFound));
  BAUTA_CO_CHECK(want_nothing(api, call));
  const auto effect = webhook_effect_of(call, 200);
  auto done =
      co_await api.desk.webhooks().enable(call.caller.service.id, id, api.clock.now(),
                                          recorded(api, call, AuditAction::webhook_changed,
                                                   "status", effect.also(api.desk, call.caller)));
  BAUTA_CO_TRY(const auto enabled,
               co_await unless_answered(api, call.caller, call.mark, std::move(done)));
  co_return effect.answer_of(enabled);
}

}  // namespace

void mount_webhooks(Api& api) {
  const auto one = string_of(kWebhooksPath) + "/{id}";
  const auto on = [&](std::string_view method, const std::string& pattern, ApiHandler handler) {
    api.on(method, pattern, {Scope::webhooks_write}, handler);
  };
  on("POST", string_of(kWebhooksPath), create);
  api.on_list(kWebhooksPath, {Scope::webhooks_write}, list);
  on("GET", one, show);
  on("PATCH", one, change);
  on("DELETE", one, remove);
  on("POST", one + "/rotate-secret", rotate);
  on("POST", one + "/enable", enable);
}

}  // namespace bauta::api
