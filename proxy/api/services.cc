#include <algorithm>
#include <initializer_list>

#include "proxy/api/frame.h"
#include "proxy/sandbox/default_pool.h"
#include "routing/text/system_texts.h"

namespace bauta::api {
namespace {

constexpr std::string_view kPath = "/api/v1/services";
constexpr int kConflictTries = 3;

bool is_language(std::string_view tag) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return tag.size() >= 2 && std::ranges::all_of(tag, is_allowed);
}

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
  json["answer_strangers"] = settings.answer_strangers;
  json["retention_seconds"] = seconds(settings.retention_seconds);
  json["sticky"] = string_of(sticky_policy_name(settings.sticky));
  json["consent_scope"] = string_of(consent_scope_name(settings.consent_scope));
  json["mask_addresses"] = settings.mask_addresses;
  json["language"] = settings.language;
  json["default_region"] = text_or_null(settings.default_region);
  json["texts"] = Json::Value(Json::objectValue);
  for (const OwnText& own : settings.texts) json["texts"][own.language][own.name] = own.text;
  json["created_at"] = time_or_null(service.created_at);
  return json;
}

/// One of `all`, by the name that the API has for it.
template <class T>
void read_choice(ObjectReader& fields, std::string_view name, std::initializer_list<T> all,
                 std::string_view (*name_of)(T), T& setting) {
  const auto read = fields.text(name, {});
  if (!read) return;
  const auto* const chosen = std::ranges::find(all, std::string_view(*read), name_of);
  if (chosen != all.end()) {
    setting = *chosen;
    return;
  }
  std::string names;
  for (const T one : all) names += (names.empty() ? "" : ", ") + std::string(name_of(one));
  fields.fault(name, "field.value", "must be one of " + names);
}

/// `{"de": {"conversation_ended": "…"}}`; replaces all.
std::vector<OwnText> read_texts(ObjectReader& fields, const Json::Value& json,
                                const ApiLimits& limits) {
  std::vector<OwnText> texts;
  if (!json.isObject()) {
    fields.fault("texts", "field.type", "must be an object of languages");
    return texts;
  }
  if (json.size() > limits.texts_languages_max)
    fields.fault("texts", "field.too_many",
                 "may have at most " + std::to_string(limits.texts_languages_max) + " languages");
  for (const auto& language : json.getMemberNames()) {
    ObjectReader words(json[language], pointer_to(fields.pointer("texts"), language),
                       fields.faults());
    if (!is_language(language))
      words.faults().add(pointer_to(fields.pointer("texts"), language), "field.malformed",
                         "must be a language's tag in lower case, as in de or pt-br");
    for (const SystemText which : kSystemTexts) {
      const auto name = system_text_name(which);
      if (auto text = words.text(name, {.chars_min = 1, .chars_max = limits.own_text_chars_max}))
        texts.push_back(
            {.name = std::string(name), .language = language, .text = *std::move(text)});
    }
    words.refuse_others();
  }
  return texts;
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
  // The ranges of routing/accounts/service_settings.h.
  duration("cooling_seconds", seconds(0), days(90), settings.cooling_seconds);
  duration("deadline_seconds", seconds(60), hours(48), settings.deadline_seconds);
  duration("retention_seconds", seconds(0), days(3650), settings.retention_seconds);
  read_choice(fields, "unknown", {UnknownPolicy::resend, UnknownPolicy::dead_letter},
              unknown_policy_name, settings.unknown);
  read_choice(fields, "locality_fallback",
              {Tier::area_code, Tier::region, Tier::country, Tier::any}, tier_name,
              settings.locality_fallback);
  read_choice(fields, "sticky", {StickyPolicy::off, StickyPolicy::prefer, StickyPolicy::avoid},
              sticky_policy_name, settings.sticky);
  read_choice(fields, "consent_scope", {ConsentScope::service, ConsentScope::line},
              consent_scope_name, settings.consent_scope);
  if (const auto answers = fields.boolean("answer_ended")) settings.answer_ended = *answers;
  if (const auto answers = fields.boolean("answer_strangers")) settings.answer_strangers = *answers;
  if (const auto masks = fields.boolean("mask_addresses")) settings.mask_addresses = *masks;
  if (auto language =
          fields.text("language", {.chars_min = 2, .chars_max = limits.language_chars_max})) {
    if (!is_language(*language))
      fields.fault("language", "field.malformed",
                   "must be a language's tag in lower case, as in de");
    settings.language = *std::move(language);
  }
  if (fields.is_null("default_region")) {
    settings.default_region.clear();
  } else if (auto region = fields.text("default_region", {.chars_min = 2, .chars_max = 2})) {
    if (!is_country(*region))
      fields.fault("default_region", "field.malformed",
                   "must be a country's two capital letters (ISO 3166-1), as in IT");
    settings.default_region = *std::move(region);
  }
  if (const auto* texts = fields.raw("texts")) settings.texts = read_texts(fields, *texts, limits);
}

/// Which settings a request names, for the audit log: the names of those that there are.
std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : " ") + name;
  return all;
}

/// A key of one service sees no other.
bool reaches(const ApiKey& key, const Service& service) {
  return !key.service || *key.service == service.id;
}

Task<Result<Stored<Service>>> find(Api& api, ApiKey key, std::string name) {
  BAUTA_CO_TRY(auto found, co_await api.desk.services().find(key.account, std::move(name)));
  if (!found || !reaches(key, found->value))
    co_return fail("service.not_found", "this key reaches no service of that name");
  co_return *std::move(found);
}

/// The commit that makes a service cannot hold its numbers too.  So what is kept with it in the sandbox is an intent only, beside the mark of
/// the answer, which is kept when the numbers are there: who asks again after a crash or a 503 in between meets the intent, and the service
/// gets what it lacks.
Task<Result<ApiAnswer>> create_in_sandbox(Api& api, ApiCall call, std::string name,
                                          ServiceSettings settings, KeptEffect<Service> effect) {
  auto intent = effect.idempotent();
  std::optional<KeptAnswer> begun;
  if (intent) {
    intent->mark.key = "intent " + intent->mark.key;
    BAUTA_CO_TRY(begun, co_await api.desk.kept_answer(call.caller, intent->mark));
  }
  if (begun) {
    BAUTA_CO_TRY(const auto made,
                 co_await api.desk.services().find(call.caller.key.account, std::move(name)));
    if (made)
      BAUTA_CO_CHECK(
          co_await fill_pool(api.desk, {.key = call.caller.key, .service = made->value}));
    co_return replayed(*begun);
  }
  BAUTA_CO_TRY(const auto service, co_await api.desk.create_service(call.caller, std::move(name),
                                                                    std::move(settings), intent));
  BAUTA_CO_CHECK(co_await fill_pool(api.desk, {.key = call.caller.key, .service = service}));
  auto created = effect.answer_of(service);
  created.mark_is_kept = false;
  co_return created;
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
  const KeptEffect<Service> effect(call, [](const Service& service) {
    return KeptAnswer{.status = 201,
                      .location = string_of(kPath) + "/" + service.name,
                      .body = write_json(service_json(service))};
  });
  if (api.sandbox) {
    co_return co_await create_in_sandbox(api, std::move(call), *std::move(name),
                                         std::move(settings), effect);
  }
  BAUTA_CO_TRY(const auto service,
               co_await api.desk.create_service(call.caller, *std::move(name), std::move(settings),
                                                effect.idempotent()));
  co_return effect.answer_of(service);
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  Faults faults;
  QueryReader query(call.request, faults);
  const auto limit = query.limit(api.limits);
  const auto cursor = query.cursor();
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  BAUTA_CO_TRY(auto services, co_await api.desk.services().all_of(call.caller.key.account));
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
    BAUTA_CO_TRY(const auto changed,
                 co_await api.desk.services().change(
                     std::move(found), std::move(settings),
                     audited<Service>(
                         api.desk, call.caller,
                         [fields = joined(body.getMemberNames())](const Service& service) {
                           return AuditNote{.action = AuditAction::service_changed,
                                            .object = service.id.str(),
                                            .details = {{"name", service.name}, {"fields", fields}},
                                            .is_of_account = true};
                         })));
    if (changed) co_return answer(200, service_json(*changed));
  }
  co_return fail("storage.contended", "others changed this service at the same time: ask again");
}

/// Also the one that the header names, or leaves to `default`: a service of the key's account is as good as another here.
Task<Result<ApiAnswer>> remove(Api& api, ApiCall call) {
  BAUTA_CO_TRY(const auto found,
               co_await find(api, call.caller.key, call.request.path_parameter("name")));
  if (call.caller.key.service)
    co_return fail("auth.scope_missing", "this key belongs to the service: it cannot remove it");
  BAUTA_CO_CHECK(co_await api.desk.remove_service(call.caller, found.value.id));
  co_return no_content();
}

}  // namespace

void mount_services(Api& api) {
  constexpr std::string_view kOne = "/api/v1/services/{name}";
  api.on("POST", kPath, {Scope::account}, create);
  api.on_list(kPath, {Scope::account}, list);
  api.on("GET", kOne, {Scope::account}, show);
  api.on("PATCH", kOne, {Scope::account}, change);
  api.on("DELETE", kOne, {Scope::account}, remove);
}

}  // namespace bauta::api
