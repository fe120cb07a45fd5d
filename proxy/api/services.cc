#include <algorithm>

#include "proxy/api/frame.h"

namespace bauta::api {
namespace {

constexpr std::string_view kPath = "/api/v1/services";
constexpr int kConflictTries = 3;

Json::Value service_json(const Service& service) {
  const ServiceSettings& settings = service.settings;
  const auto seconds = [](std::chrono::seconds time) {
    return Json::Value(static_cast<Json::Int64>(time.count()));
  };
  Json::Value json(Json::objectValue);
  json["id"] = service.id.str();
  json["name"] = service.name;
  json["display_name"] = settings.display_name;
  json["cooling_seconds"] = seconds(settings.cooling_seconds);
  json["deadline_seconds"] = seconds(settings.deadline_seconds);
  json["unknown"] = string_of(unknown_policy_name(settings.unknown));
  json["locality_fallback"] = string_of(tier_name(settings.locality_fallback));
  json["answer_ended"] = settings.answer_ended;
  json["retention_seconds"] = seconds(settings.retention_seconds);
  json["created_at"] = time_or_null(service.created_at);
  return json;
}

/// The settings that the request names, over those that are.
void read_settings(ObjectReader& fields, const ApiLimits& limits, ServiceSettings& settings) {
  using std::chrono::days;
  using std::chrono::hours;
  using std::chrono::seconds;
  const auto duration = [&](std::string_view name, seconds least, seconds most, seconds& setting) {
    if (const auto read = fields.integer(name, least.count(), most.count()))
      setting = seconds(*read);
  };
  if (auto name = fields.text("display_name", {.chars_max = limits.display_name_chars_max}))
    settings.display_name = *std::move(name);
  // The ranges of routing/accounts/accounts.h.
  duration("cooling_seconds", seconds(0), days(90), settings.cooling_seconds);
  duration("deadline_seconds", seconds(60), hours(48), settings.deadline_seconds);
  duration("retention_seconds", seconds(0), days(3650), settings.retention_seconds);
  if (const auto name = fields.text("unknown", {})) {
    const auto policies = {UnknownPolicy::resend, UnknownPolicy::dead_letter};
    const auto* const policy =
        std::ranges::find(policies, std::string_view(*name), unknown_policy_name);
    if (policy != policies.end()) {
      settings.unknown = *policy;
    } else {
      fields.fault("unknown", "field.value", "must be resend or dead_letter");
    }
  }
  if (const auto name = fields.text("locality_fallback", {})) {
    if (const auto tier = parse_tier(*name)) {
      settings.locality_fallback = *tier;
    } else {
      fields.faults().add(fields.pointer("locality_fallback"), tier.error());
    }
  }
  if (const auto answers = fields.boolean("answer_ended")) settings.answer_ended = *answers;
}

/// A key of one service sees no other.
bool reaches(const ApiKey& key, const Service& service) {
  return !key.service || *key.service == service.id;
}

Task<Result<Stored<Service>>> find(Api& api, ApiKey key, std::string name) {
  BAUTA_CO_TRY(auto found, co_await api.desk.accounts().find_service(key.account, std::move(name)));
  if (!found || !reaches(key, found->value))
    co_return fail("service.not_found", "this key reaches no service of that name");
  co_return *std::move(found);
}

Task<Result<ApiAnswer>> create(Api& api, ApiCall call) {
  if (call.caller.key.service)
    co_return fail("auth.scope_missing", "this key belongs to one service: it can make no other");
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  Faults faults;
  ObjectReader fields(body, "", faults);
  fields.require("name");
  auto name = fields.text("name", {.chars_min = 1, .chars_max = 64});
  ServiceSettings settings;
  read_settings(fields, api.limits, settings);
  fields.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(const auto service, co_await api.desk.accounts().create_service(
                                       call.caller.key.account, *std::move(name),
                                       std::move(settings), api.clock.now(), api.random));
  auto created = answer(201, service_json(service));
  created.response.headers.add("Location", string_of(kPath) + "/" + service.name);
  co_return created;
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  Faults faults;
  QueryReader query(call.request, faults);
  const auto limit = query.limit(api.limits);
  const auto cursor = query.cursor();
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(auto services, co_await api.desk.accounts().services_of(call.caller.key.account));
  std::erase_if(services,
                [&](const auto& stored) { return !reaches(call.caller.key, stored.value); });
  co_return list_answer<ServiceId>(
      std::move(services), limit, cursor, [](const auto& stored) { return stored.value.id; },
      [](const auto& stored) { return service_json(stored.value); });
}

Task<Result<ApiAnswer>> show(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto found,
               co_await find(api, call.caller.key, call.request.path_parameter("name")));
  co_return answer(200, service_json(found.value));
}

Task<Result<ApiAnswer>> change(Api& api, ApiCall call) {
  const std::string name = call.request.path_parameter("name");
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  for (int attempt = 0; attempt < kConflictTries; ++attempt) {
    BAUTA_CO_TRY(auto found, co_await find(api, call.caller.key, name));
    Faults faults;
    ObjectReader fields(body, "", faults);
    auto settings = found.value.settings;
    read_settings(fields, api.limits, settings);
    fields.refuse_others();
    BAUTA_CO_CHECK(std::move(faults).status());
    BAUTA_CO_TRY(const auto changed, co_await api.desk.accounts().change_service(
                                         std::move(found), std::move(settings)));
    if (changed) co_return answer(200, service_json(*changed));
  }
  co_return fail("storage.contended", "others changed this service at the same time: ask again");
}

}  // namespace

void mount_services(Api& api) {
  constexpr std::string_view kOne = "/api/v1/services/{name}";
  api.on("POST", kPath, {Scope::account}, create);
  api.on("GET", kPath, {Scope::account}, list);
  api.on("GET", kOne, {Scope::account}, show);
  api.on("PATCH", kOne, {Scope::account}, change);
}

}  // namespace bauta::api
