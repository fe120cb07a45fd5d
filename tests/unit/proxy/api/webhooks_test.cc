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

TEST_F(WebhooksApi, AreLimitedInNumber) {
  for (int i = 0; i < 20; ++i) ASSERT_NE(make(), "(none)");
  EXPECT_EQ(post(R"({"url":"https://example.com/"})").told(), "409 webhook.too_many");
}

}  // namespace
}  // namespace bauta
