#include "proxy/api/frame.h"
#include "proxy/api/participant.h"

namespace bauta::api {
namespace {

std::unexpected<Error> live_key() {
  return fail("sandbox.live_key",
              "this is of the sandbox, and the key is a live one: use one that begins with "
              "bauta_test_, as POST /api/v1/keys with \"test\": true makes");
}

Json::Value clock_json(const SandboxClock& clock) {
  Json::Value json(Json::objectValue);
  json["now"] = time_or_null(clock.now());
  json["ahead_seconds"] = static_cast<Json::Int64>(
      std::chrono::duration_cast<std::chrono::seconds>(clock.ahead()).count());
  return json;
}

Task<Result<ApiAnswer>> show_clock(Api& api, ApiCall) {
  if (!api.sandbox) co_return live_key();
  co_return answer(200, clock_json(api.sandbox->clock));
}

/// For keys of the whole account alone: the clock is one for all services, and a leap ends the sessions of all.
/// Answered once what came due by it was done, as far as that can be said: what waits for somebody else (an endpoint that hangs) may go on.
Task<Result<ApiAnswer>> advance_clock(Api& api, ApiCall call) {
  if (!api.sandbox) co_return live_key();
  if (call.caller.key.service) {
    co_return fail("sandbox.clock_shared",
                   "the clock is that of all services: a key of one of them does not move it");
  }
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  fields.require("seconds");
  const auto seconds = fields.integer("seconds", 1, SandboxClock::kAdvanceMax.count());
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  const auto sandbox = api.sandbox;
  BAUTA_CO_CHECK(co_await sandbox->clock.advance(sandbox->store, std::chrono::seconds(*seconds)));
  auto json = clock_json(sandbox->clock);
  BAUTA_CO_TRY(const bool settled, co_await sandbox->catch_up());
  json["settled"] = settled;
  co_return answer(200, json);
}

/// Somebody types on their phone, to a number of the caller's service.
Task<Result<ApiAnswer>> text(Api& api, ApiCall call) {
  if (!api.sandbox) co_return live_key();
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  auto from = read_address(fields, call, "from");
  fields.require("to");
  auto to = fields.virtual_number("to");
  fields.require("text");
  std::optional<MessageText> said;
  if (const auto* raw = fields.raw("text")) {
    const auto read = raw->isString() ? MessageText::parse(raw->asString())
                                      : Result<MessageText>(fail("field.type", "must be a text"));
    if (!read) faults.add(fields.pointer("text"), read.error());
    if (read) said = *read;
  }
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_CHECK(co_await api.desk.show_number(call.caller, *to));
  BAUTA_CO_TRY(const auto outcome, co_await api.sandbox->carrier.text(
                                       *std::move(from), *std::move(to), *std::move(said)));
  Json::Value json(Json::objectValue);
  json["outcome"] = string_of(inbound_outcome_name(outcome));
  co_return answer(200, json);
}

/// What a phone shows of the caller's service.
Task<Result<ApiAnswer>> inbox(Api& api, ApiCall call) {
  if (!api.sandbox) co_return live_key();
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  auto address = read_address(fields, call);
  const auto limit = fields.integer("limit", 1, api.limits.page_max);
  const auto cursor = fields.text("cursor", {.chars_max = 256});
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(const auto found,
               co_await api.sandbox->carrier.handsets().inbox(
                   call.caller.service.id, *std::move(address),
                   limit ? static_cast<std::uint32_t>(*limit) : api.limits.page_default,
                   cursor.value_or("")));
  Json::Value data(Json::arrayValue);
  for (const auto& shown : found.texts) {
    Json::Value json(Json::objectValue);
    json["id"] = shown.id;
    json["from"] = shown.from.str();
    json["text"] = shown.text.reveal();
    json["received_at"] = time_or_null(shown.received_at);
    data.append(std::move(json));
  }
  auto answered = answer(200, page_json(std::move(data), found.next_cursor));
  // A POST only so that the address stands in no URL.
  answered.mark_is_kept = true;
  co_return answered;
}

}  // namespace

void mount_sandbox(Api& api) {
  const std::string base = "/api/v1/sandbox";
  api.on("GET", base + "/clock", {Scope::sessions_read}, show_clock);
  api.on("POST", base + "/clock/advance", {Scope::sessions_write}, advance_clock);
  api.on("POST", base + "/handsets/text", {Scope::messages_write}, text);
  api.on("POST", base + "/handsets/inbox", {Scope::messages_read}, inbox);
}

}  // namespace bauta::api
