#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using testing_api::Answered;
using testing_api::Face;

class Imports : public ::testing::Test {
 protected:
  Answered begin(const std::string& body = R"({"total":3})") {
    return face.ask("POST", "/api/v1/numbers/import", body);
  }
  static std::string number(const std::string& digits, const std::string& more = "") {
    return R"({"number":"+1202555)" + digits + R"(","connection":"twilio")" + more + "}";
  }
  Face face;
};

TEST_F(Imports, AreAJobWithProgressAndAnEnd) {
  const auto begun = begin();
  ASSERT_EQ(begun.told(), "201");
  EXPECT_EQ(begun.json["kind"], "import");
  EXPECT_EQ(begun.json["total"].asUInt(), 3U);
  EXPECT_EQ(begun.json["next_batch"].asUInt(), 0U);
  const auto path = begun.header("Location") + "/numbers";
  const auto first = face.ask("POST", path,
                              R"({"batch":0,"numbers":[)" + number("1001") + "," +
                                  number("1002", R"(,"colour":"red")") + "]}");
  ASSERT_EQ(first.told(), "200");
  EXPECT_EQ(first.json["job"]["imported"].asUInt(), 1U);
  EXPECT_EQ(first.json["job"]["refused"].asUInt(), 1U);
  EXPECT_EQ(first.json["job"]["next_batch"].asUInt(), 1U);
  ASSERT_EQ(first.json["refused"].size(), 1U);
  EXPECT_EQ(first.json["refused"][0]["index"].asUInt(), 1U);
  EXPECT_EQ(first.json["refused"][0]["number"], "+12025551002");
  EXPECT_EQ(first.json["refused"][0]["error"]["errors"][0]["pointer"], "/numbers/1/colour");
  const auto last =
      face.ask("POST", path,
               R"({"batch":1,"numbers":[)" + number("1003", R"(,"fallbacks":["nobody"])") +
                   R"(],"last":true})");
  EXPECT_EQ(last.json["refused"][0]["error"]["errors"][0]["pointer"], "/numbers/0/fallbacks/0");
  EXPECT_EQ(last.json["job"]["status"], "done");
  EXPECT_EQ(face.ask("GET", begun.header("Location")).json, last.json["job"]);
  EXPECT_EQ(face.ask("POST", path, R"({"batch":2,"numbers":[]})").told(), "409 import.done");
}

TEST_F(Imports, FaultyFieldsAreAllNamed) {
  EXPECT_EQ(begin(R"({"total":0,"x":1})").told(),
            "422 request.invalid: /total field.out_of_range, /x field.unknown");
  const auto path = begin().header("Location") + "/numbers";
  EXPECT_EQ(face.ask("POST", path, R"({"numbers":{}})").told(),
            "422 request.invalid: /batch field.required, /numbers field.type");
  EXPECT_EQ(face.ask("POST", path, R"({"batch":1,"numbers":[]})").told(),
            "409 import.out_of_order");
  EXPECT_EQ(face.ask("POST", "/api/v1/jobs/job_1/numbers", R"({"batch":0,"numbers":[]})").told(),
            "404 job.not_found");
}

}  // namespace
}  // namespace bauta
