#include "proxy/api/frame.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "proxy/api/codes.h"
#include "proxy/api/event_stream.h"
#include "proxy/api/reference.h"
#include "proxy/net/rfc3339.h"
#include "proxy/sandbox/test_keys.h"

namespace bauta::api {
namespace {

constexpr std::string_view kDefaultService = "default";

std::unexpected<Error> invalid_key() {
  return fail(
      "auth.invalid_key",
      "no valid key came with the request: is the header `Authorization: Bearer "
      "bauta_live_…` there, once, and is it a whole key of this relay? One that was revoked "
      "or has expired is refused in the same words");
}

/// For a test key, which never means anything to the live relay.
Result<ApiAnswer> no_sandbox() {
  return fail("auth.invalid_key",
              "this is a test key, and this relay has no sandbox: `enabled = true` under [sandbox] "
              "in its configuration gives it one");
}

/// The key of `Authorization: Bearer …`; "" if there is none.
std::string bearer_of(const HttpHeaders& headers) {
  constexpr std::string_view kScheme = "bearer ";
  const auto all = headers.find_all("Authorization");
  if (all.size() != 1 || all[0].size() <= kScheme.size()) return {};
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  if (!std::ranges::equal(all[0].substr(0, kScheme.size()), kScheme, same)) return {};
  return string_of(all[0].substr(kScheme.size()));
}

Status check_scopes(const std::vector<Scope>& scopes, const ApiKey& key) {
  if (std::ranges::any_of(scopes, [&](Scope scope) { return key.may(scope); })) return {};
  std::string names;
  for (const auto scope : scopes)
    names.append(names.empty() ? "" : " or ").append(scope_name(scope));
  return fail("auth.scope_missing", "this key lacks the scope " + names);
}

/// `DELETE …?dry_run=true` would do what it was not to do.
Status check_no_query(const HttpRequest& request) {
  Faults faults;
  QueryReader(request, faults).refuse_others();
  return std::move(faults).status();
}

std::string hash_of(std::string_view body) {
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(body.data()),  // NOLINT: octets
                     body.size(), nullptr, 0);
  return {hash.begin(), hash.end()};
}

Result<std::optional<IdempotencyMark>> mark_of(const HttpRequest& request, std::size_t most) {
  const auto keys = request.headers.find_all("Idempotency-Key");
  if (keys.empty()) return std::optional<IdempotencyMark>{};
  const bool printable = std::ranges::all_of(keys[0], [](char c) { return c >= 0x20 && c < 0x7F; });
  if (keys.size() > 1 || keys[0].empty() || keys[0].size() > most || !printable) {
    return fail("idempotency.key_invalid", "Idempotency-Key must be given once, with 1 to " +
                                               std::to_string(most) + " characters of ASCII");
  }
  return std::optional(
      IdempotencyMark{.key = request.method + " " + request.path + "\n" + string_of(keys[0]),
                      .body_hash = hash_of(request.body)});
}

KeptAnswer kept_of(const HttpResponse& response, const std::optional<std::string>& body) {
  return {.status = static_cast<std::uint16_t>(response.status),
          .location = string_of(response.headers.find("Location").value_or("")),
          .body = body.value_or(response.body)};
}

}  // namespace

ApiAnswer answer(unsigned status, const Json::Value& body) {
  return {.response = json_response(status, write_json(body))};
}

ApiAnswer no_content() { return {.response = {.status = 204}}; }

ApiAnswer replayed(const KeptAnswer& kept) {
  auto response = json_response(kept.status, kept.body);
  if (kept.status >= 400) response.headers.set("Content-Type", "application/problem+json");
  if (!kept.location.empty()) response.headers.add("Location", kept.location);
  response.headers.add("Idempotency-Replayed", "true");
  return {.response = std::move(response)};
}

Json::Value page_json(Json::Value data, std::string_view next_cursor) {
  Json::Value page(Json::objectValue);
  page["data"] = data.isNull() ? Json::Value(Json::arrayValue) : std::move(data);
  page["next_cursor"] = text_or_null(next_cursor);
  return page;
}

Json::Value text_or_null(std::string_view text) {
  return text.empty() ? Json::Value() : Json::Value(string_of(text));
}

Json::Value time_or_null(std::optional<TimePoint> time) {
  return time ? Json::Value(format_rfc3339(*time)) : Json::Value();
}

Result<Json::Value> body_of(const Api& api, const ApiCall& call) {
  return parse_json(call.request.body, api.limits.json_depth_max);
}

Result<Json::Value> body_or_nothing(const Api& api, const ApiCall& call) {
  if (call.request.body.empty()) return Json::Value(Json::objectValue);
  return body_of(api, call);
}

Status want_nothing(const Api& api, const ApiCall& call) {
  BAUTA_TRY(const auto body, body_or_nothing(api, call));
  Faults faults;
  ObjectReader(body, "", faults).refuse_others();
  return std::move(faults).status();
}

Result<RunningPosts::Passage> RunningPosts::enter(const Caller& caller,
                                                  const IdempotencyMark& mark) {
  std::string key = string_of(caller.service.id.bytes()) + mark.key;
  {
    const MutexLock lock(mutex_);
    const auto [running, first] = body_hashes_.try_emplace(key, mark.body_hash);
    if (!first && running->second != mark.body_hash) {
      return fail("idempotency.mismatch",
                  "this Idempotency-Key was used with another body: take a new key");
    }
    if (!first)
      return fail("idempotency.in_flight", "the first request with this key still runs: ask again");
  }
  return Passage(*this, std::move(key));
}

void RunningPosts::leave(const std::string& mark) {
  const MutexLock lock(mutex_);
  body_hashes_.erase(mark);
}

Api::Api(Router& router, Desk& desk_called, const Clock& clock_read, Random& random_drawn,
         ApiEndpoints endpoints_called, ApiLimits limits_set)
    : desk(desk_called),
      clock(clock_read),
      random(random_drawn),
      endpoints(std::move(endpoints_called)),
      limits(limits_set),
      stream_places(std::make_shared<StreamPlaces>()),
      router_(router) {}

void Api::on(std::string_view method, std::string_view pattern, std::vector<Scope> scopes,
             ApiHandler handler, std::optional<std::size_t> body_bytes_max) {
  add(method, pattern,
      {.scopes = std::move(scopes),
       .handler = handler,
       .body_bytes_max = body_bytes_max.value_or(limits.body_bytes_max)});
}

void Api::on_list(std::string_view pattern, std::vector<Scope> scopes, ApiHandler handler) {
  add("GET", pattern,
      {.scopes = std::move(scopes),
       .handler = handler,
       .body_bytes_max = limits.body_bytes_max,
       .takes_query = true});
}

void Api::on_question(std::string_view pattern, std::vector<Scope> scopes, ApiHandler handler) {
  add("POST", pattern,
      {.scopes = std::move(scopes),
       .handler = handler,
       .body_bytes_max = limits.body_bytes_max,
       .is_question = true});
}

void Api::add(std::string_view method, std::string_view pattern, Route route) {
  const RouteOptions options{.body_bytes_max = route.body_bytes_max};
  // Shared by the router's handlers, and by those that still run when the router is gone.
  router_.add(
      method, pattern,
      [api = shared_from_this(), route = std::move(route)](HttpRequest request) {
        return handle(api, route, std::move(request));
      },
      options);
}

Task<HttpResponse> Api::handle(std::shared_ptr<Api> api, Route route, HttpRequest request) {
  const std::string request_id = request.request_id;
  const std::string public_url(request.public_url);
  const bool is_test = is_test_key(bearer_of(request.headers));
  if (is_test && api->of_test_keys) api = api->of_test_keys;
  auto served = is_test && !api->sandbox
                    ? no_sandbox()
                    : co_await api->serve(std::move(route), std::move(request));
  HttpResponse response =
      served ? std::move(served->response)
             : problem_of(served.error(), request_id, public_url, api->limits.retry_after);
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

Task<Result<ApiAnswer>> Api::serve(Route route, HttpRequest request) {
  BAUTA_CO_TRY(auto caller, co_await caller_of(request.headers));
  caller.request_id = request.request_id;
  BAUTA_CO_CHECK(check_scopes(route.scopes, caller.key));
  if (!route.takes_query) BAUTA_CO_CHECK(check_no_query(request));
  if (request.body.size() > route.body_bytes_max) {
    co_return fail("http.body_too_large",
                   "the body has more than " + std::to_string(route.body_bytes_max) + " octets");
  }
  ApiCall call{.request = std::move(request), .caller = std::move(caller)};
  if (call.request.method == "POST") {
    BAUTA_CO_TRY(call.mark, mark_of(call.request, limits.idempotency_key_max));
  }
  if (!call.mark || route.is_question) co_return co_await route.handler(*this, std::move(call));
  co_return co_await serve_once(std::move(route), std::move(call));
}

Task<Result<Caller>> Api::caller_of(HttpHeaders headers) {
  std::optional<std::string> service;
  if (const auto named = headers.find("Bauta-Service")) service = string_of(*named);
  auto secret = bearer_of(headers);
  if (sandbox) secret = stored_key_of(secret);
  co_return co_await authenticate(std::move(secret), std::move(service));
}

/// A key is asked for before the service is looked up: who has none learns nothing about services.
Task<Result<Caller>> Api::authenticate(std::string secret, std::optional<std::string> service) {
  auto key = co_await desk.keys().authenticate(std::move(secret), clock.now());
  if (!key) {
    if (key.error().code == "auth.invalid_key") co_return invalid_key();
    co_return std::unexpected(std::move(key.error()));
  }
  const bool by_id = key->service && !service;
  auto found = by_id ? co_await desk.services().find(*key->service)
                     : co_await desk.services().find(key->account,
                                                     service.value_or(string_of(kDefaultService)));
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found || (key->service && *key->service != (*found)->value.id)) {
    co_return fail("service.not_found",
                   "this key reaches no service of that name: see the Bauta-Service header");
  }
  co_return Caller{.key = *std::move(key), .service = std::move((*found)->value)};
}

Task<Result<ApiAnswer>> Api::serve_once(Route route, ApiCall call) {
  const IdempotencyMark mark = *call.mark;
  const Caller caller = call.caller;
  const std::string request_id = call.request.request_id;
  const std::string public_url(call.request.public_url);
  BAUTA_CO_TRY(const auto passage, running_.enter(caller, mark));
  const auto running = desk.begin(caller, mark);
  if (!running) {
    co_return fail("idempotency.in_flight",
                   "the first request with this key still runs: ask again");
  }
  // Looked up once nobody else runs: an answer is then either kept already or ours to make.
  BAUTA_CO_TRY(auto kept, co_await desk.kept_answer(caller, mark));
  if (kept) co_return replayed(*kept);

  auto served = co_await route.handler(*this, std::move(call));
  if (served) {
    if (!served->mark_is_kept && !served->is_passing) {
      // The effect stands whether or not this succeeds: a failure would be an untrue answer.
      const auto done =
          co_await desk.keep_answer(caller, mark, kept_of(served->response, served->body_to_keep));
      if (!done) served->response.headers.add("Idempotency-Kept", "false");
    }
    co_return served;
  }
  if (served.error().code == "idempotency.in_flight") {
    // Another process was first.
    BAUTA_CO_TRY(kept, co_await desk.kept_answer(caller, mark));
    if (kept) co_return replayed(*kept);
    co_return served;
  }
  if (status_of(served.error().code) == 409) {
    // A refusal that was not kept is met again by asking again: nothing is lost if this fails.
    const auto refusal = problem_of(served.error(), request_id, public_url, limits.retry_after);
    const auto done = co_await desk.keep_answer(caller, mark, kept_of(refusal, std::nullopt));
    if (!done) co_return served;
  }
  co_return served;
}

}  // namespace bauta::api

namespace bauta {

void mount_api(Router& router, Desk& desk, const Clock& clock, Random& random,
               ApiEndpoints endpoints, ApiLimits limits, std::optional<ApiSandbox> sandbox) {
  const auto mounted =
      std::make_shared<api::Api>(router, desk, clock, random, std::move(endpoints), limits);
  if (sandbox) {
    mounted->of_test_keys = std::make_shared<api::Api>(router, sandbox->desk, sandbox->clock,
                                                       sandbox->random, sandbox->endpoints, limits);
    mounted->of_test_keys->sandbox = std::make_shared<const ApiSandbox>(*std::move(sandbox));
  }
  api::mount_sessions(*mounted);
  api::mount_participants(*mounted);
  api::mount_messages(*mounted);
  api::mount_numbers(*mounted);
  api::mount_accounts(*mounted);
  api::mount_services(*mounted);
  api::mount_keys(*mounted);
  api::mount_audit(*mounted);
  api::mount_dead_letters(*mounted);
  api::mount_events(*mounted);
  api::mount_webhooks(*mounted);
  api::mount_webhook_deliveries(*mounted);
  api::mount_people(*mounted);
  api::mount_imports(*mounted);
  api::mount_jobs(*mounted);
  api::mount_plan(*mounted);
  api::mount_sandbox(*mounted);
  api::mount_insight(*mounted);
  api::mount_error_help(router);
  api::mount_reference(router);
}

}  // namespace bauta
