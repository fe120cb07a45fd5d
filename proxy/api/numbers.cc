#include <array>

#include "proxy/api/codes.h"
#include "proxy/api/frame.h"
#include "proxy/api/new_number.h"

namespace bauta::api {
namespace {

constexpr std::string_view kPath = "/api/v1/numbers";

Json::Value texts_json(const std::vector<std::string>& texts) {
  Json::Value json(Json::arrayValue);
  for (const auto& text : texts) json.append(text);
  return json;
}

Json::Value number_json(const Number& number) {
  Json::Value json(Json::objectValue);
  json["number"] = number.number.str();
  json["connection"] = number.connection;
  json["fallbacks"] = texts_json(number.fallbacks);
  json["status"] = string_of(number_status_name(number.status));
  json["capabilities"] = texts_json(number.capabilities);
  json["reach"] = texts_json(number.reach);
  json["rate_per_second"] = number.rate_per_second;
  json["tags"] = texts_json(number.tags);
  json["locality"]["country"] = text_or_null(number.locality.country);
  json["locality"]["area_code"] = text_or_null(number.locality.area_code);
  json["locality"]["region"] = text_or_null(number.locality.region);
  json["created_at"] = time_or_null(number.created_at);
  return json;
}

std::optional<NumberStatus> parse_status(std::string_view name) {
  for (const auto status : {NumberStatus::active, NumberStatus::reserved, NumberStatus::draining}) {
    if (number_status_name(status) == name) return status;
  }
  return std::nullopt;
}

constexpr std::string_view kStatusValues = "must be active, reserved or draining";

/// Each number is added with the answer to it, so that a batch that is repeated after a crash is told of its own numbers that they were added.
std::optional<Idempotent<Number>> marked(const ApiCall& call, std::size_t index) {
  if (!call.mark) return std::nullopt;
  return Idempotent<Number>{.mark = {.key = call.mark->key + "\n" + std::to_string(index),
                                     .body_hash = call.mark->body_hash},
                            .render = [](const Number& number) {
                              return KeptAnswer{
                                  .status = 201, .location = {}, .body = number.number.str()};
                            }};
}

/// What became of one of many.
Task<Result<VirtualNumber>> add_one(Api& api, ApiCall call, NewNumber request, std::size_t index) {
  auto idempotent = marked(call, index);
  if (idempotent) {
    BAUTA_CO_TRY(const auto kept, co_await api.desk.kept_answer(call.caller, idempotent->mark));
    if (kept) co_return VirtualNumber::parse(kept->body);
  }
  BAUTA_CO_TRY(const auto added, co_await api.desk.add_number(call.caller, std::move(request),
                                                              std::move(idempotent)));
  co_return added.number;
}

Task<Result<ApiAnswer>> add_many(Api& api, ApiCall call, Json::Value body) {
  const auto& entries = body["numbers"];
  Faults faults;
  ObjectReader fields(body, "", faults);
  if (const auto* numbers = fields.raw("numbers"); !numbers->isArray()) {
    fields.fault("numbers", "field.type", "must be an array of objects");
  } else if (numbers->empty()) {
    fields.fault("numbers", "field.too_short", "must not be empty");
  } else if (numbers->size() > api.limits.numbers_a_call_max) {
    fields.fault("numbers", "field.too_many",
                 "has more than " + std::to_string(api.limits.numbers_a_call_max) + " entries");
  }
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());

  Json::Value results(Json::arrayValue);
  bool is_passing = false;
  for (const auto& entry : entries) {
    const auto pointer = pointer_to("/numbers", results.size());
    auto read = read_new_number(entry, pointer, api);
    if (!read) {
      results.append(number_result_json(entry, std::unexpected(std::move(read.error()))));
      continue;
    }
    auto added = co_await add_one(api, call, *std::move(read), results.size());
    if (!added) {  // the desk knows of one number only
      for (auto& fault : added.error().faults) fault.pointer.insert(0, pointer);
      is_passing = is_passing || status_of(added.error().code) >= 500;
    }
    results.append(number_result_json(entry, added));
  }
  Json::Value done(Json::objectValue);
  done["data"] = std::move(results);
  auto answered = answer(207, done);
  answered.is_passing = is_passing;
  co_return answered;
}

Task<Result<ApiAnswer>> add(Api& api, ApiCall call) {
  BAUTA_CO_TRY(auto body, body_of(api, call));
  if (body.isMember("numbers")) co_return co_await add_many(api, std::move(call), std::move(body));
  BAUTA_CO_TRY(auto request, read_new_number(body, "", api));
  const KeptEffect<Number> effect(call, [](const Number& number) {
    return KeptAnswer{.status = 201,
                      .location = string_of(kPath) + "/" + number.number.str(),
                      .body = write_json(number_json(number))};
  });
  BAUTA_CO_TRY(const auto number,
               co_await api.desk.add_number(call.caller, std::move(request), effect.idempotent()));
  co_return effect.answer_of(number);
}

Result<VirtualNumber> number_in_path(const ApiCall& call) {
  auto number = VirtualNumber::parse(call.request.path_parameter("number"));
  if (!number)
    return fail("number.not_found", "the path names no number: " + number.error().detail);
  return number;
}

Task<Result<ApiAnswer>> show(Api& api, ApiCall call) {
  BAUTA_CO_TRY(auto number, number_in_path(call));
  BAUTA_CO_TRY(const auto found, co_await api.desk.show_number(call.caller, std::move(number)));
  co_return answer(200, number_json(found));
}

Result<ListNumbers> read_list(const ApiCall& call, const ApiLimits& limits) {
  Faults faults;
  QueryReader query(call.request, faults);
  ListNumbers request;
  request.country = query.text("country").value_or("");
  if (!request.country.empty() && !is_country(request.country)) {
    query.fault("country", "field.malformed",
                "must be a country's two capital letters (ISO 3166-1), as in US");
  }
  request.area_code = query.text("area_code").value_or("");
  if (const auto status = query.text("status")) {
    request.status = parse_status(*status);
    if (!request.status) query.fault("status", "field.value", string_of(kStatusValues));
  }
  request.connection = query.text("connection").value_or("");
  request.limit = query.limit(limits);
  request.cursor = query.cursor();
  query.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return request;
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  BAUTA_CO_TRY(auto request, read_list(call, api.limits));
  BAUTA_CO_TRY(const auto page, co_await api.desk.list_numbers(call.caller, std::move(request)));
  Json::Value data(Json::arrayValue);
  for (const auto& number : page.data) data.append(number_json(number));
  co_return answer(200, page_json(std::move(data), page.next_cursor));
}

Result<ChangeNumber> read_change(const Json::Value& body, const ApiLimits& limits) {
  Faults faults;
  ObjectReader fields(body, "", faults);
  auto request = read_number_settings(fields, limits);
  if (const auto status = fields.text("status", {})) {
    request.status = parse_status(*status);
    if (!request.status) fields.fault("status", "field.value", string_of(kStatusValues));
  }
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return request;
}

Task<Result<ApiAnswer>> change(Api& api, ApiCall call) {
  BAUTA_CO_TRY(auto number, number_in_path(call));
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(auto request, read_change(body, api.limits));
  BAUTA_CO_TRY(const auto changed,
               co_await api.desk.change_number(call.caller, std::move(number), std::move(request)));
  co_return answer(200, number_json(changed));
}

Task<Result<ApiAnswer>> remove(Api& api, ApiCall call) {
  BAUTA_CO_TRY(auto number, number_in_path(call));
  BAUTA_CO_CHECK(co_await api.desk.remove_number(call.caller, std::move(number)));
  co_return no_content();
}

Task<Result<ApiAnswer>> pool(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto places, co_await api.desk.pool(call.caller));
  const auto count = [](std::uint64_t number) {
    return Json::Value(static_cast<Json::UInt64>(number));
  };
  Json::Value data(Json::arrayValue);
  for (const PoolPlace& place : places) {
    Json::Value json(Json::objectValue);
    json["country"] = text_or_null(place.country);
    json["area_code"] = text_or_null(place.area_code);
    json["numbers"] = count(place.numbers);
    json["reserved"] = count(place.reserved);
    json["draining"] = count(place.draining);
    json["lines_live"] = count(place.lines_live);
    json["lines_cooling"] = count(place.lines_cooling);
    json["refused_total"] = count(place.refused);
    data.append(std::move(json));
  }
  co_return answer(200, page_json(std::move(data), ""));
}

}  // namespace

void mount_numbers(Api& api) {
  constexpr std::string_view kOne = "/api/v1/numbers/{number}";
  api.on("POST", kPath, {Scope::numbers_write}, add, api.limits.numbers_body_bytes_max);
  api.on_list(kPath, {Scope::numbers_read}, list);
  api.on("GET", kOne, {Scope::numbers_read}, show);
  api.on("PATCH", kOne, {Scope::numbers_write}, change);
  api.on("DELETE", kOne, {Scope::numbers_write}, remove);
  api.on("GET", "/api/v1/pool", {Scope::numbers_read}, pool);
}

}  // namespace bauta::api
