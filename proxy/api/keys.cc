#include <algorithm>
#include <map>

#include "proxy/api/frame.h"
#include "proxy/api/key_lifetime.h"
#include "proxy/api/shown.h"
#include "proxy/sandbox/test_keys.h"

namespace bauta::api {
namespace {

constexpr std::string_view kPath = "/api/v1/keys";

struct NewKeyRequest {
  std::string label;
  std::vector<Scope> scopes;
  std::string service;
  std::optional<TimePoint> expires_at;
  bool test = false;
};

Result<NewKeyRequest> read_new(const Json::Value& body, const Api& api, TimePoint now) {
  const ApiLimits& limits = api.limits;
  Faults faults;
  ObjectReader fields(body, "", faults);
  NewKeyRequest request;
  fields.require("scopes");
  if (const auto names = fields.texts("scopes", all_scopes().size(), {})) {
    if (names->empty()) fields.fault("scopes", "field.too_short", "must not be empty");
    for (std::size_t i = 0; i < names->size(); ++i) {
      if (const auto scope = parse_scope((*names)[i]); !scope) {
        faults.add(pointer_to(fields.pointer("scopes"), i), scope.error());
      } else if (std::ranges::find(request.scopes, *scope) == request.scopes.end()) {
        request.scopes.push_back(*scope);
      }
    }
  }
  request.label = fields.text("label", {.chars_max = limits.key_label_chars_max}).value_or("");
  if (!fields.is_null("service"))
    request.service = fields.text("service", {.chars_min = 1, .chars_max = 64}).value_or("");
  request.expires_at = read_expiry(fields, "expires_at", now);
  const auto test = fields.boolean("test");
  if (api.sandbox && test && !*test)
    fields.fault("test", "field.value", "must be true: a test key makes no live ones");
  request.test = test.value_or(false);
  fields.refuse_others();
  BAUTA_CHECK(std::move(faults).status());
  return request;
}

/// A secret is shown once: what is kept for replays has none.
KeptAnswer kept_key(const ApiKey& key, std::string_view service, bool is_test) {
  auto json = key_json(key, service, is_test);
  json["secret"] = Json::Value();
  return {
      .status = 201, .location = string_of(kPath) + "/" + key.id.str(), .body = write_json(json)};
}

/// The answer that the sandbox kept with a key which was made there under this mark.
Task<Result<std::optional<KeptAnswer>>> kept_in_sandbox(const Api& live, const ApiCall& call) {
  if (!live.of_test_keys || !call.mark) co_return std::optional<KeptAnswer>();
  co_return co_await live.of_test_keys->desk.kept_answer(call.caller, *call.mark);
}

/// A live key makes a key of the sandbox, where its account stands under its id.  The two stores share no commit, so the mark is written in the
/// sandbox's, with the key, under the live service: who asks again after a crash finds it there (kept_in_sandbox).
Task<Result<ApiAnswer>> create_test(Api& test, ApiCall call, NewKeyRequest request) {
  const ApiKey own = call.caller.key;
  const KeptEffect<ApiKey> effect(
      call, [name = request.service](const ApiKey& key) { return kept_key(key, name, true); });
  ApiKey wanted;
  wanted.scopes = std::move(request.scopes);
  wanted.label = std::move(request.label);
  wanted.created_at = test.clock.now();
  wanted.expires_at = request.expires_at;
  auto done = co_await make_test_key(
      test.desk, test.random,
      {.account = own.account.str(),
       .service = request.service.empty() ? "default" : request.service,
       .only_service = !request.service.empty(),
       .key = std::move(wanted),
       .also = [&desk = test.desk, by = call.caller, name = request.service,
                kept = effect.also(test.desk, call.caller)](Commit& commit, const ApiKey& key) {
         Caller there = by;
         there.key.account = key.account;
         desk.write_audit(commit, there, note_of(key, name));
         if (kept) kept(commit, key);
       }});
  BAUTA_CO_TRY(const auto made,
               co_await unless_answered(test, call.caller, call.mark, std::move(done)));
  auto created = effect.answer_of(made.key);
  // The live store keeps it besides, where it is looked for first.
  created.mark_is_kept = false;
  created.body_to_keep = created.response.body;
  auto json = key_json(made.key, request.service, true);
  json["secret"] = made.secret;
  created.response.body = write_json(json);
  co_return created;
}

/// A key makes none that may more than itself: who steals one gains no more than it.
Status check_reach(const ApiKey& own, const NewKeyRequest& wanted) {
  BAUTA_CHECK(check_lifetime(own, wanted.expires_at, "/expires_at"));
  for (const auto scope : wanted.scopes) {
    if (!own.may(scope)) {
      return fail("auth.scope_missing", "a key can give only scopes that it has, and lacks " +
                                            string_of(scope_name(scope)));
    }
  }
  return {};
}

Task<Result<ApiAnswer>> create(Api& api, ApiCall call) {
  const ApiKey own = call.caller.key;
  const auto now = api.clock.now();
  BAUTA_CO_TRY(const auto body, body_of(api, call));
  BAUTA_CO_TRY(auto request, read_new(body, api, now));
  BAUTA_CO_CHECK(check_reach(own, request));
  BAUTA_CO_TRY(const auto kept, co_await kept_in_sandbox(api, call));
  if (kept) co_return replayed(*kept);
  std::optional<ServiceId> service = own.service;
  if (own.service && request.service.empty()) request.service = call.caller.service.name;
  if (!request.service.empty()) {
    BAUTA_CO_TRY(const auto found, co_await api.desk.services().find(own.account, request.service));
    if (!found || (own.service && *own.service != found->value.id)) {
      Faults faults;
      faults.add("/service", "service.not_found", "this key reaches no service of that name");
      BAUTA_CO_CHECK(std::move(faults).status());
    }
    service = found->value.id;
  }
  if (request.test && !api.sandbox) {
    if (!api.of_test_keys)
      co_return fail("sandbox.none",
                     "this relay has no sandbox: see [sandbox] in its configuration");
    co_return co_await create_test(*api.of_test_keys, std::move(call), std::move(request));
  }
  const bool is_test = api.sandbox != nullptr;
  const KeptEffect<ApiKey> effect(call, [name = request.service, is_test](const ApiKey& key) {
    return kept_key(key, name, is_test);
  });
  ApiKey key{.id = {},
             .account = own.account,
             .service = service,
             .scopes = std::move(request.scopes),
             .label = std::move(request.label),
             .hint = {},
             .created_at = now,
             .expires_at = request.expires_at};
  BAUTA_CO_TRY(const auto made, co_await api.desk.create_key(call.caller, std::move(key),
                                                             request.service, effect.idempotent()));
  auto created = effect.answer_of(made.key);
  auto json = key_json(made.key, request.service, is_test);
  json["secret"] = is_test ? test_key_of(made.secret) : made.secret;
  created.response.body = write_json(json);
  co_return created;
}

bool sees(const ApiKey& own, const ApiKey& key) {
  return !own.service || (key.service && *key.service == *own.service);
}

Task<Result<ApiAnswer>> list(Api& api, ApiCall call) {
  Faults faults;
  QueryReader query(call.request, faults);
  const auto limit = query.limit(api.limits);
  const auto cursor = query.cursor();
  query.refuse_others();
  BAUTA_CO_CHECK(std::move(faults).status());
  const ApiKey own = call.caller.key;
  BAUTA_CO_TRY(const auto services, co_await api.desk.services().all_of(own.account));
  BAUTA_CO_TRY(auto keys, co_await api.desk.keys().all_of(own.account));
  std::map<ServiceId, std::string> names;
  for (const auto& service : services) names.emplace(service.value.id, service.value.name);
  std::erase_if(keys, [&](const ApiKey& key) { return !sees(own, key); });
  co_return list_answer<ApiKeyId>(
      std::move(keys), limit, cursor, [](const ApiKey& key) { return key.id; },
      [&](const ApiKey& key) {
        return key_json(key, key.service ? names[*key.service] : "", api.sandbox != nullptr);
      });
}

Task<Result<ApiAnswer>> revoke(Api& api, ApiCall call) {
  const ApiKey own = call.caller.key;
  BAUTA_CO_TRY(const auto id, id_in_path<ApiKeyId>(call, "id", "key.not_found"));
  if (id == own.id) co_return fail("key.out_of_reach", "a key cannot revoke itself");
  BAUTA_CO_TRY(const auto keys, co_await api.desk.keys().all_of(own.account));
  const auto found = std::ranges::find(keys, id, &ApiKey::id);
  if (found == keys.end() || !sees(own, *found))
    co_return fail("key.not_found", "this account has no key " + id.str());
  AuditNote note{
      .action = AuditAction::key_revoked, .object = id.str(), .is_of_account = !found->service};
  if (found->service) {
    BAUTA_CO_TRY(const auto service, co_await api.desk.services().find(*found->service));
    if (service) note.service = service->value.name;
  }
  BAUTA_CO_CHECK(co_await api.desk.keys().revoke(
      own.account, id,
      [&desk = api.desk, caller = call.caller, note = std::move(note)](Commit& commit) {
        desk.write_audit(commit, caller, note);
      }));
  co_return no_content();
}

}  // namespace

void mount_keys(Api& api) {
  api.on("POST", kPath, {Scope::account}, create);
  api.on_list(kPath, {Scope::account}, list);
  api.on("DELETE", "/api/v1/keys/{id}", {Scope::account}, revoke);
}

}  // namespace bauta::api
