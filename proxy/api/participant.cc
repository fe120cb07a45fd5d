#include "proxy/api/participant.h"

#include <algorithm>

namespace bauta::api {
namespace {

std::optional<Locality> read_locality(ObjectReader& participant, const ApiLimits& limits) {
  const auto* json = participant.raw("locality");
  if (json == nullptr) return std::nullopt;
  ObjectReader fields(*json, participant.pointer("locality"), participant.faults());
  Locality locality;
  locality.country = fields.text("country", {.chars_min = 2, .chars_max = 2}).value_or("");
  if (!locality.country.empty() && !is_country(locality.country)) {
    fields.fault("country", "field.malformed",
                 "must be a country's two capital letters (ISO 3166-1), as in US");
  }
  locality.area_code = fields.text("area_code", {.chars_max = limits.area_chars_max}).value_or("");
  locality.region = fields.text("region", {.chars_max = limits.area_chars_max}).value_or("");
  fields.refuse_others();
  return locality;
}

}  // namespace

std::optional<std::string> read_language(ObjectReader& fields, const ApiLimits& limits) {
  auto language = fields.text("language", {.chars_max = limits.language_chars_max});
  const auto is_tag = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (language && !std::ranges::all_of(*language, is_tag))
    fields.fault("language", "field.malformed", "must be a language's tag, as in en or pt-BR");
  return language;
}

std::optional<RealAddress> read_address(ObjectReader& fields, const ApiCall& call,
                                        std::string_view name) {
  fields.require(name);
  const auto written = fields.text(name, {.chars_min = 0, .chars_max = 256});
  if (!written) return std::nullopt;
  auto address = RealAddress::parse(*written, call.caller.service.settings.default_region);
  if (address) return *std::move(address);
  fields.faults().add(fields.pointer(name), address.error());
  return std::nullopt;
}

std::optional<OpenSession::Participant> read_participant(const Json::Value& json,
                                                         std::string pointer, const ApiCall& call,
                                                         const ApiLimits& limits, Faults& faults) {
  ObjectReader fields(json, std::move(pointer), faults);
  auto address = read_address(fields, call);
  const auto label = fields.text("label", {.chars_max = limits.label_chars_max});
  const auto language = read_language(fields, limits);
  auto number = fields.virtual_number("virtual_number");
  auto locality = read_locality(fields, limits);
  fields.refuse_others();
  if (!address) return std::nullopt;
  // The desk asks this too; here it comes together with the other faults.
  if (const auto may = check_may_take_seat(*address); !may) {
    faults.add(fields.pointer("address"), may.error());
    return std::nullopt;
  }
  return OpenSession::Participant{.address = *std::move(address),
                                  .label = label.value_or(""),
                                  .language = language.value_or(""),
                                  .number = std::move(number),
                                  .locality = std::move(locality)};
}

Json::Value participant_json(const SeatView& view, bool shows_addresses) {
  const Seat& seat = view.seat;
  Json::Value json(Json::objectValue);
  json["id"] = seat.id.str();
  json["address"] = shows_addresses ? seat.address.reveal_with_channel() : seat.address.masked();
  json["virtual_number"] = seat.number.str();
  json["locality_match"] = string_of(tier_name(seat.match));
  json["label"] = text_or_null(seat.label);
  json["language"] = text_or_null(seat.language);
  json["state"] = string_of(seat_state_name(view.state()));
  return json;
}

Json::Value participants_json(const SessionView& session, bool shows_addresses) {
  Json::Value json(Json::arrayValue);
  for (const Seat& seat : session.session.seats)
    json.append(participant_json(session.seat(seat), shows_addresses));
  return json;
}

}  // namespace bauta::api
