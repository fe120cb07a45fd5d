#include "routing/webhooks/webhooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_api::Answered;
using testing_api::Face;

class WebhooksApi : public testing::Test {
 protected:
  Answered post(const std::string& body,
                std::vector<std::pair<std::string, std::string>> headers = {}) {
    face.world.clock.advance(1ms);
    return face.ask("POST", "/api/v1/webhooks", body, std::move(headers));
  }
  std::string make() { return post(R"({"url":"https://example.com/hook"})").header("Location"); }
  void happen() {
    face.world.clock.advance(1s);
    Commit commit;
    EventLog::append(
        commit, face.world.service.id,
        EventLog::make(EventType::message_sent, {}, face.world.clock.now(), face.world.random));
    static_cast<void>(face.world.memory.apply(commit));
  }
  Face face;
};

TEST_F(WebhooksApi, AreMadeShownChangedAndDeleted) {
  const auto made =
      post(R"({"url":"https://example.com/hook?x=1","types":["message.*","session.closed"]})");
  ASSERT_EQ(made.told(), "201");
  const auto path = "/api/v1/webhooks/" + made.json["id"].asString();
  EXPECT_EQ(made.header("Location"), path);
  EXPECT_TRUE(made.json["secret"].asString().starts_with("whsec_"));
  EXPECT_EQ(made.json["status"], "active");
  EXPECT_EQ(made.json["signature"], "v1");
  EXPECT_EQ(made.json["include_text"], false);

  const auto shown = face.ask("GET", path);
  ASSERT_EQ(shown.told(), "200");
  EXPECT_EQ(shown.json["url"], "https://example.com/hook?x=1");
  EXPECT_EQ(shown.json["types"], testing_api::json_of(R"(["message.*","session.closed"])"));
  EXPECT_TRUE(shown.json["failing_since"].isNull());
  EXPECT_THAT(shown.body, Not(HasSubstr("whsec_"))) << "a secret is shown once";
  EXPECT_THAT(face.ask("GET", "/api/v1/webhooks").body, Not(HasSubstr("whsec_")));

  const auto changed = face.ask(
      "PATCH", path, R"({"url":"https://example.org/","types":["*"],"status":"disabled"})");
  ASSERT_EQ(changed.told(), "200");
  EXPECT_EQ(changed.json["url"], "https://example.org/");
  EXPECT_EQ(changed.json["status"], "disabled");
  EXPECT_EQ(changed.json["disabled_reason"], "request");
  EXPECT_EQ(face.ask("POST", path + "/enable").json["status"], "active");
  EXPECT_EQ(face.ask("PATCH", path, R"({"status":"disabled"})").json["status"], "disabled");
  EXPECT_EQ(face.ask("PATCH", path, R"({"status":"active"})").json["status"], "active");

  EXPECT_EQ(face.ask("DELETE", path).told(), "204");
  EXPECT_EQ(face.ask("GET", path).told(), "404 webhook.not_found");
  EXPECT_EQ(face.ask("GET", "/api/v1/webhooks/x").told(), "404 webhook.not_found");
}

// Only those that nothing got through to were told of, and docs/webhooks.md says that all are.
TEST_F(WebhooksApi, TellOfOneThatThePlatformDisables) {
  const auto path =
      "/api/v1/webhooks/" + post(R"({"url":"https://example.com/hook"})").json["id"].asString();
  const auto told = [&] {
    std::vector<Json::Value> events;
    for (const auto& event : face.ask("GET", "/api/v1/events").json["data"]) {
      if (event["type"] == "webhook.disabled") events.push_back(event["data"]);
    }
    return events;
  };
  ASSERT_EQ(face.ask("PATCH", path, R"({"include_text":false})").told(), "200");
  EXPECT_TRUE(told().empty());
  const auto commits = face.world.store.commits;
  ASSERT_EQ(face.ask("PATCH", path, R"({"status":"disabled"})").told(), "200");
  EXPECT_EQ(face.world.store.commits, commits + 1) << "the event stands in the change's own commit";
  ASSERT_EQ(told().size(), 1U);
  EXPECT_EQ(told()[0]["reason"], "request");
  EXPECT_EQ("/api/v1/webhooks/" + told()[0]["webhook"].asString(), path);
  ASSERT_EQ(face.ask("PATCH", path, R"({"status":"disabled"})").told(), "200");
  EXPECT_EQ(told().size(), 1U) << "it was disabled already";
  ASSERT_EQ(face.ask("PATCH", path, R"({"status":"active"})").told(), "200");
  ASSERT_EQ(face.ask("PATCH", path, R"({"status":"disabled"})").told(), "200");
  EXPECT_EQ(told().size(), 2U);
}

TEST_F(WebhooksApi, CheckWhatIsAskedFor) {
  EXPECT_EQ(post("{}").told(), "422 field.required: /url field.required");
  EXPECT_EQ(post(R"({"url":"http://example.com/"})").told(),
            "422 url.not_https: /url url.not_https");
  EXPECT_EQ(post(R"({"url":"https://169.254.169.254/"})").told(),
            "422 url.not_public: /url url.not_public");
  EXPECT_EQ(post(R"({"url":"https://u:p@example.com/"})").told(),
            "422 url.malformed: /url url.malformed");
  EXPECT_EQ(post(R"({"url":"https://example.com/","types":["message.lost","*"]})").told(),
            "422 event.unknown_type: /types/0 event.unknown_type");
  EXPECT_EQ(
      post(R"({"url":"https://example.com/","types":[],"signature":"v2","secret":"mine"})").told(),
      "422 request.invalid: /types field.too_short, /signature field.value, /secret field.unknown");
  EXPECT_EQ(face.ask("PATCH", make(), R"({"status":"broken"})").told(),
            "422 field.value: /status field.value");
}

TEST_F(WebhooksApi, TellTextsOnlyToWhoMayReadThem) {
  const auto secret = face.key({Scope::webhooks_write});
  const std::string body = R"({"url":"https://example.com/","include_text":true})";
  EXPECT_EQ(face.ask_with(secret, "POST", "/api/v1/webhooks", body).told(),
            "403 auth.scope_missing");
  EXPECT_EQ(post(body).told(), "201");
  const auto path = make();
  EXPECT_EQ(face.ask_with(secret, "PATCH", path, R"({"include_text":true})").told(),
            "403 auth.scope_missing");
  EXPECT_EQ(face.ask_with(secret, "PATCH", path, R"({"include_text":false})").told(), "200");
}

TEST_F(WebhooksApi, ToldTextsAreNotLedElsewhereByWhoMayNotReadThem) {
  const auto secret = face.key({Scope::webhooks_write});
  const auto path =
      post(R"({"url":"https://example.com/","include_text":true})").header("Location");
  const std::string elsewhere = R"({"url":"https://example.org/"})";
  EXPECT_EQ(face.ask_with(secret, "PATCH", path, elsewhere).told(), "403 auth.scope_missing");
  EXPECT_EQ(face.ask("GET", path).json["url"], "https://example.com/");
  EXPECT_EQ(face.ask("PATCH", path, elsewhere).json["include_text"], true);
  // Without the texts it may be led anywhere.
  const auto without = R"({"url":"https://example.net/","include_text":false})";
  EXPECT_EQ(face.ask_with(secret, "PATCH", path, without).told(), "200");
  EXPECT_EQ(face.ask("GET", path).json["include_text"], false);
}

TEST_F(WebhooksApi, SecretsAreNotReplayed) {
  const std::vector<std::pair<std::string, std::string>> key = {{"Idempotency-Key", "k1"}};
  const auto first = post(R"({"url":"https://example.com/"})", key);
  const auto again = post(R"({"url":"https://example.com/"})", key);
  EXPECT_EQ(again.told(), "201");
  EXPECT_EQ(again.json["id"], first.json["id"]);
  EXPECT_TRUE(first.json["secret"].isString());
  EXPECT_TRUE(again.json["secret"].isNull());
  EXPECT_EQ(face.ask("GET", "/api/v1/webhooks").json["data"].size(), 1U);
  const auto rotate = first.header("Location") + "/rotate-secret";
  const auto rotated = face.ask("POST", rotate, "", key);
  ASSERT_EQ(rotated.told(), "200");
  EXPECT_TRUE(rotated.json["secret"].asString().starts_with("whsec_"));
  EXPECT_NE(rotated.json["secret"], first.json["secret"]);
  EXPECT_TRUE(face.ask("POST", rotate, "", key).json["secret"].isNull());
}

TEST_F(WebhooksApi, OfAKeyPairShowThePublicHalfAlone) {
  const auto made = post(R"({"url":"https://example.com/","signature":"v1a"})");
  ASSERT_EQ(made.told(), "201");
  EXPECT_TRUE(made.json["secret"].isNull());
  ASSERT_EQ(made.json["public_keys"].size(), 1U);
  EXPECT_TRUE(made.json["public_keys"][0].asString().starts_with("whpk_"));
  const auto rotated =
      face.ask("POST", made.header("Location") + "/rotate-secret", R"({"overlap_seconds":60})");
  ASSERT_EQ(rotated.json["public_keys"].size(), 2U);
  EXPECT_EQ(rotated.json["public_keys"][1], made.json["public_keys"][0]);
  EXPECT_EQ(
      face.ask("POST", made.header("Location") + "/rotate-secret", R"({"overlap_seconds":86401})")
          .told(),
      "422 field.out_of_range: /overlap_seconds field.out_of_range");
}

TEST_F(WebhooksApi, AreTriedWithATest) {
  const auto path = make();
  const auto tested = face.ask("POST", path + "/test");
  ASSERT_EQ(tested.told(), "200");
  EXPECT_EQ(tested.json["result"], "delivered");
  EXPECT_EQ(tested.json["status"], 204);
  EXPECT_EQ(tested.json["latency_ms"], 7);
  EXPECT_TRUE(tested.json["error"].isNull());
  ASSERT_EQ(face.endpoints.calls.size(), 1U);
  const auto& call = face.endpoints.calls[0];
  EXPECT_EQ(call.url, "https://example.com/hook");
  EXPECT_EQ(call.id, tested.json["event"].asString());
  EXPECT_TRUE(call.signature.starts_with("v1,"));
  EXPECT_EQ(testing_api::json_of(call.body)["type"], "webhook.test");

  face.endpoints.answer = {.result = AttemptResult::timeout, .error = "http.read_timeout"};
  const auto failed = face.ask("POST", path + "/test", "{}");
  EXPECT_EQ(failed.json["result"], "timeout");
  EXPECT_TRUE(failed.json["status"].isNull());
  EXPECT_EQ(failed.json["error"], "http.read_timeout");
  EXPECT_EQ(face.ask("POST", path + "/test", R"({"x":1})").told(),
            "422 field.unknown: /x field.unknown");
}

TEST_F(WebhooksApi, AreStampedByTheClockThatOthersCompare) {
  const auto path = make();
  EXPECT_EQ(face.ask("POST", path + "/test").told(), "200");
  decltype(face.world.clock) machine;
  machine.leap(std::chrono::hours(24));
  Router stamped;
  mount_api(stamped, *face.world.desk, face.world.clock, face.world.random,
            {.port = face.endpoints, .stamps = &machine});
  const auto tested = face.world.run(stamped.handle(face.request("POST", path + "/test")));
  EXPECT_EQ(tested.status, 200U);
  ASSERT_EQ(face.endpoints.calls.size(), 2U);
  EXPECT_EQ(face.endpoints.calls[0].timestamp, to_millis(face.world.clock.now()) / 1000);
  const auto& call = face.endpoints.calls[1];
  EXPECT_EQ(call.timestamp, to_millis(machine.now()) / 1000);
  EXPECT_EQ(testing_api::json_of(call.body)["created_at"],
            testing_api::json_of(face.endpoints.calls[0].body)["created_at"])
      << "what it tells is the relay's time";
}

TEST_F(WebhooksApi, ShowTheirAttemptsPageByPage) {
  const auto path = make();
  Webhooks& webhooks = face.world.desk->webhooks();
  const auto made = face.world.run(webhooks.all_of(face.world.service.id))->front();
  Webhooks::State state{.progress = {.generation = 1}, .attempts = {}};
  for (int i = 0; i < 5; ++i) {
    state.attempts.add({.type = "message.sent",
                        .attempt = 1,
                        .at = face.world.clock.now(),
                        .answer = {.result = AttemptResult::refused, .status = 500}},
                       50);
  }
  state.progress.open = {{.position = 1, .attempts = 5, .first_failed_at = face.world.clock.now()}};
  const auto version = face.world.run(webhooks.find(made.service, made.id))->version;
  ASSERT_TRUE(*face.world.run(webhooks.file(made, version, state)));
  const auto page = face.ask("GET", path + "/attempts?limit=3");
  ASSERT_EQ(page.json["data"].size(), 3U);
  EXPECT_EQ(page.json["data"][0]["number"], 5);
  EXPECT_EQ(page.json["data"][0]["status"], 500);
  EXPECT_EQ(page.json["data"][0]["result"], "refused");
  const auto rest =
      face.ask("GET", path + "/attempts?limit=3&cursor=" + page.json["next_cursor"].asString());
  ASSERT_EQ(rest.json["data"].size(), 2U);
  EXPECT_EQ(rest.json["data"][1]["number"], 1);
  EXPECT_TRUE(rest.json["next_cursor"].isNull());
  EXPECT_EQ(face.ask("GET", path + "/attempts?cursor=x").told(), "400 cursor.malformed");
  EXPECT_TRUE(face.ask("GET", path).json["failing_since"].isString());
}

TEST_F(WebhooksApi, ReplayFromAnEvent) {
  happen();
  happen();
  const auto path = make();
  const auto events = face.ask("GET", "/api/v1/events").json["data"];
  EXPECT_EQ(face.ask("POST", path + "/replay", R"({"from":")" + events[0]["id"].asString() + "\"}")
                .told(),
            "202");
  EXPECT_EQ(
      face.ask("POST", path + "/replay", R"({"from":"evt_00000000000000000000000000"})").told(),
      "404 event.not_found");
  EXPECT_EQ(face.ask("POST", path + "/replay", "{}").told(),
            "422 field.required: /from field.required");
  EXPECT_EQ(face.ask("POST", path + "/replay", R"({"from":"x"})").told(),
            "422 id.malformed: /from id.malformed");
}

TEST_F(WebhooksApi, AreLimitedInNumber) {
  for (int i = 0; i < 20; ++i) ASSERT_NE(make(), "(none)");
  EXPECT_EQ(post(R"({"url":"https://example.com/"})").told(), "409 webhook.too_many");
}

}  // namespace
}  // namespace bauta
