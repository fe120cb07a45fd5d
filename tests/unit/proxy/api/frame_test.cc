#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_api::Face;

class Frame : public testing::Test {
 protected:
  void SetUp() override { face.world.add({"+12025550177", "+442079460177"}); }
  std::string told_with(const std::string& authorization) {
    return face.ask("GET", "/api/v1/sessions", "", {{"Authorization", authorization}}).told();
  }
  Face face;
};

TEST_F(Frame, TakesAKey) {
  const auto answered = face.ask("GET", "/api/v1/sessions");
  EXPECT_EQ(answered.told(), "200");
  EXPECT_EQ(answered.header("Cache-Control"), "no-store");
}

TEST_F(Frame, RefusesAMissingOrWrongKeyAlwaysInTheSameWords) {
  const auto none = face.ask("GET", "/api/v1/sessions", "", {{"Authorization", ""}});
  EXPECT_EQ(none.told(), "401 auth.invalid_key");
  EXPECT_EQ(none.header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(none.header("Cache-Control"), "no-store");
  for (const auto& authorization :
       {std::string("Bearer"), std::string("Bearer "), std::string("Bearer x"),
        "Basic " + face.secret, face.secret, "Bearer " + face.secret + "x",
        "Bearer bauta_live_" + std::string(43, 'A')}) {
    const auto wrong = face.ask("GET", "/api/v1/sessions", "", {{"Authorization", authorization}});
    EXPECT_EQ(wrong.body, none.body) << authorization;
  }
  EXPECT_THAT(none.json["detail"].asString(),
              testing::AllOf(testing::HasSubstr("Authorization: Bearer"),
                             testing::HasSubstr("this relay"), testing::HasSubstr("revoked")));
  EXPECT_EQ(told_with("bearer " + face.secret), "200");
}

TEST_F(Frame, TheKeyIsAskedForBeforeAnythingElse) {
  EXPECT_EQ(face.ask("POST", "/api/v1/sessions", "{", {{"Authorization", ""}}).told(),
            "401 auth.invalid_key");
  EXPECT_EQ(
      face.ask("GET", "/api/v1/sessions", "", {{"Authorization", ""}, {"Bauta-Service", "no"}})
          .told(),
      "401 auth.invalid_key");
}

TEST_F(Frame, AKeyOfOneServiceNeedsNoHeaderAndReachesNoOther) {
  const auto other = *face.world.run(face.world.desk->services().create(
      face.world.service.account, "other", {}, face.world.clock.now(), face.world.random));
  const auto secret = face.key(all_scopes(), other.id);
  EXPECT_EQ(face.ask_with(secret, "GET", "/api/v1/sessions").told(), "404 service.not_found");
  auto request =
      face.request("GET", "/api/v1/sessions", "", {{"Authorization", "Bearer " + secret}});
  request.headers.erase("Bauta-Service");
  EXPECT_EQ(Face::read(face.world.run(face.router.handle(request))).told(), "200");
  face.service = "other";
  EXPECT_EQ(face.ask_with(secret, "GET", "/api/v1/sessions").told(), "200");
}

TEST_F(Frame, AServiceThatDoesNotExistIsNotFound) {
  face.service = "nowhere";
  EXPECT_EQ(face.open().told(), "404 service.not_found");
  // Left out, it is "default", which this account has not.
  auto request = face.request("GET", "/api/v1/sessions");
  request.headers.erase("Bauta-Service");
  EXPECT_EQ(Face::read(face.world.run(face.router.handle(request))).told(),
            "404 service.not_found");
}

TEST_F(Frame, WhatBelongsToAnotherServiceIsNotFound) {
  const auto session = face.open().json["id"].asString();
  ASSERT_TRUE(
      face.world
          .run(face.world.desk->services().create(face.world.service.account, "other", {},
                                                  face.world.clock.now(), face.world.random))
          .has_value());
  face.service = "other";
  const auto path = "/api/v1/sessions/" + session;
  EXPECT_EQ(face.ask("GET", path).told(), "404 session.not_found");
  EXPECT_EQ(face.ask("PATCH", path, R"({"status":"closed"})").told(), "404 session.not_found");
  EXPECT_EQ(face.ask("DELETE", path).told(), "404 session.not_found");
  EXPECT_EQ(face.ask("GET", path + "/participants").told(), "404 session.not_found");
  EXPECT_EQ(face.ask("GET", path + "/messages").told(), "404 session.not_found");
  EXPECT_EQ(face.ask("POST", path + "/messages", R"({"text":"x"})").told(),
            "404 session.not_found");
  const std::string number = "/api/v1/numbers/+12025550177";
  EXPECT_EQ(face.ask("GET", number).told(), "404 number.not_found");
  EXPECT_EQ(face.ask("PATCH", number, R"({"status":"draining"})").told(), "404 number.not_found");
  EXPECT_EQ(face.ask("DELETE", number).told(), "404 number.not_found");
  EXPECT_EQ(face.ask("GET", "/api/v1/sessions").json["data"].size(), 0U);
  EXPECT_EQ(face.ask("GET", "/api/v1/numbers").json["data"].size(), 0U);
  EXPECT_EQ(face.ask("GET", "/api/v1/events").json["data"].size(), 0U);
}

TEST_F(Frame, IdsThatAreNoneAreNotFound) {
  EXPECT_EQ(face.ask("GET", "/api/v1/sessions/x").told(), "404 session.not_found");
  EXPECT_EQ(face.ask("GET", "/api/v1/sessions/par_00000000000000000000000000").told(),
            "404 session.not_found");
  EXPECT_EQ(face.ask("GET", "/api/v1/numbers/x").told(), "404 number.not_found");
}

TEST_F(Frame, RefusesABodyThatIsTooLarge) {
  EXPECT_EQ(face.ask("POST", "/api/v1/sessions", std::string(256 * 1024 + 1, ' ')).told(),
            "413 http.body_too_large");
}

// C46: what jsoncpp 1.9.5 throws on, or lets through.
TEST_F(Frame, RefusesBodiesThatAreNoStrictJson) {
  const auto told = [&](std::string body) {
    return face.ask("POST", "/api/v1/sessions", std::move(body)).told();
  };
  EXPECT_EQ(told(std::string(2'000, '[')), "400 json.too_deep");
  EXPECT_EQ(told(R"({"participants":[],"participants":[]})"), "400 json.duplicate_name");
  EXPECT_EQ(told(Face::two_people() + "garbage"), "400 json.malformed");
  EXPECT_EQ(told("/* x */ " + Face::two_people()), "400 json.malformed");
  EXPECT_EQ(told(Face::two_people(",\"unique_name\":\"\xff\"")), "400 json.not_utf8");
  EXPECT_EQ(face.world.log("session."), "");
}

TEST_F(Frame, ListsCheckTheirParameters) {
  EXPECT_EQ(face.ask("GET", "/api/v1/sessions?limit=0").told(),
            "422 field.out_of_range: /limit field.out_of_range");
  EXPECT_EQ(face.ask("GET", "/api/v1/events?limit=101").status, 422U);
  EXPECT_EQ(face.ask("GET", "/api/v1/events?limit=+5").status, 422U);
  EXPECT_EQ(face.ask("GET", "/api/v1/events?limit=5&limit=6").told(),
            "422 field.repeated: /limit field.repeated");
  EXPECT_EQ(face.ask("GET", "/api/v1/events?cursor=x").told(), "400 cursor.malformed");
  EXPECT_EQ(face.ask("GET", "/api/v1/dead-letters?cursor=x").told(), "400 cursor.malformed");
  EXPECT_EQ(face.ask("GET", "/api/v1/keys?cursor=x").told(), "400 cursor.malformed");
  EXPECT_EQ(face.ask("GET", "/api/v1/events?lmit=5&x=1").told(),
            "422 field.unknown: /lmit field.unknown, /x field.unknown");
}

TEST_F(Frame, EventsAreListedNewestFirst) {
  face.open();
  const auto page = face.ask("GET", "/api/v1/events?limit=1");
  ASSERT_EQ(page.told(), "200");
  const auto& event = page.json["data"][0];
  EXPECT_EQ(event["type"], "session.created");
  EXPECT_EQ(event["id"].asString().substr(0, 4), "evt_");
  EXPECT_EQ(event["session"].asString().substr(0, 4), "ses_");
  const auto next =
      face.ask("GET", "/api/v1/events?limit=1&cursor=" + page.json["next_cursor"].asString());
  EXPECT_LT(next.json["data"][0]["sequence"].asUInt64(), event["sequence"].asUInt64());
}

TEST_F(Frame, DeadLettersAreListed) {
  const auto page = face.ask("GET", "/api/v1/dead-letters");
  EXPECT_EQ(page.body, R"({"data":[],"next_cursor":null})");
}

TEST(NeverReveal, NoRefusalRepeatsAnAddress) {
  Face face;
  const std::vector<std::string> bodies = {
      R"({"participants":[{"address":"+12025550142 x"},{"address":"+1202555014"}]})",
      R"({"participants":[{"address":"+12025550142"},{"address":"+12025550142"}]})",
      R"({"participants":[{"address":"+12025550142"},{"address":"+442079460142"}]})",
      R"({"participants":[{"+12025550142":1},{"address":5}],"+12025550142":1})",
      R"({"participants":[],"metadata":{"+12025550142":1},"unique_name":"+12025550142"})",
      R"({"participants":[{"address":"+12025550142","virtual_number":"+442079460142"},{"address":"+442079460143"}]})",
      R"({"participants":"+12025550142"})",
      R"({"+12025550142":+12025550142})"};
  for (const auto& body : bodies) {
    const auto refused = face.ask("POST", "/api/v1/sessions", body);
    EXPECT_GE(refused.status, 400U) << body;
    EXPECT_THAT(refused.body, Not(HasSubstr("2025550142"))) << body;
    EXPECT_THAT(refused.body, Not(HasSubstr("202555014"))) << body;
  }
  const auto query = face.ask("GET", "/api/v1/sessions?%2B12025550142=1");
  EXPECT_THAT(query.body, Not(HasSubstr("2025550142")));
}

}  // namespace
}  // namespace bauta
