#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_api::Face;

class SessionsApi : public testing::Test {
 protected:
  void SetUp() override {
    face.world.add({"+12025550177", "+12025550178", "+12025550179", "+442079460177",
                    "+442079460178", "+442079460179"});
  }
  std::string open(const std::string& more = "") { return face.open(more).json["id"].asString(); }
  std::string post(const std::string& body) {
    return face.ask("POST", "/api/v1/sessions", body).told();
  }
  testing_api::Answered patch(const std::string& id, const std::string& body,
                              std::vector<std::pair<std::string, std::string>> headers = {}) {
    return face.ask("PATCH", "/api/v1/sessions/" + id, body, std::move(headers));
  }
  Face face;
};

TEST_F(SessionsApi, OpenAsTheContractSays) {
  const auto opened = face.ask("POST", "/api/v1/sessions", R"({"participants": [
      {"address": "+1 (202) 555-0142", "label": "Host", "language": "en"},
      {"address": "+442079460142", "label": "Guest", "virtual_number": "+442079460178",
       "locality": {"country": "GB", "area_code": "20"}}],
      "unique_name": "stay-8812", "ttl_seconds": 7200, "idle_ttl_seconds": 3600,
      "metadata": {"stay": "8812"}})");
  ASSERT_EQ(opened.told(), "201");
  const auto& session = opened.json;
  EXPECT_EQ(opened.header("Location"), "/api/v1/sessions/" + session["id"].asString());
  EXPECT_EQ(session["status"], "open");
  EXPECT_EQ(session["unique_name"], "stay-8812");
  EXPECT_EQ(session["created_at"], "2026-03-01T00:00:00.000Z");
  EXPECT_EQ(session["expires_at"], "2026-03-01T02:00:00.000Z");
  EXPECT_EQ(session["idle_ttl_seconds"], 3600);
  EXPECT_EQ(session["metadata"]["stay"], "8812");
  for (const auto* name : {"last_activity_at", "closed_at", "closed_reason"}) {
    EXPECT_TRUE(session.isMember(name));
    EXPECT_TRUE(session[name].isNull());
  }
  const auto& host = session["participants"][0];
  EXPECT_EQ(host["id"].asString().substr(0, 4), "par_");
  EXPECT_EQ(host["address"], "+12025550142");
  EXPECT_EQ(host["virtual_number"].asString().substr(0, 5), "+1202");
  EXPECT_EQ(host["locality_match"], "area_code");
  EXPECT_EQ(host["label"], "Host");
  EXPECT_EQ(host["language"], "en");
  EXPECT_EQ(host["state"], "active");
  EXPECT_EQ(session["participants"][1]["virtual_number"], "+442079460178");

  const auto shown = face.ask("GET", opened.header("Location"));
  EXPECT_EQ(shown.body, opened.body);
  EXPECT_EQ(shown.header("ETag"), opened.header("ETag"));
  EXPECT_EQ(face.ask("GET", opened.header("Location") + "/participants").json["data"],
            session["participants"]);
}

TEST_F(SessionsApi, NameEveryFaultAtOnce) {
  EXPECT_EQ(post(R"({"participants":[{"address":"12"},{"adress":"x"},{"address":1,"label":2}],
                     "ttl_seconds":"7200","idle_ttl_seconds":0,"metadata":{"a":1},"ttl":1})"),
            "422 request.invalid: /participants/0/address address.invalid, "
            "/participants/1/address field.required, /participants/1/adress field.unknown, "
            "/participants/2/address field.type, /participants/2/label field.type, "
            "/ttl_seconds field.type, /idle_ttl_seconds field.out_of_range, "
            "/metadata/a field.type, /ttl field.unknown");
}

TEST_F(SessionsApi, CheckWhoTakesPart) {
  EXPECT_EQ(post("{}"), "422 field.required: /participants field.required");
  EXPECT_EQ(post(R"({"participants":{}})"), "422 field.type: /participants field.type");
  EXPECT_EQ(post(R"({"participants":[1,2]})"),
            "422 field.type: /participants/0 field.type, /participants/1 field.type");
  EXPECT_EQ(post(R"({"participants":[{"address":"+12025550142"}]})"),
            "422 participants.count: /participants participants.count");
  EXPECT_THAT(
      post(R"({"participants":[{"address":"+12025550142"},{"address":"+1 202 555 0142"}]})"),
      HasSubstr("422 participants.same_address"));
  EXPECT_THAT(post(R"({"participants":[{"address":"+12025550142"},{"address":"+12025550177"}]})"),
              HasSubstr("422 address.is_virtual_number"));
  EXPECT_EQ(post(R"({"participants":[{"address":"+12025550142"},{"address":"+1911"}]})"),
            "422 address.emergency: /participants/1/address address.emergency");
  EXPECT_EQ(post(R"({"participants":[{"address":"+12025550142"},{"address":"+19005550142"}]})"),
            "422 address.premium: /participants/1/address address.premium");
}

TEST_F(SessionsApi, CheckWhichNumberIsWanted) {
  const auto with = [&](const std::string& number) {
    return post(
        R"({"participants":[{"address":"+12025550142"},{"address":"+442079460142","virtual_number":")" +
        number + R"("}]})");
  };
  EXPECT_EQ(with("20"), "422 number.invalid: /participants/1/virtual_number number.invalid");
  EXPECT_THAT(with("+442079460150"), HasSubstr("422 number.not_in_pool"));
  ASSERT_EQ(with("+442079460178"), "201");
  EXPECT_THAT(with("+442079460178"), HasSubstr("409 number.in_use_by_address"));
}

TEST_F(SessionsApi, SayHowManyNumbersAreMissingWhere) {
  for (int i = 0; i < 3; ++i) ASSERT_EQ(face.open().told(), "201");
  const auto refused = face.open();
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(refused.json["code"], "pool.exhausted");
  EXPECT_EQ(refused.json["needed"], 1);
  EXPECT_TRUE(refused.json.isMember("country"));
  EXPECT_EQ(refused.json["type"], "https://relay.example.com/errors/pool.exhausted");
  EXPECT_EQ(refused.json["request_id"], "req_1");
}

TEST_F(SessionsApi, CheckTheirLimits) {
  const std::string people =
      R"("participants":[{"address":"+12025550142"},{"address":"+442079460142"}])";
  EXPECT_EQ(post("{" + people + R"(,"ttl_seconds":31622401})"),
            "422 field.out_of_range: /ttl_seconds field.out_of_range");
  EXPECT_EQ(post("{" + people + R"(,"ttl_seconds":1e300})"),
            "422 field.out_of_range: /ttl_seconds field.out_of_range");
  EXPECT_EQ(post("{" + people + R"(,"ttl_seconds":1.5})"),
            "422 field.type: /ttl_seconds field.type");
  EXPECT_EQ(post("{" + people + R"(,"unique_name":""})"),
            "422 field.too_short: /unique_name field.too_short");
  EXPECT_EQ(post("{" + people + R"(,"unique_name":")" + std::string(192, 'n') + R"("})"),
            "422 field.too_long: /unique_name field.too_long");
  EXPECT_EQ(post("{" + people + R"(,"unique_name":"a\u0000b"})"),
            "422 field.malformed: /unique_name field.malformed");
  std::string entries;
  for (int i = 0; i < 51; ++i) entries += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"x\"";
  EXPECT_EQ(post("{" + people + R"(,"metadata":{)" + entries + "}}"),
            "422 field.too_many: /metadata field.too_many");
  EXPECT_EQ(post("{" + people + R"(,"metadata":{"a":")" + std::string(501, 'x') + R"("}})"),
            "422 field.too_long: /metadata/a field.too_long");
}

TEST_F(SessionsApi, RefuseANameThatIsTaken) {
  ASSERT_EQ(face.open(R"(,"unique_name":"stay")").told(), "201");
  EXPECT_EQ(face.open(R"(,"unique_name":"stay")").told(), "409 session.name_taken");
}

TEST_F(SessionsApi, MaskAddressesFromWhoMayNotReadThem) {
  const auto secret = face.key({Scope::sessions_read, Scope::sessions_write});
  const auto opened = face.ask_with(secret, "POST", "/api/v1/sessions", Face::two_people());
  ASSERT_EQ(opened.told(), "201");
  EXPECT_EQ(opened.json["participants"][0]["address"], "+1202…42");
  const auto path = opened.header("Location");
  for (const auto& target : {path, path + "/participants", std::string("/api/v1/sessions")}) {
    const auto shown = face.ask_with(secret, "GET", target);
    EXPECT_EQ(shown.status, 200U);
    EXPECT_THAT(shown.body, HasSubstr("+1202…42"));
    EXPECT_THAT(shown.body, Not(HasSubstr("2025550142")));
  }
  const auto changed = face.ask_with(secret, "PATCH", path, R"({"metadata":{}})");
  EXPECT_THAT(changed.body, Not(HasSubstr("2025550142")));
}

TEST_F(SessionsApi, ListNewestFirstAndByWhatIsAskedFor) {
  const auto first = open(R"(,"unique_name":"one")");
  face.world.clock.advance(1h);
  const auto second = open();
  patch(second, R"({"status":"closed"})");
  const auto ids = [&](const std::string& query) {
    const auto page = face.ask("GET", "/api/v1/sessions" + query);
    std::string told = page.status == 200 ? "" : page.told();
    for (const auto& session : page.json["data"])
      told += session["id"].asString() == first ? "1" : "2";
    return told;
  };
  EXPECT_EQ(ids(""), "21");
  EXPECT_EQ(ids("?status=closed"), "2");
  EXPECT_EQ(ids("?status=open"), "1");
  EXPECT_EQ(ids("?unique_name=one"), "1");
  EXPECT_EQ(ids("?created_after=2026-03-01T00:30:00Z"), "2");
  EXPECT_EQ(ids("?created_before=2026-03-01T01:30:00+01:00"), "1");
  EXPECT_EQ(ids("?status=ended"), "422 field.value: /status field.value");
  EXPECT_EQ(ids("?created_after=now&virtual_number=x"),
            "422 request.invalid: /virtual_number number.invalid, /created_after time.malformed");
  const auto number = face.ask("GET", "/api/v1/sessions/" + first)
                          .json["participants"][0]["virtual_number"]
                          .asString();
  EXPECT_THAT(ids("?virtual_number=" + number), HasSubstr("1"));

  const auto page = face.ask("GET", "/api/v1/sessions?limit=1");
  const auto next =
      face.ask("GET", "/api/v1/sessions?limit=1&cursor=" + page.json["next_cursor"].asString());
  EXPECT_EQ(next.json["data"][0]["id"], first);
}

TEST_F(SessionsApi, AreShownClosedOnceTheirTimeIsOver) {
  const auto id = open(R"(,"ttl_seconds":60)");
  face.world.clock.advance(2min);
  const auto shown = face.ask("GET", "/api/v1/sessions/" + id);
  EXPECT_EQ(shown.json["status"], "closed");
  EXPECT_EQ(shown.json["closed_reason"], "expired");
  EXPECT_EQ(shown.json["closed_at"], shown.json["expires_at"]);
  EXPECT_EQ(patch(id, R"({"ttl_seconds":60})").told(), "409 session.closed");
}

TEST_F(SessionsApi, Change) {
  const auto id = open(R"(,"ttl_seconds":60,"idle_ttl_seconds":60,"metadata":{"a":"1"})");
  auto changed = patch(id, R"({"expires_at":null,"idle_ttl_seconds":null,"metadata":{"b":"2"}})");
  ASSERT_EQ(changed.told(), "200");
  EXPECT_TRUE(changed.json["expires_at"].isNull());
  EXPECT_TRUE(changed.json["idle_ttl_seconds"].isNull());
  EXPECT_EQ(changed.json["metadata"], testing_api::json_of(R"({"b":"2"})"));
  changed = patch(id, R"({"expires_at":"2030-01-31T12:00:00+01:00","idle_ttl_seconds":5})");
  EXPECT_EQ(changed.json["expires_at"], "2030-01-31T11:00:00.000Z");
  EXPECT_EQ(changed.json["idle_ttl_seconds"], 5);
  changed = patch(id, R"({"status":"closed"})");
  EXPECT_EQ(changed.json["status"], "closed");
  EXPECT_EQ(changed.json["closed_reason"], "api");
  EXPECT_EQ(patch(id, R"({"status":"open"})").json["status"], "open");
}

TEST_F(SessionsApi, AreClosedAgainByACallWhoseAnswerWasLost) {
  const auto opened = face.open(R"(,"ttl_seconds":60)");
  const auto id = opened.json["id"].asString();
  const auto closed = patch(id, R"({"status":"closed"})", {{"If-Match", opened.header("ETag")}});
  ASSERT_EQ(closed.told(), "200");
  const auto again = patch(id, R"({"status":"closed"})", {{"If-Match", opened.header("ETag")}});
  EXPECT_EQ(again.told(), "200");
  EXPECT_EQ(again.json, closed.json);
  EXPECT_EQ(again.header("ETag"), closed.header("ETag"));
  // Whatever else is asked for would be a change of one that has ended.
  for (const char* more :
       {R"("metadata":{"a":"1"})", R"("ttl_seconds":60)", R"("idle_ttl_seconds":null)"})
    EXPECT_EQ(patch(id, R"({"status":"closed",)" + std::string(more) + "}").told(),
              "409 session.closed")
        << more;
}

TEST_F(SessionsApi, AreToldHowTheyEndedByWhoClosesThemTooLate) {
  const auto id = open(R"(,"ttl_seconds":60)");
  face.world.clock.advance(2min);
  const auto closed = patch(id, R"({"status":"closed"})");
  EXPECT_EQ(closed.told(), "200");
  EXPECT_EQ(closed.json["closed_reason"], "expired");
}

TEST_F(SessionsApi, RefuseAFaultyChange) {
  const auto id = open();
  EXPECT_EQ(patch(id, R"({"ttl_seconds":60,"expires_at":null})").told(),
            "422 field.conflict: /expires_at field.conflict");
  EXPECT_EQ(patch(id, R"({"status":"paused","expires_at":"soon","participants":[]})").told(),
            "422 request.invalid: /expires_at time.malformed, /status field.value, "
            "/participants field.unknown");
  EXPECT_EQ(patch(id, "[]").told(), "400 json.not_an_object");
}

TEST_F(SessionsApi, ChangeOnlyAsTheyWereRead) {
  const auto opened = face.open();
  const auto id = opened.json["id"].asString();
  const auto was = opened.header("ETag");
  const auto changed = patch(id, R"({"metadata":{"a":"1"}})", {{"If-Match", was}});
  ASSERT_EQ(changed.told(), "200");
  EXPECT_NE(changed.header("ETag"), was);
  EXPECT_EQ(patch(id, R"({"metadata":{"a":"2"}})", {{"If-Match", was}}).told(),
            "412 session.changed");
  EXPECT_EQ(patch(id, R"({"metadata":{"a":"2"}})", {{"If-Match", "*"}}).told(), "200");
  for (const auto* tag : {"5", "W/\"5\"", "\"\"", "\"x\"", "\"5\", \"6\""}) {
    EXPECT_EQ(patch(id, "{}", {{"If-Match", tag}}).told(), "400 if_match.malformed") << tag;
  }
}

TEST_F(SessionsApi, EraseForGood) {
  const auto id = open();
  const auto erased = face.ask("DELETE", "/api/v1/sessions/" + id);
  EXPECT_EQ(erased.told(), "204");
  EXPECT_EQ(erased.body, "");
  const auto shown = face.ask("GET", "/api/v1/sessions/" + id);
  EXPECT_THAT(shown.body, Not(HasSubstr("2025550142")));
}

}  // namespace
}  // namespace bauta
