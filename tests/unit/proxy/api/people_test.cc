#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_api::Answered;
using testing_api::Face;
using testing_api::kGuest;
using testing_api::kHost;

class PeopleFace : public ::testing::Test {
 protected:
  PeopleFace() { face.world.add({"+12025550177", "+442079460177"}); }

  static std::string of(const std::string& address, const std::string& more = "") {
    return R"({"address":")" + address + "\"" + more + "}";
  }
  Answered ask(const std::string& path, const std::string& body,
               const std::string& idempotency_key = "") {
    std::vector<std::pair<std::string, std::string>> headers;
    if (!idempotency_key.empty()) headers.emplace_back("Idempotency-Key", idempotency_key);
    return face.ask("POST", "/api/v1/" + path, body, std::move(headers));
  }

  Face face;
};

TEST_F(PeopleFace, AnExportShowsThePersonAndNoOther) {
  const auto session = face.open().json["id"].asString();
  face.ask("POST", "/api/v1/sessions/" + session + "/messages", R"({"text":"Hello both"})");
  ask("consents", of(kHost, R"(,"state":"opted_in")"));
  const auto found = ask("people/export", of(kHost));
  ASSERT_EQ(found.told(), "200");
  EXPECT_EQ(found.json["address"], kHost);
  EXPECT_EQ(found.json["data"][0]["id"], session);
  EXPECT_EQ(found.json["data"][0]["participants"].size(), 1U);
  EXPECT_EQ(found.json["data"][0]["participants"][0]["address"], kHost);
  EXPECT_EQ(found.json["data"][0]["messages"][0]["text"], "Hello both");
  EXPECT_EQ(found.json["data"][0]["messages"][0]["deliveries"].size(), 1U);
  EXPECT_EQ(found.json["lines"][0]["state"], "live");
  EXPECT_EQ(found.json["consents"][0]["state"], "opted_in");
  EXPECT_TRUE(found.json["next_cursor"].isNull());
  EXPECT_THAT(found.body, Not(HasSubstr("2079460142")));
}

TEST_F(PeopleFace, AnExportHidesWhatTheKeyMayNotRead) {
  const auto session = face.open().json["id"].asString();
  face.ask("POST", "/api/v1/sessions/" + session + "/messages", R"({"text":"Hello both"})");
  const auto secret = face.key({Scope::sessions_read});
  const auto found = face.ask_with(secret, "POST", "/api/v1/people/export", of(kHost));
  ASSERT_EQ(found.told(), "200");
  EXPECT_THAT(found.body, Not(HasSubstr("2025550142")));
  EXPECT_THAT(found.body, Not(HasSubstr("Hello")));
}

TEST_F(PeopleFace, AnExportGoesOnByItsCursor) {
  const auto session = face.open().json["id"].asString();
  for (int at = 0; at < 3; ++at)
    face.ask("POST", "/api/v1/sessions/" + session + "/messages", R"({"text":"Hello"})");
  const auto first = ask("people/export", of(kHost, R"(,"limit":2)"));
  EXPECT_EQ(first.json["data"][0]["messages"].size(), 2U);
  const auto second =
      ask("people/export",
          of(kHost, R"(,"limit":2,"cursor":")" + first.json["next_cursor"].asString() + "\""));
  EXPECT_EQ(second.json["data"][0]["messages"].size(), 1U);
  EXPECT_FALSE(second.json.isMember("lines")) << "they stood on the first page";
  EXPECT_TRUE(second.json["next_cursor"].isNull());
}

// What was shown would else lie in the store for a day, and outlive an erasure.
TEST_F(PeopleFace, WhatIsOnlyAskedForIsNotKept) {
  face.open();
  for (const auto* path : {"people/export", "consents/lookup", "sessions/search"}) {
    EXPECT_EQ(ask(path, of(kHost), "key-1").status, 200U) << path;
    const auto again = ask(path, of(kHost), "key-1");
    EXPECT_EQ(again.header("Idempotency-Replayed"), "(none)") << path;
    EXPECT_EQ(again.status, 200U) << path;
  }
}

TEST_F(PeopleFace, AnErasureIsAJobWithAReceipt) {
  face.open();
  face.world.clock.advance(std::chrono::milliseconds(1));
  const auto begun = ask("people/erase", of(kHost), "key-1");
  ASSERT_EQ(begun.told(), "202");
  EXPECT_EQ(begun.json["kind"], "erasure");
  EXPECT_EQ(begun.json["status"], "running");
  const auto again = ask("people/erase", of(kHost), "key-1");
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.json["id"], begun.json["id"]);
  while (*face.world.run(face.world.desk->work()) > 0) {
  }
  const auto done = face.ask("GET", begun.header("Location"));
  EXPECT_EQ(done.json["status"], "done");
  EXPECT_EQ(done.json["erased"]["sessions"].asUInt(), 1U);
  EXPECT_EQ(done.json["kept"]["cooling_lines"].asUInt(), 1U);
  EXPECT_EQ(face.ask("GET", "/api/v1/jobs").json["data"][0], done.json);
  EXPECT_TRUE(ask("sessions/search", of(kHost)).json["data"].empty());
  EXPECT_TRUE(ask("sessions/search", of(kGuest)).json["data"].empty());
}

TEST_F(PeopleFace, AConsentIsRecordedAndLookedUp) {
  EXPECT_EQ(ask("consents/lookup", of(kHost)).body, R"({"address":"+12025550142","consents":[]})");
  const auto recorded = ask("consents", of(kHost, R"(,"state":"opted_out")"), "key-1");
  ASSERT_EQ(recorded.told(), "201");
  EXPECT_EQ(recorded.json["source"], "platform");
  EXPECT_TRUE(recorded.json["virtual_number"].isNull());
  EXPECT_EQ(
      ask("consents", of(kHost, R"(,"state":"opted_out")"), "key-1").header("Idempotency-Replayed"),
      "true");
  EXPECT_EQ(ask("consents", of(kHost, R"(,"state":"opted_out","virtual_number":"+12025550177")"))
                .json["virtual_number"],
            "+12025550177");
  EXPECT_EQ(ask("consents/lookup", of(kHost)).json["consents"].size(), 2U);
}

TEST_F(PeopleFace, FaultyFieldsAreAllNamed) {
  EXPECT_EQ(
      ask("consents", R"({"address":"nobody","state":"maybe","virtual_number":"1","x":1})").told(),
      "422 request.invalid: /address address.invalid, /virtual_number number.invalid, "
      "/state field.value, /x field.unknown");
  EXPECT_EQ(ask("people/erase", "{}").told(), "422 field.required: /address field.required");
  EXPECT_EQ(ask("people/export", of(kHost, R"(,"limit":101)")).told(),
            "422 field.out_of_range: /limit field.out_of_range");
  EXPECT_EQ(ask("people/export", of(kHost, R"(,"cursor":"x")")).told(), "400 cursor.malformed");
}

// docs/compatibility.md lets them get as long; 257 characters were refused as no cursor could be.
TEST_F(PeopleFace, CursorsOfBodiesMayHave512Characters) {
  for (const std::string question : {"people/export", "sessions/search"}) {
    const auto with = [&](std::size_t characters) {
      return ask(question, of(kHost, R"(,"cursor":")" + std::string(characters, 'x') + "\""))
          .told();
    };
    EXPECT_EQ(with(512), "400 cursor.malformed") << question;
    EXPECT_EQ(with(513), "422 field.too_long: /cursor field.too_long") << question;
  }
}

TEST_F(PeopleFace, WhatIsNoJobIsNotFound) {
  EXPECT_EQ(face.ask("GET", "/api/v1/jobs/job_1").told(), "404 job.not_found");
}

}  // namespace
}  // namespace bauta
