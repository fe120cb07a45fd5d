#include "proxy/api/participant.h"
#include "proxy/api/shown.h"

namespace bauta::api {
namespace {

std::string_view source_name(ConsentSource source) {
  switch (source) {
    case ConsentSource::person:
      return "person";
    case ConsentSource::carrier:
      return "carrier";
    case ConsentSource::platform:
      return "platform";
  }
  return "";
}

Json::Value consent_json(const ConsentEntry& entry) {
  Json::Value json(Json::objectValue);
  json["virtual_number"] = entry.number ? Json::Value(entry.number->str()) : Json::Value();
  json["state"] = entry.consent.state == ConsentState::opted_out ? "opted_out" : "opted_in";
  json["source"] = string_of(source_name(entry.consent.source));
  json["since"] = time_or_null(entry.consent.since);
  return json;
}

Json::Value consents_json(const std::vector<ConsentEntry>& entries) {
  Json::Value json(Json::arrayValue);
  for (const auto& entry : entries) json.append(consent_json(entry));
  return json;
}

Json::Value line_json(const Route& line, TimePoint now) {
  const bool cools = line.state == RouteState::cooling;
  Json::Value json(Json::objectValue);
  json["virtual_number"] = line.number.str();
  json["state"] = !cools ? "live" : line.reusable_at > now ? "cooling" : "free";
  json["session"] = line.session.str();
  json["reusable_at"] = cools ? time_or_null(line.reusable_at) : Json::Value();
  return json;
}

std::string shown_address(const RealAddress& address, const ApiCall& call) {
  return call.may(Scope::addresses_read) ? address.reveal_with_channel() : address.masked();
}

/// The others are shown as nobody in particular: whose data this is may see theirs, not other people's.
Json::Value session_of_person_json(const ExportedSession& exported, const ApiCall& call) {
  auto json = session_json(exported.view, false);
  Json::Value own(Json::arrayValue);
  for (const SeatId seat : exported.seats) {
    const auto* const held = exported.view.session.seat(seat);
    own.append(participant_json(exported.view.seat(*held), call.may(Scope::addresses_read)));
  }
  json["participants"] = std::move(own);
  json["messages"] = Json::Value(Json::arrayValue);
  for (const auto& message : exported.messages)
    json["messages"].append(message_json(message, call.may(Scope::messages_read)));
  return json;
}

Task<Result<ApiAnswer>> export_one(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  const auto address = read_address(fields, call);
  const auto limit = fields.integer("limit", 1, api.limits.page_max);
  auto cursor = fields.text("cursor", {.chars_max = api.limits.cursor_chars_max});
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  const auto room = static_cast<std::uint32_t>(limit.value_or(api.limits.page_default));
  const bool first = cursor.value_or("").empty();
  BAUTA_CO_TRY(
      const auto found,
      co_await api.desk.export_person(
          call.caller, {.address = *address, .limit = room, .cursor = cursor.value_or("")}));
  Json::Value json(Json::objectValue);
  json["address"] = shown_address(*address, call);
  if (first) {
    json["consents"] = consents_json(found.consents);
    json["lines"] = Json::Value(Json::arrayValue);
    for (const Route& line : found.lines)
      json["lines"].append(line_json(line, api.clock.now(call.caller.service.id)));
  }
  json["data"] = Json::Value(Json::arrayValue);
  for (const auto& session : found.sessions)
    json["data"].append(session_of_person_json(session, call));
  json["next_cursor"] = text_or_null(found.next_cursor);
  co_return answer(200, json);
}

Result<RealAddress> read_only_address(const Json::Value& body, const ApiCall& call) {
  Faults faults;
  ObjectReader fields(body, "", faults);
  auto address = read_address(fields, call);
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return *std::move(address);
}

Task<Result<ApiAnswer>> erase(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(auto address, read_only_address(body, call));
  const KeptEffect<Job> effect(call, [](const Job& job) {
    return KeptAnswer{
        .status = 202, .location = job_path(job.id), .body = write_json(job_json(job))};
  });
  BAUTA_CO_TRY(const auto job, co_await api.desk.erase_person(call.caller, std::move(address),
                                                              effect.idempotent()));
  co_return effect.answer_of(job);
}

Task<Result<ApiAnswer>> record(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  auto address = read_address(fields, call);
  auto number = fields.virtual_number("virtual_number");
  fields.require("state");
  const auto state = fields.text("state", {});
  if (state && *state != "opted_in" && *state != "opted_out")
    fields.fault("state", "field.value", "must be opted_in or opted_out");
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  const KeptEffect<ConsentEntry> effect(call, [](const ConsentEntry& entry) {
    return KeptAnswer{.status = 201, .location = {}, .body = write_json(consent_json(entry))};
  });
  RecordConsent request{
      .address = *std::move(address),
      .state = *state == "opted_in" ? ConsentState::opted_in : ConsentState::opted_out,
      .number = std::move(number)};
  BAUTA_CO_TRY(const auto entry, co_await api.desk.record_consent(call.caller, std::move(request),
                                                                  effect.idempotent()));
  co_return effect.answer_of(entry);
}

Task<Result<ApiAnswer>> look_up(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(const auto address, read_only_address(body, call));
  BAUTA_CO_TRY(const auto entries, co_await api.desk.consents_of(call.caller, address));
  Json::Value json(Json::objectValue);
  json["address"] = shown_address(address, call);
  json["consents"] = consents_json(entries);
  co_return answer(200, json);
}

}  // namespace

void mount_people(Api& api) {
  api.on_question("/api/v1/people/export", {Scope::sessions_read}, export_one);
  api.on("POST", "/api/v1/people/erase", {Scope::sessions_write}, erase);
  api.on("POST", "/api/v1/consents", {Scope::sessions_write}, record);
  api.on_question("/api/v1/consents/lookup", {Scope::sessions_read}, look_up);
}

}  // namespace bauta::api
