#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using testing_api::Face;

class ServicesApi : public testing::Test {
 protected:
  testing_api::Answered patch(const std::string& body, const std::string& name = "harbour") {
    return face.ask("PATCH", "/api/v1/services/" + name, body);
  }
  Face face;
};

TEST_F(ServicesApi, ShowTheirSettings) {
  const auto shown = face.ask("GET", "/api/v1/services/harbour");
  ASSERT_EQ(shown.told(), "200");
  EXPECT_EQ(shown.json["name"], "harbour");
  EXPECT_EQ(shown.json["cooling_seconds"], 86400);
  EXPECT_EQ(shown.json["deadline_seconds"], 14400);
  EXPECT_EQ(shown.json["unknown"], "resend");
  EXPECT_EQ(shown.json["locality_fallback"], "country");
  EXPECT_EQ(shown.json["answer_ended"], true);
  EXPECT_EQ(shown.json["retention_seconds"], 604800);
  EXPECT_EQ(shown.json["display_name"], "");
}

TEST_F(ServicesApi, ChangeOnlyWhatIsNamed) {
  const auto changed = patch(
      R"({"display_name":"Harbour","cooling_seconds":0,"unknown":"dead_letter","locality_fallback":"any",)"
      R"("answer_ended":false,"retention_seconds":0})");
  ASSERT_EQ(changed.told(), "200");
  EXPECT_EQ(changed.json["cooling_seconds"], 0);
  EXPECT_EQ(changed.json["deadline_seconds"], 14400);
  EXPECT_EQ(changed.json["unknown"], "dead_letter");
  EXPECT_EQ(face.ask("GET", "/api/v1/services/harbour").json, changed.json);
}

TEST_F(ServicesApi, TakeAPlatformsOwnWords) {
  const auto changed = patch(
      R"({"texts":{"de":{"help":"Hilfe"},"fr":{"help":"Aide"}},"language":"de","sticky":"prefer",)"
      R"("consent_scope":"line","mask_addresses":false,"answer_strangers":true,"default_region":"IT"})");
  ASSERT_EQ(changed.told(), "200");
  EXPECT_EQ(changed.json["texts"],
            testing_api::json_of(R"({"de":{"help":"Hilfe"},"fr":{"help":"Aide"}})"));
  EXPECT_EQ(changed.json["sticky"], "prefer");
  EXPECT_EQ(changed.json["consent_scope"], "line");
  EXPECT_EQ(changed.json["default_region"], "IT");
  EXPECT_EQ(face.ask("GET", "/api/v1/services/harbour").json, changed.json);
  EXPECT_EQ(patch(R"({"texts":{},"default_region":null})").json["texts"].size(), 0U);
  EXPECT_EQ(patch(R"({"texts":{"DE":{"hilfe":"x","help":""}},"sticky":"yes","language":"D",)"
                  R"("default_region":"it"})")
                .told(),
            "422 request.invalid: /sticky field.value, /language field.too_short, "
            "/default_region field.malformed, /texts/DE field.malformed, /texts/DE/help "
            "field.too_short, /texts/DE/hilfe field.unknown");
}

// C57: a national number's zero was dropped, and San Marino has two spellings.
TEST_F(ServicesApi, ADefaultRegionReadsNationalNumbers) {
  face.world.add({"+12025550177"});
  ASSERT_EQ(patch(R"({"default_region":"IT","locality_fallback":"any"})").told(), "200");
  face.ask("PATCH", "/api/v1/numbers/+12025550177", R"({"reach":[]})");
  const auto opened =
      face.ask("POST", "/api/v1/sessions",
               R"({"participants":[{"address":"0612345678"},{"address":"+378 886377"}]})");
  ASSERT_EQ(opened.told(), "201");
  EXPECT_EQ(opened.json["participants"][0]["address"], "+390612345678");
  EXPECT_EQ(opened.json["participants"][1]["address"], "+3780549886377");
}

TEST_F(ServicesApi, KeepTheirRanges) {
  EXPECT_EQ(patch(R"({"cooling_seconds":7776001,"deadline_seconds":59,"retention_seconds":-1,)"
                  R"("unknown":"drop","locality_fallback":"world","answer_ended":"no","name":"x"})")
                .told(),
            "422 request.invalid: /cooling_seconds field.out_of_range, "
            "/deadline_seconds field.out_of_range, /retention_seconds field.out_of_range, "
            "/unknown field.value, /locality_fallback field.value, /answer_ended field.type, "
            "/name field.unknown");
  EXPECT_EQ(patch(R"({"cooling_seconds":7776000,"deadline_seconds":172800,)"
                  R"("retention_seconds":315360000})")
                .told(),
            "200");
  EXPECT_EQ(patch("{}", "nowhere").told(), "404 service.not_found");
}

TEST_F(ServicesApi, ARangeIsSaidWithItsUnitAndItsPlace) {
  EXPECT_EQ(patch(R"({"cooling_seconds":7776001})").json["detail"].asString(),
            "/cooling_seconds: must be from 0 to 7776000 seconds (90 days)");
  const auto several = patch(R"({"cooling_seconds":-1,"deadline_seconds":1})").json["errors"];
  EXPECT_EQ(several[0]["detail"].asString(), "must be from 0 to 7776000 seconds (90 days)");
  EXPECT_EQ(several[1]["detail"].asString(), "must be from 60 to 172800 seconds (2 days)");
}

TEST_F(ServicesApi, AreMadeOnce) {
  const auto made =
      face.ask("POST", "/api/v1/services", R"({"name":"rides","cooling_seconds":60})");
  ASSERT_EQ(made.told(), "201");
  EXPECT_EQ(made.header("Location"), "/api/v1/services/rides");
  EXPECT_EQ(made.json["cooling_seconds"], 60);
  EXPECT_EQ(face.ask("POST", "/api/v1/services", R"({"name":"rides"})").told(),
            "409 service.name_taken");
  EXPECT_EQ(face.ask("POST", "/api/v1/services", R"({"name":"No Good"})").told(),
            "422 service.name_invalid");
  EXPECT_EQ(face.ask("POST", "/api/v1/services", "{}").told(),
            "422 field.required: /name field.required");
}

TEST_F(ServicesApi, ListPageByPage) {
  face.world.clock.advance(std::chrono::milliseconds(1));
  face.ask("POST", "/api/v1/services", R"({"name":"rides"})");
  const auto first = face.ask("GET", "/api/v1/services?limit=1");
  EXPECT_EQ(first.json["data"][0]["name"], "rides");
  const auto second =
      face.ask("GET", "/api/v1/services?limit=1&cursor=" + first.json["next_cursor"].asString());
  EXPECT_EQ(second.json["data"][0]["name"], "harbour");
  EXPECT_TRUE(second.json["next_cursor"].isNull());
}

TEST_F(ServicesApi, AKeyOfOneServiceSeesAndMakesNoOther) {
  face.ask("POST", "/api/v1/services", R"({"name":"rides"})");
  const auto secret = face.key(all_scopes(), face.world.service.id);
  EXPECT_EQ(face.ask_with(secret, "GET", "/api/v1/services").json["data"].size(), 1U);
  EXPECT_EQ(face.ask_with(secret, "GET", "/api/v1/services/rides").told(), "404 service.not_found");
  EXPECT_EQ(face.ask_with(secret, "PATCH", "/api/v1/services/rides", "{}").told(),
            "404 service.not_found");
  EXPECT_EQ(face.ask_with(secret, "POST", "/api/v1/services", R"({"name":"more"})").told(),
            "403 auth.scope_missing");
}

/// A service besides "harbour", which is asked about from then on.
class RemovedServices : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(
        face.ask("POST", "/api/v1/services", R"({"name":"rides","cooling_seconds":0})").told(),
        "201");
    face.service = "rides";
    rides = (*face.world.run(face.world.desk->services().find(face.world.service.account, "rides")))
                ->value.id;
  }
  testing_api::Answered add_number(const std::string& number) {
    return face.ask("POST", "/api/v1/numbers",
                    R"({"number":")" + number + R"(","connection":"twilio"})");
  }
  void drop_number(const std::string& number) {
    ASSERT_EQ(face.ask("PATCH", "/api/v1/numbers/" + number, R"({"status":"draining"})").told(),
              "200");
    ASSERT_EQ(face.ask("DELETE", "/api/v1/numbers/" + number).told(), "204");
  }
  testing_api::Answered remove(const std::string& name = "rides") {
    return face.ask("DELETE", "/api/v1/services/" + name, "", {{"Bauta-Service", "harbour"}});
  }
  void close_door() {
    auto& services = face.world.desk->services();
    const auto was = *face.world.run(services.find(rides));
    ASSERT_TRUE((*face.world.run(services.set_removing(*was, true))).has_value());
  }
  Face face;
  ServiceId rides{};
};

TEST_F(RemovedServices, HaveNothingThatLivesAndLeaveNothingOfAPerson) {
  const auto own = face.key(all_scopes(), rides);
  ASSERT_EQ(add_number("+12025550178").told(), "201");
  ASSERT_EQ(add_number("+442079460178").told(), "201");
  ASSERT_EQ(face.ask("POST", "/api/v1/webhooks", R"({"url":"https://example.com/hook"})").told(),
            "201");
  const auto session = "/api/v1/sessions/" + face.open().json["id"].asString();
  ASSERT_EQ(face.ask("POST", session + "/messages", R"({"text":"Hi"})").told(), "202");
  const auto refused = remove();
  EXPECT_EQ(refused.told(), "409 service.in_use");
  EXPECT_EQ(refused.json["detail"].asString(),
            "it still has numbers, open sessions, webhooks, texts that wait to be sent");
  ASSERT_EQ(add_number("+12025550179").told(), "201") << "refused, it is a service like any other";
  EXPECT_EQ(face.ask_with(own, "DELETE", "/api/v1/services/rides").told(),
            "403 auth.scope_missing");

  ASSERT_EQ(face.ask("DELETE", session).told(), "204");
  face.world.clock.advance(std::chrono::seconds(1));
  const auto ended = face.open().json["id"].asString();
  ASSERT_EQ(face.ask("PATCH", "/api/v1/sessions/" + ended, R"({"status":"closed"})").told(), "200");
  face.world.clock.advance(std::chrono::seconds(1));
  for (const auto* number : {"+12025550178", "+12025550179", "+442079460178"}) drop_number(number);
  EXPECT_EQ(remove().json["detail"].asString(), "it still has webhooks");
  ASSERT_EQ(
      face.ask("POST", "/api/v1/consents", R"({"address":"+12025550142","state":"opted_out"})")
          .told(),
      "201");
  const auto webhook = face.ask("GET", "/api/v1/webhooks").json["data"][0]["id"].asString();
  ASSERT_EQ(face.ask("DELETE", "/api/v1/webhooks/" + webhook).told(), "204");

  EXPECT_EQ(remove().told(), "204");
  EXPECT_EQ(remove().told(), "404 service.not_found");
  EXPECT_EQ(face.ask("GET", "/api/v1/sessions").told(), "404 service.not_found");
  EXPECT_EQ(face.ask_with(own, "GET", "/api/v1/sessions").told(), "401 auth.invalid_key");
  for (const char* const family : {"ses", "idx", "msg", "dlv", "con", "who", "idem", "hook"}) {
    for (const auto& left : face.world.memory.everything()) {
      EXPECT_FALSE(left.key.octets().starts_with(Key(family).id(rides).octets())) << family;
    }
  }
  face.service = "harbour";
  EXPECT_EQ(face.ask("GET", "/api/v1/services").json["data"].size(), 1U);
  EXPECT_EQ(face.ask("POST", "/api/v1/services", R"({"name":"rides"})").told(), "201");
}

TEST_F(RemovedServices, AreNeverTheLastOfTheirAccount) {
  EXPECT_EQ(remove("rides").told(), "204");
  const auto last = remove("harbour");
  EXPECT_EQ(last.told(), "409 service.in_use");
  face.service = "harbour";
  EXPECT_EQ(add_number("+12025550178").told(), "201");
}

// A crash after the door was closed: nothing new comes in, and the same DELETE goes on.
TEST_F(RemovedServices, GetNothingNewOnceTheirRemovalBegan) {
  ASSERT_EQ(add_number("+12025550178").told(), "201");
  ASSERT_EQ(add_number("+442079460178").told(), "201");
  close_door();
  EXPECT_EQ(add_number("+12025550179").told(), "409 service.removing");
  EXPECT_EQ(face.open().told(), "409 service.removing");
  EXPECT_EQ(face.ask("POST", "/api/v1/webhooks", R"({"url":"https://example.com/hook"})").told(),
            "409 service.removing");
  EXPECT_EQ(
      face.ask("POST", "/api/v1/keys", R"({"scopes":["events:read"],"service":"rides"})").told(),
      "409 service.removing");
  EXPECT_EQ(
      face.ask("POST", "/api/v1/consents", R"({"address":"+12025550142","state":"opted_out"})")
          .told(),
      "409 service.removing");
  EXPECT_EQ(face.ask("POST", "/api/v1/numbers/import", R"({"total":5})").told(),
            "409 service.removing");
  EXPECT_EQ(face.ask("POST", "/api/v1/people/erase", R"({"address":"+12025550142"})").told(),
            "409 service.removing");
  EXPECT_EQ(remove().told(), "409 service.in_use") << "and its door is open again";
  EXPECT_EQ(add_number("+12025550179").told(), "201");
  for (const auto* number : {"+12025550178", "+12025550179", "+442079460178"}) drop_number(number);
  close_door();
  EXPECT_EQ(remove().told(), "204");
}

TEST_F(RemovedServices, TheLastTwoAreNotRemovedAtTheSameTime) {
  std::vector<Task<HttpResponse>> both;
  for (const std::string name : {"rides", "harbour"}) {
    both.push_back(face.router.handle(
        face.request("DELETE", "/api/v1/services/" + name, "", {{"Bauta-Service", name}})));
  }
  std::size_t removed = 0;
  for (auto& response : face.world.run_all(std::move(both))) {
    const auto answered = Face::read(std::move(response));
    if (answered.status == 204) ++removed;
  }
  EXPECT_LE(removed, 1U);
  const auto left = *face.world.run(face.world.desk->services().all_of(face.world.service.account));
  ASSERT_EQ(left.size(), 2U - removed);
  face.service = left.front().value.name;
  if (removed == 1) {
    EXPECT_EQ(face.ask("DELETE", "/api/v1/services/" + face.service).told(), "409 service.in_use");
    EXPECT_EQ(add_number("+12025550178").told(), "201");
  }
}

}  // namespace
}  // namespace bauta
