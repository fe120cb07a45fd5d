#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using testing_api::Answered;
using testing_api::Face;

class AuditApi : public testing::Test {
 protected:
  /// What is told with the key of the face, the oldest first: "key.created webhook.removed".
  std::string log(const std::string& query = "") {
    const auto page = face.ask("GET", "/api/v1/audit" + query);
    EXPECT_EQ(page.told(), "200");
    std::string told;
    for (const auto& entry : page.json["data"])
      told = entry["action"].asString() + (told.empty() ? "" : " ") + told;
    return told;
  }
  Json::Value newest() { return face.ask("GET", "/api/v1/audit?limit=1").json["data"][0]; }
  Answered ask(std::string method, const std::string& target, std::string body = {}) {
    face.world.clock.advance(std::chrono::milliseconds(1));
    return face.ask(std::move(method), target, std::move(body));
  }
  Face face;
};

TEST_F(AuditApi, SaysWhoMadeAndRevokedAKey) {
  const auto made = ask("POST", "/api/v1/keys",
                        R"({"label":"+12025550142","scopes":["events:read","sessions:read"],)"
                        R"("expires_at":"2026-03-01T01:00:00Z"})");
  ASSERT_EQ(made.told(), "201");
  const auto entry = newest();
  EXPECT_EQ(entry["action"], "key.created");
  EXPECT_EQ(entry["by"], "key");
  EXPECT_TRUE(entry["key"].asString().starts_with("key_"));
  EXPECT_NE(entry["key"], made.json["id"]) << "who made it, not what was made";
  EXPECT_EQ(entry["account"], face.world.service.account.str());
  EXPECT_EQ(entry["request_id"], "req_1");
  EXPECT_EQ(entry["object"], made.json["id"]);
  EXPECT_TRUE(entry["service"].isNull());
  EXPECT_EQ(entry["details"]["scopes"], "events:read sessions:read");
  EXPECT_EQ(entry["details"]["expires_at"], "2026-03-01T01:00:00.000Z");
  EXPECT_EQ(entry["details"].size(), 2U) << "a label may hold anything";
  ask("DELETE", made.header("Location"));
  EXPECT_EQ(newest()["action"], "key.revoked");
  EXPECT_EQ(newest()["object"], made.json["id"]);
  EXPECT_EQ(log(), "key.created key.revoked");
}

TEST_F(AuditApi, NamesTheServiceThatAKeyIsFor) {
  ASSERT_EQ(ask("POST", "/api/v1/services", R"({"name":"staging"})").told(), "201");
  const auto made =
      ask("POST", "/api/v1/keys", R"({"scopes":["events:read"],"service":"staging"})");
  ASSERT_EQ(made.told(), "201");
  EXPECT_EQ(newest()["service"], "staging");
  ask("DELETE", made.header("Location"));
  EXPECT_EQ(newest()["action"], "key.revoked");
  EXPECT_EQ(newest()["service"], "staging");
}

TEST_F(AuditApi, TellsOfWhatWasDoneAndOfNothingElse) {
  ask("POST", "/api/v1/numbers", R"({"number":"+12025550177","connection":"twilio"})");
  ask("POST", "/api/v1/numbers", R"({"number":"+12025550177","connection":"twilio"})");
  ask("PATCH", "/api/v1/numbers/+12025550177", R"({"tags":["x"]})");
  ask("PATCH", "/api/v1/numbers/+12025550177", R"({"status":"draining"})");
  ask("DELETE", "/api/v1/numbers/+12025550177");
  ask("DELETE", "/api/v1/numbers/+12025550177");
  EXPECT_EQ(log(), "number.added number.changed number.draining number.removed");
  EXPECT_EQ(newest()["object"], "+12025550177");
  EXPECT_EQ(newest()["service"], "harbour");
  ask("GET", "/api/v1/numbers");
  EXPECT_EQ(log("?action=number.added"), "number.added");
}

TEST_F(AuditApi, TellsOfServicesAndWebhooks) {
  ask("POST", "/api/v1/services", R"({"name":"rides"})");
  ask("PATCH", "/api/v1/services/rides", R"({"display_name":"+12025550142","sticky":"prefer"})");
  EXPECT_EQ(newest()["details"]["fields"], "display_name sticky") << "and no value";
  ask("DELETE", "/api/v1/services/rides");
  EXPECT_EQ(log(), "service.created service.changed service.removed");
  const auto hook = ask("POST", "/api/v1/webhooks", R"({"url":"https://example.com/12025550142"})")
                        .header("Location");
  ask("PATCH", hook, R"({"types":["*"]})");
  ask("POST", hook + "/rotate-secret");
  ask("DELETE", hook);
  EXPECT_EQ(log("?limit=4"),
            "webhook.created webhook.changed webhook.secret_rotated webhook.removed");
}

TEST_F(AuditApi, TellsThatAPersonWasExportedOrErasedAndNotWho) {
  face.world.add({"+12025550177", "+12025550178", "+442079460177", "+442079460178"});
  const auto session = face.open().json["id"].asString();
  ask("POST", "/api/v1/people/export", R"({"address":"+12025550142"})");
  EXPECT_EQ(newest()["action"], "person.exported");
  EXPECT_TRUE(newest()["object"].isNull());
  EXPECT_EQ(newest()["details"].size(), 0U);
  ask("DELETE", "/api/v1/sessions/" + session);
  EXPECT_EQ(newest()["object"], session);
  ask("POST", "/api/v1/people/erase", R"({"address":"+12025550142"})");
  EXPECT_TRUE(newest()["object"].asString().starts_with("job_"));
  EXPECT_EQ(log(), "person.exported session.erased person.erased");
}

// An export that nobody would learn of is none.
TEST_F(AuditApi, ExportsNobodyWhenItCannotBeWrittenDown) {
  face.world.store.unknown_commits = 1;
  face.world.store.unknown_are_written = false;
  EXPECT_EQ(ask("POST", "/api/v1/people/export", R"({"address":"+12025550142"})").status, 503U);
  EXPECT_EQ(log(), "");
}

TEST_F(AuditApi, IsOfTheAccountAndTheOperatorsIsOfAny) {
  const auto made = ask("POST", "/api/v1/accounts", R"({"name":"rival"})");
  const auto id = made.json["id"].asString();
  EXPECT_EQ(log(), "account.created");
  EXPECT_EQ(log("?account=" + id), "account.created") << "it stands in both";
  const auto own = made.json["key"]["secret"].asString();
  face.service = "default";
  EXPECT_EQ(face.ask_with(own, "GET", "/api/v1/audit").json["data"].size(), 1U);
  EXPECT_EQ(face.ask_with(own, "GET", "/api/v1/audit?account=" + id).told(), "200");
  const auto other = face.world.service.account.str();
  EXPECT_EQ(face.ask_with(own, "GET", "/api/v1/audit?account=" + other).told(),
            "403 auth.scope_missing");
  face.service = "harbour";
  EXPECT_EQ(face.ask_with(face.key({Scope::operator_}), "GET", "/api/v1/audit").told(),
            "403 auth.scope_missing");
  EXPECT_EQ(
      face.ask_with(face.key(all_scopes(), face.world.service.id), "GET", "/api/v1/audit").told(),
      "403 auth.scope_missing");
}

TEST_F(AuditApi, RefusesWhatItDoesNotKnow) {
  const auto told = [&](const std::string& query) {
    return face.ask("GET", "/api/v1/audit?" + query).told();
  };
  EXPECT_EQ(told("action=key.eaten"), "422 field.value: /action field.value");
  EXPECT_EQ(told("account=x"), "422 id.malformed: /account id.malformed");
  EXPECT_EQ(told("cursor=x"), "400 cursor.malformed");
}

TEST_F(AuditApi, IsKeptForItsTime) {
  ask("POST", "/api/v1/keys", R"({"scopes":["account"]})");
  face.world.clock.advance(std::chrono::days(399));
  EXPECT_EQ(log(), "key.created");
  face.world.clock.advance(std::chrono::days(1));
  EXPECT_EQ(log(), "");
}

}  // namespace
}  // namespace bauta
