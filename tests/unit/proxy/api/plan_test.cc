#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using testing_api::Answered;
using testing_api::Face;

class PlanFace : public ::testing::Test {
 protected:
  PlanFace() { face.world.add({"+12025550177", "+12025550178", "+442079460177"}); }
  Answered plan(const std::string& locality, const std::string& more = "") {
    return face.ask("POST", "/api/v1/pool/plan",
                    R"({"localities":[)" + locality + "]" + more + "}");
  }
  Face face;
};

TEST_F(PlanFace, SaysHowManyNumbersAreMissing) {
  const auto planned = plan(
      R"({"country":"US","area_code":"202","busiest_sessions_per_day":40,"session_seconds":1800})");
  ASSERT_EQ(planned.told(), "200");
  const auto& place = planned.json["data"][0];
  EXPECT_EQ(place["lines_at_once"].asDouble(), 47.5)
      << "the service's texts may be under way for four hours, and its lines cool for a day";
  EXPECT_EQ(place["numbers_needed"].asUInt(), 68U);
  EXPECT_EQ(place["numbers_now"].asUInt(), 2U);
  EXPECT_EQ(place["missing"].asUInt(), 66U);
  EXPECT_NEAR(place["refused_share_now"].asDouble(), 0.959, 0.001);
}

TEST_F(PlanFace, WhatIfLinesCooledShorterOrMoreWereRefused) {
  const std::string place =
      R"({"country":"US","busiest_sessions_per_day":40,"session_seconds":1800})";
  const auto needed = [&](const std::string& more) {
    return plan(place, more).json["data"][0]["numbers_needed"].asUInt();
  };
  EXPECT_EQ(needed(R"(,"cooling_seconds":3600)"), 20U);
  EXPECT_EQ(needed(R"(,"cooling_seconds":3600,"deadline_seconds":0)"), 9U);
  EXPECT_EQ(needed(R"(,"deadline_seconds":0)"), 61U);
  EXPECT_LT(needed(R"(,"refused_share":0.1)"), needed(""));
}

TEST_F(PlanFace, NumbersMayBeNeededForTheirRate) {
  const auto place = plan(
      R"({"country":"GB","busiest_sessions_per_day":1,"session_seconds":60,"sessions_per_day":86400,)"
      R"("texts_per_session":10,"rate_per_second":2})",
      R"(,"cooling_seconds":0)");
  EXPECT_EQ(place.json["data"][0]["numbers_for_rate"].asUInt(), 20U);
  EXPECT_EQ(place.json["data"][0]["numbers_needed"].asUInt(), 20U);
  EXPECT_EQ(place.json["data"][0]["numbers_now"].asUInt(), 1U);
}

TEST_F(PlanFace, DrainingAndReservedNumbersDoNotCount) {
  ASSERT_EQ(face.ask("PATCH", "/api/v1/numbers/+12025550178", R"({"status":"draining"})").status,
            200U);
  const auto place = plan(R"({"country":"US","busiest_sessions_per_day":1,"session_seconds":60})");
  EXPECT_EQ(place.json["data"][0]["numbers_now"].asUInt(), 1U);
}

TEST_F(PlanFace, FaultyFieldsAreAllNamed) {
  EXPECT_EQ(plan(R"({"country":"us","session_seconds":0,"x":1})").told(),
            "422 request.invalid: /localities/0/busiest_sessions_per_day field.required, "
            "/localities/0/country field.malformed, /localities/0/session_seconds "
            "field.out_of_range, /localities/0/x field.unknown");
  EXPECT_EQ(plan(R"({"country":"US","busiest_sessions_per_day":1,"session_seconds":60})",
                 R"(,"deadline_seconds":172801)")
                .told(),
            "422 field.out_of_range: /deadline_seconds field.out_of_range");
  EXPECT_EQ(plan("").told(), "422 field.too_short: /localities field.too_short");
  EXPECT_EQ(plan(R"({"country":"US","busiest_sessions_per_day":1000000,"session_seconds":8640000})")
                .told(),
            "422 field.out_of_range: /localities/0/busiest_sessions_per_day field.out_of_range");
}

}  // namespace
}  // namespace bauta
