#pragma once

#include <json/json.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "proxy/api/api.h"
#include "tests/unit/routing/world/world.h"

namespace bauta::testing_api {

constexpr const char* kHost = "+12025550142";
constexpr const char* kGuest = "+442079460142";

struct Answered {
  unsigned status = 0;
  HttpHeaders headers;
  std::string body;
  Json::Value json;

  std::string header(std::string_view name) const {
    return std::string(headers.find(name).value_or("(none)"));
  }
  /// "201", or what was refused: "422 request.invalid: /ttl field.unknown, /x field.type".
  std::string told() const {
    std::string told = std::to_string(status);
    if (!json.isMember("code")) return told;
    told += " " + json["code"].asString();
    for (const auto& fault : json["errors"]) {
      told += told.contains(": ") ? ", " : ": ";
      told += fault["pointer"].asString() + " " + fault["code"].asString();
    }
    return told;
  }
};

inline Json::Value json_of(const std::string& text) {
  Json::Value value;
  std::istringstream(text) >> value;
  return value;
}

/// Answers what it is told to, and keeps what it was sent.
class Endpoints final : public EndpointPort {
 public:
  Task<EndpointAnswer> call(EndpointCall call) override {
    calls.push_back(std::move(call));
    co_return answer;
  }
  EndpointAnswer answer{.result = AttemptResult::delivered, .status = 204, .took = Duration(7)};
  std::vector<EndpointCall> calls;
};

/// The API over a relay in memory whose service is "harbour", with as many keys as a test wants.
class Face {
 public:
  Face() {
    mount_api(router, *world.desk, world.clock, world.random, {.port = endpoints});
    secret = key(all_scopes());
  }

  /// The secret of a new key of the world's account; `of`: of this service only.
  std::string key(std::vector<Scope> scopes, std::optional<ServiceId> of = {}) {
    return world
        .run(world.desk->keys().create({.id = {},
                                        .account = world.service.account,
                                        .service = of,
                                        .scopes = std::move(scopes),
                                        .label = {},
                                        .hint = {},
                                        .created_at = world.clock.now(),
                                        .expires_at = {}},
                                       world.random))
        ->secret;
  }

  HttpRequest request(std::string method, const std::string& target, std::string body = {},
                      std::vector<std::pair<std::string, std::string>> headers = {}) const {
    const auto mark = target.find('?');
    HttpRequest request{.method = std::move(method),
                        .target = target,
                        .path = target.substr(0, mark),
                        .query = mark == std::string::npos ? "" : target.substr(mark + 1),
                        .body = std::move(body),
                        .request_id = "req_1",
                        .public_url = "https://relay.example.com"};
    for (auto& [name, value] : headers) request.headers.add(std::move(name), std::move(value));
    if (!request.headers.contains("Authorization"))
      request.headers.add("Authorization", "Bearer " + secret);
    if (!request.headers.contains("Bauta-Service")) request.headers.add("Bauta-Service", service);
    return request;
  }
  static Answered read(HttpResponse response) {
    Answered answered{.status = response.status,
                      .headers = std::move(response.headers),
                      .body = std::move(response.body),
                      .json = {}};
    if (answered.header("Content-Type").contains("json")) answered.json = json_of(answered.body);
    return answered;
  }
  Answered ask(std::string method, const std::string& target, std::string body = {},
               std::vector<std::pair<std::string, std::string>> headers = {}) {
    return read(world.run(
        router.handle(request(std::move(method), target, std::move(body), std::move(headers)))));
  }
  /// With another key.
  Answered ask_with(const std::string& other_secret, std::string method, const std::string& target,
                    std::string body = {}) {
    return ask(std::move(method), target, std::move(body),
               {{"Authorization", "Bearer " + other_secret}});
  }

  static std::string two_people(const std::string& more = "") {
    return R"({"participants":[{"address":")" + std::string(kHost) + R"("},{"address":")" +
           std::string(kGuest) + R"("}])" + more + "}";
  }
  Answered open(const std::string& more = "") {
    world.clock.advance(std::chrono::milliseconds(1));
    return ask("POST", "/api/v1/sessions", two_people(more));
  }

  testing_routing::World world;
  Endpoints endpoints;
  Router router;
  std::string service = "harbour";
  std::string secret;
};

}  // namespace bauta::testing_api
