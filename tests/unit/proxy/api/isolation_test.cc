// What holds for every route of the API, whichever it is: the router itself names them, so that a new one is judged too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

#include "routing/outbox/ending.h"
#include "routing/webhooks/webhooks.h"
#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing_api::Answered;
using testing_api::Face;

/// What a route that takes a body may want; a new one that wants something else adds it here.
constexpr std::array kBodies = {"{}",
                                R"({"text":"Hello"})",
                                R"({"status":"closed"})",
                                R"({"status":"draining"})",
                                R"({"address":"+12025550150"})",
                                R"({"batch":0,"numbers":[]})",
                                R"({"from":"evt_00000000000000000000000000"})"};
constexpr std::string_view kSandbox = "/api/v1/sandbox/";
/// Lists of what an account is, which are never empty.
const std::set<std::string> kOwn = {"/api/v1/services", "/api/v1/keys"};
/// Of no account, but the operator's: whoever has that scope sees all of them, and who has it not, none.
const std::string kAccounts = "/api/v1/accounts";
/// Of the account: how it was made is its first entry.
const std::string kAudit = "/api/v1/audit";

class EveryRoute : public testing::Test {
 protected:
  /// An account's key, and the service that it names.
  struct Holder {
    std::string secret;
    std::string service;
  };

  void SetUp() override {
    face.world.add({"+12025550177", "+442079460177"});
    const auto session = face.open(R"(,"unique_name":"booking-1")").json["id"].asString();
    ASSERT_EQ(
        face.ask("POST", "/api/v1/sessions/" + session + "/messages", R"({"text":"Hi"})").status,
        202U);
    let_a_text_die();
    let_a_webhook_be_told();
    ASSERT_EQ(face.ask("POST", "/api/v1/people/erase", R"({"address":"+12025550199"})").status,
              202U);
    ours = {.secret = face.secret, .service = face.service};
    auto& accounts = face.world.desk->accounts();
    const auto elsewhere = *face.world.run(accounts.ensure_with_service(
        "stranger", "elsewhere", face.world.clock.now(), face.world.random));
    ApiKey key;
    key.account = elsewhere.account;
    key.scopes = all_scopes();
    key.created_at = face.world.clock.now();
    theirs = {
        .secret = face.world.run(face.world.desk->keys().create(std::move(key), face.world.random))
                      ->secret,
        .service = "elsewhere"};
    for (const auto& route : face.router.routes()) {
      if (!route.pattern.starts_with("/api/")) continue;
      (route.pattern.starts_with(kSandbox) ? of_the_sandbox : routes).push_back(route);
    }
    ASSERT_THAT(routes, Not(IsEmpty()));
    ASSERT_THAT(of_the_sandbox, Not(IsEmpty()));
  }

  /// As if a carrier had refused it.
  void let_a_text_die() {
    for (const auto& keyed : face.world.memory.everything()) {
      if (!keyed.key.octets().starts_with("dlv/")) continue;
      const auto delivery = *decode_delivery(keyed.record);
      auto dead = delivery.value;
      dead.state = DeliveryState::failed;
      dead.error_code = "carrier.refused";
      Commit commit;
      write_change(commit, dead, delivery.value, delivery.version, face.world.random);
      static_cast<void>(face.world.memory.apply(commit));
      return;
    }
  }

  void let_a_webhook_be_told() {
    ASSERT_EQ(face.ask("POST", "/api/v1/webhooks", R"({"url":"https://example.com/hook"})").status,
              201U);
    Webhooks& webhooks = face.world.desk->webhooks();
    const auto made = face.world.run(webhooks.all_of(face.world.service.id))->front();
    Webhooks::State state;
    state.attempts.add({.number = 1, .type = "message.sent"}, 1);
    const auto version = face.world.run(webhooks.find(made.service, made.id))->version;
    ASSERT_TRUE(*face.world.run(webhooks.file(made, version, state)));
  }

  Answered ask(const Holder& holder, const std::string& method, const std::string& path,
               const std::string& body = "") {
    const bool has_body = method == "POST" || method == "PATCH" || method == "PUT";
    return face.ask(
        method, path, has_body && body.empty() ? "{}" : body,
        {{"Authorization", "Bearer " + holder.secret}, {"Bauta-Service", holder.service}});
  }

  /// `pattern` with the names of what is there, as the list before each parameter tells them to its owner: "/api/v1/sessions/{id}" is
  /// "/api/v1/sessions/ses_…".
  std::string path_of(const std::string& pattern) {
    std::string path;
    std::string rest = pattern;
    Json::Value one;
    for (std::size_t at = rest.find('{'); at != std::string::npos; at = rest.find('{')) {
      const auto end = rest.find('}', at);
      const auto parameter = rest.substr(at + 1, end - at - 1);
      // A dead letter is named by its text and by whom it was to reach.
      if (parameter == "participant" && one.isMember("to")) {
        path += "/" + one["to"].asString();
        rest = rest.substr(end + 1);
        continue;
      }
      const auto list = path + rest.substr(0, at - 1);
      // Texts are listed by their sessions; the one that died stands in a list of its own.
      const auto page =
          ask(ours, "GET", list == "/api/v1/messages" ? "/api/v1/dead-letters" : list);
      EXPECT_EQ(page.status, 200U) << list << " is to list what " << pattern << " names";
      EXPECT_FALSE(page.json["data"].empty()) << "make one of " << list << " in SetUp()";
      if (page.json["data"].empty()) return {};
      one = page.json["data"][0];
      path = list + "/" + one[one.isMember(parameter) ? parameter : "id"].asString();
      rest = rest.substr(end + 1);
    }
    return path + rest;
  }

  /// All that the first account's lists and pages say.
  std::map<std::string, std::string> everything() {
    std::map<std::string, std::string> pages;
    for (const auto& route : routes) {
      if (route.method != "GET") continue;
      const auto path = path_of(route.pattern);
      const auto page = ask(ours, "GET", path);
      EXPECT_EQ(page.status, 200U) << path;
      pages[path] = page.body;
    }
    return pages;
  }

  Face face;
  Holder ours;
  Holder theirs;
  std::vector<Router::Listed> routes;
  /// Which a live key may not call, whoever's it is; its own accounts are kept apart by the same code (tests/e2e/sandbox.test.mjs).
  std::vector<Router::Listed> of_the_sandbox;
};

TEST_F(EveryRoute, OfTheSandboxIsRefusedToALiveKey) {
  const auto before = everything();
  for (const auto& [method, pattern] : of_the_sandbox) {
    for (const std::string body : kBodies) {
      EXPECT_EQ(ask(ours, method, pattern, method == "GET" ? "" : body).told(),
                "403 sandbox.live_key")
          << method << " " << pattern;
    }
    EXPECT_EQ(face.ask_with("bauta_test_" + ours.secret.substr(11), method, pattern, "{}").told(),
              "401 auth.invalid_key")
        << "another word at its beginning makes no test key of it";
  }
  EXPECT_EQ(everything(), before);
}

TEST_F(EveryRoute, ShowsAnotherAccountNothingAndChangesNothing) {
  const auto before = everything();
  for (const auto& [method, pattern] : routes) {
    if (pattern == kAccounts) continue;
    const auto what = method + " " + pattern;
    const auto path = path_of(pattern);
    if (path == pattern) {
      if (method != "GET") continue;  // makes something of one's own
      const auto page = ask(theirs, "GET", path);
      ASSERT_EQ(page.told(), "200") << what;
      EXPECT_EQ(page.json["data"].size(), kOwn.contains(pattern) ? 1U : 0U) << what;
      EXPECT_TRUE(ask(ours, "GET", path).json["data"].size() > 0)
          << what << " would be empty for everybody: make one in SetUp()";
      EXPECT_THAT(page.body, Not(HasSubstr("harbour"))) << what;
      continue;
    }
    std::set<std::string> told;
    for (const std::string body : kBodies) {
      const auto answered = ask(theirs, method, path, method == "GET" ? "" : body);
      if (answered.status == 404) EXPECT_THAT(answered.told(), EndsWith(".not_found")) << what;
      // What is wrong with a body is the same for whatever it is sent to.
      EXPECT_TRUE(answered.status == 404 || answered.status == 422)
          << what << ": " << answered.told();
      told.insert(std::to_string(answered.status));
    }
    EXPECT_TRUE(told.contains("404")) << what << ": add a body to kBodies that this route takes";
  }
  EXPECT_EQ(everything(), before);
}

TEST_F(EveryRoute, OfTheOperatorIsRefusedToAnAccount) {
  auto scopes = all_scopes();
  std::erase(scopes, Scope::operator_);
  const Holder tenant{.secret = face.key(scopes), .service = ours.service};
  for (const auto& [method, pattern] : routes) {
    if (pattern == kAccounts)
      EXPECT_EQ(ask(tenant, method, pattern).told(), "403 auth.scope_missing") << method;
    else if (method == "GET")
      EXPECT_EQ(ask(tenant, method, path_of(pattern)).told(), "200") << pattern;
  }
}

// Two accounts that use the same words: names of services are an account's own.
TEST_F(EveryRoute, OfAServiceOfTheSameNameShowsNothingOfTheOther) {
  const auto made = face.ask("POST", kAccounts, R"({"name":"rival"})");
  ASSERT_EQ(made.told(), "201");
  const Holder rival{.secret = made.json["key"]["secret"].asString(), .service = ours.service};
  EXPECT_EQ(ask(rival, "GET", "/api/v1/sessions").told(), "404 service.not_found");
  const Holder elsewhere{.secret = rival.secret, .service = "default"};
  ASSERT_EQ(ask(elsewhere, "POST", "/api/v1/services", R"({"name":"harbour"})").told(), "201");
  const auto before = everything();
  for (const auto& [method, pattern] : routes) {
    if (method != "GET" || pattern == kAccounts) continue;
    if (pattern.starts_with("/api/v1/services/")) continue;  // it has one of this name
    const auto page = ask(rival, method, path_of(pattern));
    if (pattern.contains('{')) {
      EXPECT_EQ(page.status, 404U) << pattern;
    } else if (!kOwn.contains(pattern) && pattern != kAudit) {
      ASSERT_EQ(page.told(), "200") << pattern;
      EXPECT_EQ(page.json["data"].size(), 0U) << pattern;
    }
  }
  const auto search =
      ask(rival, "POST", "/api/v1/sessions/search", R"({"address":"+12025550142"})");
  EXPECT_EQ(search.told(), "200");
  EXPECT_EQ(search.json["data"].size(), 0U);
  EXPECT_EQ(ask(rival, "DELETE", "/api/v1/services/harbour").told(), "204");
  EXPECT_EQ(everything(), before) << "the other's of that name lives on";
}

TEST_F(EveryRoute, ABodyNamesNothingOfAnotherAccountEither) {
  const auto told = [&](const std::string& path, const std::string& body) {
    return ask(theirs, "POST", path, body).told();
  };
  EXPECT_EQ(told("/api/v1/keys", R"({"label":"x","scopes":["account"],"service":"harbour"})"),
            "422 service.not_found: /service service.not_found");
  EXPECT_EQ(told("/api/v1/sessions",
                 R"({"participants":[{"address":"+12025550143","virtual_number":"+12025550177"},)"
                 R"({"address":"+442079460143","virtual_number":"+442079460177"}]})"),
            "422 number.not_in_pool");
  EXPECT_THAT(told("/api/v1/sessions", Face::two_people()), HasSubstr("pool.exhausted"))
      << "the numbers of the others are not lent";
  const auto explained =
      ask(theirs, "POST", "/api/v1/explain", R"({"from":"+12025550142","to":"+12025550177"})");
  EXPECT_EQ(explained.json["code"].asString(), "inbound.not_our_number");
  EXPECT_THAT(explained.body, Not(HasSubstr("twilio")));
  face.service = "harbour";
  EXPECT_EQ(face.ask_with(theirs.secret, "GET", "/api/v1/sessions").told(),
            "404 service.not_found");
}

TEST_F(EveryRoute, AsksForAKeyBeforeAnythingElse) {
  routes.insert(routes.end(), of_the_sandbox.begin(), of_the_sandbox.end());
  for (const auto& [method, pattern] : routes) {
    const auto path = path_of(pattern);
    for (const std::string& authorization :
         {std::string(), "Bearer bauta_live_" + std::string(43, 'A'), "Basic " + ours.secret}) {
      auto request = face.request(method, path, "{", {{"Authorization", authorization}});
      if (authorization.empty()) request.headers.erase("Authorization");
      const auto answered = Face::read(face.world.run(face.router.handle(std::move(request))));
      EXPECT_EQ(answered.told(), "401 auth.invalid_key") << method << " " << pattern;
      EXPECT_EQ(answered.header("WWW-Authenticate"), "Bearer");
      EXPECT_EQ(answered.header("Cache-Control"), "no-store");
    }
  }
}

TEST_F(EveryRoute, AsksForAScope) {
  routes.insert(routes.end(), of_the_sandbox.begin(), of_the_sandbox.end());
  const auto scopeless = Holder{.secret = face.key({}), .service = ours.service};
  for (const auto& [method, pattern] : routes) {
    const auto path = path_of(pattern);
    EXPECT_EQ(ask(scopeless, method, path).told(), "403 auth.scope_missing")
        << method << " " << pattern;
  }
}

// DELETE …?dry_run=true erased.
TEST_F(EveryRoute, RefusesAParameterThatItDoesNotKnow) {
  const auto before = everything();
  auto all = routes;
  all.insert(all.end(), of_the_sandbox.begin(), of_the_sandbox.end());
  for (const auto& [method, pattern] : all) {
    const auto path = path_of(pattern);
    for (const std::string body : kBodies) {
      EXPECT_EQ(ask(ours, method, path + "?dry_run=true", method == "GET" ? "" : body).told(),
                "422 field.unknown: /dry_run field.unknown")
          << method << " " << pattern;
    }
  }
  EXPECT_EQ(everything(), before);
}

TEST_F(EveryRoute, IsNeverCached) {
  for (const auto& [method, pattern] : routes) {
    const auto path = path_of(pattern);
    for (const auto& holder : {ours, theirs}) {
      if (method == "DELETE" && holder.secret == ours.secret) continue;  // the next is to find it
      const auto answered = ask(holder, method, path);
      EXPECT_EQ(answered.header("Cache-Control"), "no-store") << method << " " << pattern;
    }
  }
  EXPECT_EQ(ask(ours, "GET", "/api/v1/nothing").header("Cache-Control"), "no-store");
  EXPECT_EQ(ask(ours, "DELETE", "/api/v1/sessions").header("Cache-Control"), "no-store");
}

}  // namespace
}  // namespace bauta
