#include "proxy/api/new_number.h"

#include <utility>

#include "proxy/api/codes.h"

namespace bauta::api {

ChangeNumber read_number_settings(ObjectReader& fields, const ApiLimits& limits) {
  const TextRange connection{.chars_min = 1, .chars_max = limits.connection_chars_max};
  ChangeNumber change;
  change.connection = fields.text("connection", connection);
  change.fallbacks = fields.texts("fallbacks", limits.fallbacks_max, connection);
  change.capabilities = fields.texts("capabilities", limits.capabilities_max,
                                     {.chars_min = 1, .chars_max = limits.capability_chars_max});
  change.reach = fields.countries("reach", limits.reach_max);
  change.rate_per_second =
      fields.number("rate_per_second", limits.rate_per_second_min, limits.rate_per_second_max);
  change.tags =
      fields.texts("tags", limits.tags_max, {.chars_min = 1, .chars_max = limits.tag_chars_max});
  return change;
}

Result<NewNumber> read_new_number(const Json::Value& json, std::string pointer, const Api& api) {
  Faults faults;
  ObjectReader fields(json, std::move(pointer), faults);
  fields.require("number");
  if (!api.sandbox) fields.require("connection");
  auto number = fields.virtual_number("number");
  auto settings = read_number_settings(fields, api.limits);
  const bool reserved = fields.boolean("reserved").value_or(false);
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  NewNumber request{
      .number = *std::move(number),
      .connection = std::move(settings.connection).value_or(std::string(SandboxCarrier::kName)),
      .fallbacks = std::move(settings.fallbacks).value_or(std::vector<std::string>{}),
      .reach = std::move(settings.reach),
      .rate_per_second = settings.rate_per_second.value_or(1),
      .reserved = reserved,
      .tags = std::move(settings.tags).value_or(std::vector<std::string>{})};
  if (settings.capabilities) request.capabilities = *std::move(settings.capabilities);
  return request;
}

Json::Value number_result_json(const Json::Value& entry, const Result<VirtualNumber>& added) {
  Json::Value json(Json::objectValue);
  json["status"] = added ? 201U : status_of(added.error().code);
  json["error"] = Json::Value();
  if (added) {
    json["number"] = added->str();
    return json;
  }
  // As it was written, where it is a number: whatever else stands there may be anything.
  const auto written = entry.isObject() && entry["number"].isString()
                           ? VirtualNumber::parse(entry["number"].asString())
                           : Result<VirtualNumber>(std::unexpected(added.error()));
  json["number"] = written ? Json::Value(written->str()) : Json::Value();
  json["error"]["code"] = string_of(added.error().code);
  json["error"]["detail"] = added.error().detail;
  for (const auto& fault : added.error().faults) {
    Json::Value one(Json::objectValue);
    one["pointer"] = fault.pointer;
    one["code"] = string_of(fault.code);
    one["detail"] = fault.detail;
    json["error"]["errors"].append(std::move(one));
  }
  return json;
}

}  // namespace bauta::api
