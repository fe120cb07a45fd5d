#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using testing_api::Face;

class NumbersApi : public testing::Test {
 protected:
  testing_api::Answered post(const std::string& body) {
    return face.ask("POST", "/api/v1/numbers", body);
  }
  Face face;
};

TEST_F(NumbersApi, AddOne) {
  const auto added = post(
      R"({"number":"+1 202 555 0177","connection":"twilio","fallbacks":["vonage"],"capabilities":["sms"],)"
      R"("reach":["US"],"rate_per_second":0.1,"reserved":true,"tags":["x"]})");
  ASSERT_EQ(added.told(), "201");
  EXPECT_EQ(added.header("Location"), "/api/v1/numbers/+12025550177");
  EXPECT_EQ(added.json["number"], "+12025550177");
  EXPECT_EQ(added.json["status"], "reserved");
  EXPECT_EQ(added.json["fallbacks"][0], "vonage");
  EXPECT_EQ(added.json["reach"][0], "US");
  EXPECT_TRUE(added.body.contains(R"("rate_per_second":0.1,)")) << added.body;
  EXPECT_EQ(added.json["locality"]["area_code"], "202");
  EXPECT_EQ(face.ask("GET", "/api/v1/numbers/+12025550177").json, added.json);
  EXPECT_EQ(face.ask("GET", "/api/v1/numbers/%2B12025550177").json, added.json);
  EXPECT_EQ(post(R"({"number":"+12025550177","connection":"twilio"})").told(), "409 number.taken");
}

TEST_F(NumbersApi, ReachTheirCallingZoneUnlessToldOtherwise) {
  const auto added = post(R"({"number":"+12025550177","connection":"twilio"})");
  EXPECT_EQ(added.json["reach"], testing_api::json_of(R"(["US","CA"])"));
  EXPECT_EQ(added.json["status"], "active");
}

TEST_F(NumbersApi, NameEveryFaultAtOnce) {
  EXPECT_EQ(post(R"({"number":"x","conection":"twilio","reach":["us","USA",1],)"
                 R"("rate_per_second":0,"reserved":1,"tags":[""],"fallbacks":{}})")
                .told(),
            "422 request.invalid: /connection field.required, /number number.invalid, "
            "/fallbacks field.type, /reach/1 field.too_long, /reach/2 field.type, "
            "/reach/0 field.malformed, /rate_per_second field.out_of_range, "
            "/tags/0 field.too_short, /reserved field.type, /conection field.unknown");
  EXPECT_EQ(post(R"({"number":"+12025550177","connection":"nobody"})").told(),
            "422 number.unknown_connection: /connection number.unknown_connection");
}

TEST_F(NumbersApi, AddManyAndSayWhatBecameOfEach) {
  const auto added = post(R"({"numbers":[{"number":"+12025550177","connection":"twilio"},
      {"number":"+12025550177","connection":"twilio"},{"number":"x","connection":"twilio"},5,
      {"number":"+12025550178","connection":"nobody"},
      {"number":"+12025550179","connection":"twilio"}]})");
  ASSERT_EQ(added.told(), "207");
  std::string told;
  for (const auto& result : added.json["data"]) {
    told += result["number"].asString() + " " + result["status"].asString() + " " +
            result["error"]["code"].asString() + " " +
            result["error"]["errors"][0]["pointer"].asString() + "\n";
  }
  EXPECT_EQ(told,
            "+12025550177 201  \n"
            "+12025550177 409 number.taken \n"
            " 422 number.invalid /numbers/2/number\n"
            " 422 field.type /numbers/3\n"
            "+12025550178 422 number.unknown_connection /numbers/4/connection\n"
            "+12025550179 201  \n");
  EXPECT_EQ(face.ask("GET", "/api/v1/numbers").json["data"].size(), 2U);
}

TEST_F(NumbersApi, CheckTheListOfMany) {
  EXPECT_EQ(post(R"({"numbers":5})").told(), "422 field.type: /numbers field.type");
  EXPECT_EQ(post(R"({"numbers":[],"connection":"twilio"})").told(),
            "422 request.invalid: /numbers field.too_short, /connection field.unknown");
  std::string many = "0";
  for (int i = 0; i < 1'000; ++i) many += ",0";
  EXPECT_EQ(post(R"({"numbers":[)" + many + "]}").told(),
            "422 field.too_many: /numbers field.too_many");
}

TEST_F(NumbersApi, ListByWhatIsAskedFor) {
  face.world.add({"+12025550177", "+442079460177"});
  const auto numbers = [&](const std::string& query) {
    const auto page = face.ask("GET", "/api/v1/numbers" + query);
    std::string told = page.status == 200 ? "" : page.told();
    for (const auto& number : page.json["data"]) told += number["number"].asString();
    return told;
  };
  EXPECT_EQ(numbers("?country=GB"), "+442079460177");
  EXPECT_EQ(numbers("?area_code=202"), "+12025550177");
  EXPECT_EQ(numbers("?connection=vonage"), "");
  EXPECT_EQ(numbers("?status=draining"), "");
  EXPECT_EQ(numbers("?country=gb&status=on"),
            "422 request.invalid: /country field.malformed, /status field.value");
}

TEST_F(NumbersApi, ChangeAndLeave) {
  face.world.add({"+12025550177", "+442079460177"});
  const std::string path = "/api/v1/numbers/+12025550177";
  const auto changed = face.ask("PATCH", path, R"({"tags":["x"],"rate_per_second":5})");
  ASSERT_EQ(changed.told(), "200");
  EXPECT_EQ(changed.json["rate_per_second"].asDouble(), 5);
  EXPECT_EQ(changed.json["tags"][0], "x");
  EXPECT_EQ(face.ask("PATCH", path, R"({"status":"gone","number":"x"})").told(),
            "422 request.invalid: /status field.value, /number field.unknown");
  face.open();
  EXPECT_EQ(face.ask("DELETE", path).told(), "409 number.in_use");
  EXPECT_EQ(face.ask("PATCH", path, R"({"status":"draining"})").json["status"], "draining");
  EXPECT_EQ(face.ask("DELETE", path).told(), "409 number.in_use");

  face.world.add({"+12025550178"});
  const std::string unused = "/api/v1/numbers/+12025550178";
  EXPECT_EQ(face.ask("PATCH", unused, R"({"status":"draining"})").told(), "200");
  EXPECT_EQ(face.ask("DELETE", unused).told(), "204");
  EXPECT_EQ(face.ask("GET", unused).told(), "404 number.not_found");
}

TEST_F(NumbersApi, ThePoolIsCountedPlaceByPlace) {
  face.world.add({"+12025550177", "+12025550178", "+442079460177"});
  face.ask("PATCH", "/api/v1/numbers/+12025550178", R"({"status":"draining"})");
  face.open();
  face.ask("POST", "/api/v1/sessions", testing_api::Face::two_people());
  const auto pool = face.ask("GET", "/api/v1/pool");
  ASSERT_EQ(pool.told(), "200");
  EXPECT_EQ(
      pool.json["data"],
      testing_api::json_of(
          R"([{"country":"GB","area_code":"20","numbers":1,"reserved":0,"draining":0,"lines_live":1,)"
          R"("lines_cooling":0,"refused_total":0},)"
          R"({"country":"US","area_code":"202","numbers":2,"reserved":0,"draining":1,"lines_live":1,)"
          R"("lines_cooling":0,"refused_total":1}])"));
}

// The store failed for a moment, and for a day whoever asked again was answered that it had.
TEST_F(NumbersApi, ThatTheServerCouldNotAddAreAddedByTheRepetition) {
  const std::string body = R"({"numbers":[{"number":"+12025550177","connection":"twilio"},)"
                           R"({"number":"+12025550178","connection":"twilio"}]})";
  const auto ask = [&] {
    return face.ask("POST", "/api/v1/numbers", body, {{"Idempotency-Key", "once"}});
  };
  face.world.store.unknown_are_written = false;
  face.world.store.unknown_commits = 1;
  const auto first = ask();
  ASSERT_EQ(first.status, 207U);
  EXPECT_EQ(first.json["data"][0]["status"].asUInt(), 503U) << first.body;
  EXPECT_EQ(first.json["data"][1]["status"].asUInt(), 201U);
  const auto again = ask();
  EXPECT_EQ(again.header("Idempotency-Replayed"), "(none)");
  EXPECT_EQ(again.json["data"][0]["status"].asUInt(), 201U) << again.body;
  EXPECT_EQ(again.json["data"][1]["status"].asUInt(), 201U);
  EXPECT_EQ(ask().header("Idempotency-Replayed"), "true");
}

}  // namespace
}  // namespace bauta
