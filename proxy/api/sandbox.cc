#include "proxy/api/frame.h"
#include "proxy/api/participant.h"

namespace bauta::api {
namespace {

std::unexpected<Error> live_key() {
  return fail("sandbox.live_key",
              "this is of the sandbox, and the key is a live one: use one that begins with "
              "bauta_test_, as POST /api/v1/keys with \"test\": true makes");
}

Json::Value clock_json(TimePoint now, Duration ahead) {
  Json::Value json(Json::objectValue);
  json["now"] = time_or_null(now);
  json["ahead_seconds"] =
      static_cast<Json::Int64>(std::chrono::duration_cast<std::chrono::seconds>(ahead).count());
  return json;
}

Json::Value moved_json(TimePoint now, Duration ahead, bool settled) {
  auto json = clock_json(now, ahead);
  json["settled"] = settled;
  return json;
}

KeptAnswer kept_json(const Json::Value& json) {
  return {.status = 200, .location = {}, .body = write_json(json)};
}

Task<Result<ApiAnswer>> show_clock(Api& api, ApiCall) {
  if (!api.sandbox) co_return live_key();
  const SandboxClock& clock = api.sandbox->clock;
  co_return answer(200, clock_json(clock.now(), clock.ahead()));
}

/// For keys of the whole account alone: the clock is one for all services, and a leap ends the sessions of all.
/// Answered once what came due by it was done, as far as that can be said: what waits for somebody else (an endpoint that hangs) may go on.
/// Kept with the move is that it has not settled, since that is all that is known then, and true for who asks again after a crash.
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
  SandboxClock& clock = sandbox->clock;
  SandboxClock::Also also;
  if (call.mark) {
    also = [&api, &call](Commit& commit, TimePoint now, Duration ahead) {
      api.desk.write_answer(commit, call.caller, *call.mark,
                            kept_json(moved_json(now, ahead, false)), now);
    };
  }
  const auto moved = co_await clock.advance(sandbox->store, std::chrono::seconds(*seconds), also);
  if (!moved && call.mark)
    BAUTA_CO_CHECK(co_await api.desk.refuse_if_answered(call.caller, *call.mark));
  BAUTA_CO_CHECK(moved);
  const auto now = clock.now();
  const auto ahead = clock.ahead();
  BAUTA_CO_TRY(const bool settled, co_await sandbox->catch_up());
  const auto json = moved_json(now, ahead, settled);
  if (call.mark) {
    // The clock is moved and its mark kept: a failure here leaves that it had not settled.
    static_cast<void>(co_await api.desk.amend_answer(call.caller, *call.mark, kept_json(json)));
  }
  auto answered = answer(200, json);
  answered.mark_is_kept = true;
  co_return answered;
}

/// Somebody types on their phone, to a number of the caller's service.  The carrier's commit is not the API's to write into, but its own id of
/// the text is the mark's: who asks again after a crash is told `duplicate`, and the text was relayed once.
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
  std::string once;
  if (call.mark)
    once = string_of(call.caller.service.id.bytes()) + call.mark->body_hash + call.mark->key;
  BAUTA_CO_TRY(const auto outcome,
               co_await api.sandbox->carrier.text(*std::move(from), *std::move(to),
                                                  *std::move(said), std::move(once)));
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
  const auto cursor = fields.text("cursor", {.chars_max = api.limits.cursor_chars_max});
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
  co_return answer(200, page_json(std::move(data), found.next_cursor));
}

}  // namespace

void mount_sandbox(Api& api) {
  const std::string base = "/api/v1/sandbox";
  api.on("GET", base + "/clock", {Scope::sessions_read}, show_clock);
  api.on("POST", base + "/clock/advance", {Scope::sessions_write}, advance_clock);
  api.on("POST", base + "/handsets/text", {Scope::messages_write}, text);
  api.on_question(base + "/handsets/inbox", {Scope::messages_read}, inbox);
}

}  // namespace bauta::api
