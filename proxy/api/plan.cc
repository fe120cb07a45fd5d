#include <algorithm>
#include <chrono>
#include <cmath>

#include "pool/plan/demand.h"
#include "proxy/api/frame.h"

namespace bauta::api {
namespace {

constexpr std::size_t kPlacesMax = 100;
constexpr double kSessionsPerDayMax = 1'000'000;
constexpr double kTextsMax = 10'000;
constexpr std::chrono::seconds kCoolingMax = std::chrono::days(90);
constexpr std::chrono::seconds kDeadlineMax = std::chrono::hours(48);
constexpr double kRefusedShareMin = 1e-6;
constexpr double kRefusedShareMax = 0.5;
constexpr double kRefusedShare = 0.001;
/// Of a day's texts, how much more come in its busiest second than on average.
constexpr double kBusyHour = 4;
constexpr double kDaySeconds = 86'400;

struct Place {
  std::string country = {};
  /// "": anywhere in the country.
  std::string area_code = {};
  Demand demand = {};
  double texts_per_second = 0;
  double rate_per_second = 1;
};

struct Plan {
  std::vector<Place> places;
};

std::optional<Place> read_place(const Json::Value& json, std::string pointer, const Demand& common,
                                const ApiLimits& limits, Faults& faults) {
  ObjectReader fields(json, std::move(pointer), faults);
  for (const auto* needed : {"country", "busiest_sessions_per_day", "session_seconds"})
    fields.require(needed);
  Place place{.demand = common};
  place.country = fields.text("country", {.chars_min = 2, .chars_max = 2}).value_or("");
  if (!place.country.empty() && !is_country(place.country)) {
    fields.fault("country", "field.malformed",
                 "must be a country's two capital letters (ISO 3166-1), as in US");
  }
  place.area_code = fields.text("area_code", {.chars_max = limits.area_chars_max}).value_or("");
  place.demand.busiest_sessions_per_day =
      fields.number("busiest_sessions_per_day", 0, kSessionsPerDayMax).value_or(0);
  place.demand.session = std::chrono::seconds(
      fields.integer("session_seconds", 1, limits.ttl_max.count()).value_or(0));
  const auto sessions = fields.number("sessions_per_day", 0, kSessionsPerDayMax).value_or(0);
  const auto texts = fields.number("texts_per_session", 0, kTextsMax).value_or(0);
  place.rate_per_second =
      fields.number("rate_per_second", limits.rate_per_second_min, limits.rate_per_second_max)
          .value_or(1);
  place.texts_per_second = sessions * texts / kDaySeconds * kBusyHour;
  if (lines_at_once(place.demand) > kPlannedLinesMax) {
    fields.fault("busiest_sessions_per_day", "field.out_of_range",
                 "one person would hold more than " +
                     std::to_string(static_cast<std::uint64_t>(kPlannedLinesMax)) +
                     " lines at once");
    return std::nullopt;
  }
  fields.refuse_others();
  return place;
}

Result<Plan> read_plan(const Json::Value& body, const ApiCall& call, const ApiLimits& limits) {
  Faults faults;
  ObjectReader fields(body, "", faults);
  Demand common;
  const auto& settings = call.caller.service.settings;
  common.cooling = std::chrono::seconds(fields.integer("cooling_seconds", 0, kCoolingMax.count())
                                            .value_or(settings.cooling_seconds.count()));
  common.deadline = std::chrono::seconds(fields.integer("deadline_seconds", 0, kDeadlineMax.count())
                                             .value_or(settings.deadline_seconds.count()));
  common.refused_share =
      fields.number("refused_share", kRefusedShareMin, kRefusedShareMax).value_or(kRefusedShare);
  fields.require("localities");
  Plan plan;
  if (const auto* localities = fields.raw("localities")) {
    if (!localities->isArray()) {
      fields.fault("localities", "field.type", "must be an array of objects");
    } else if (localities->empty()) {
      fields.fault("localities", "field.too_short", "must not be empty");
    } else if (localities->size() > kPlacesMax) {
      fields.fault("localities", "field.too_many",
                   "has more than " + std::to_string(kPlacesMax) + " entries");
    } else {
      std::size_t index = 0;
      for (const auto& locality : *localities) {
        auto place = read_place(locality, pointer_to(fields.pointer("localities"), index++), common,
                                limits, faults);
        if (place) plan.places.push_back(*std::move(place));
      }
    }
  }
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return plan;
}

/// Those that anybody may be given.
std::uint64_t numbers_in(const std::vector<PoolPlace>& pool, const Place& place) {
  std::uint64_t numbers = 0;
  for (const PoolPlace& held : pool) {
    if (held.country != place.country) continue;
    if (!place.area_code.empty() && held.area_code != place.area_code) continue;
    numbers += held.numbers - held.reserved - held.draining;
  }
  return numbers;
}

double rounded(double value) { return std::round(value * 100) / 100; }

Json::Value place_json(const Place& place, std::uint64_t now) {
  const auto for_lines = numbers_needed(place.demand);
  const auto for_rate = numbers_for_rate(place.texts_per_second, place.rate_per_second);
  const auto needed = std::max(for_lines, for_rate);
  const double lines = lines_at_once(place.demand);
  const auto count = [](std::uint64_t number) {
    return Json::Value(static_cast<Json::UInt64>(number));
  };
  Json::Value json(Json::objectValue);
  json["country"] = place.country;
  json["area_code"] = text_or_null(place.area_code);
  json["lines_at_once"] = rounded(lines);
  json["numbers_for_lines"] = count(for_lines);
  json["numbers_for_rate"] = count(for_rate);
  json["numbers_needed"] = count(needed);
  json["numbers_now"] = count(now);
  json["missing"] = count(needed > now ? needed - now : 0);
  json["refused_share_now"] = refused_share_of(lines, now);
  return json;
}

Task<Result<ApiAnswer>> plan(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(const auto wanted, read_plan(body, call, api.limits));
  BAUTA_CO_TRY(const auto pool, co_await api.desk.pool(call.caller));
  Json::Value data(Json::arrayValue);
  for (const Place& place : wanted.places) data.append(place_json(place, numbers_in(pool, place)));
  co_return answer(200, page_json(std::move(data), ""));
}

}  // namespace

void mount_plan(Api& api) { api.on_question("/api/v1/pool/plan", {Scope::numbers_read}, plan); }

}  // namespace bauta::api
