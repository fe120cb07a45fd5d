#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using testing_api::Face;

class ParticipantsApi : public testing::Test {
 protected:
  void SetUp() override {
    face.world.add({"+12025550177", "+442079460177"});
    session = face.open().json["id"].asString();
  }
  std::string path(const std::string& participant = "") const {
    return "/api/v1/sessions/" + session + "/participants" +
           (participant.empty() ? "" : "/" + participant);
  }
  std::string of(Json::ArrayIndex at) {
    return face.ask("GET", path()).json["data"][at]["id"].asString();
  }
  Face face;
  std::string session;
};

TEST_F(ParticipantsApi, JoinAndLeave) {
  const auto added =
      face.ask("POST", path(), R"({"address":"+12025550143","label":"Cleaner","language":"de"})");
  ASSERT_EQ(added.told(), "201");
  EXPECT_EQ(added.json["label"], "Cleaner");
  EXPECT_EQ(added.json["language"], "de");
  EXPECT_EQ(added.json["state"], "active");
  EXPECT_EQ(added.json["virtual_number"], "+12025550177");
  EXPECT_EQ(added.header("Location"), path(added.json["id"].asString()));
  EXPECT_EQ(face.ask("GET", path()).json["data"].size(), 3U);
  EXPECT_EQ(face.ask("DELETE", path(added.json["id"].asString())).told(), "204");
  EXPECT_EQ(face.ask("GET", path()).json["data"][2]["state"], "left");
  EXPECT_EQ(face.ask("DELETE", path(of(0))).told(), "204");
  const auto shown = face.ask("GET", "/api/v1/sessions/" + session);
  EXPECT_EQ(shown.json["closed_reason"], "participant_left");
}

TEST_F(ParticipantsApi, AnAdditionIsRepeatedOnlyInItsAnswer) {
  const auto add = [&] {
    return face.ask("POST", path(), R"({"address":"+12025550143"})", {{"Idempotency-Key", "k"}});
  };
  const auto first = add();
  const auto again = add();
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(face.ask("GET", path()).json["data"].size(), 3U);
}

TEST_F(ParticipantsApi, FaultyOnesAreRefused) {
  EXPECT_EQ(face.ask("POST", path(), R"({"address":"911","labl":"x"})").told(),
            "422 request.invalid: /address address.emergency, /labl field.unknown");
  EXPECT_EQ(face.ask("POST", path(), R"({"address":"+12025550142"})").told(),
            "422 participants.same_address");
  EXPECT_EQ(face.ask("PATCH", path(of(0)), R"({"state":"left"})").told(),
            "422 field.value: /state field.value");
  EXPECT_EQ(face.ask("PATCH", path("par_x"), "{}").told(), "404 participant.not_found");
  EXPECT_EQ(face.ask("DELETE", path("par_00000000000000000000000000")).told(),
            "404 participant.not_found");
}

TEST_F(ParticipantsApi, AreRenamedAndSilenced) {
  const auto changed = face.ask("PATCH", path(of(1)), R"({"label":"Guest","state":"blocked"})");
  ASSERT_EQ(changed.told(), "200");
  EXPECT_EQ(changed.json["label"], "Guest");
  EXPECT_EQ(changed.json["state"], "blocked");
  EXPECT_EQ(face.ask("PATCH", path(of(1)), R"({"state":"active"})").json["state"], "active");
}

TEST_F(ParticipantsApi, AddressesAreMaskedWithoutTheirScope) {
  const auto key = face.key({Scope::sessions_read, Scope::sessions_write});
  const auto added = face.ask_with(key, "POST", path(), R"({"address":"+12025550143"})");
  EXPECT_EQ(added.json["address"], "+1202…43");
  const auto found =
      face.ask_with(key, "POST", "/api/v1/sessions/search", R"({"address":"+12025550143"})");
  EXPECT_EQ(found.json["data"][0]["participants"][2]["address"], "+1202…43");
}

TEST_F(ParticipantsApi, SessionsAreFoundByPerson) {
  const auto search = [&](const std::string& body) {
    return face.ask("POST", "/api/v1/sessions/search", body);
  };
  const auto found = search(R"({"address":"(202) 555-0142","limit":1})");
  EXPECT_EQ(found.told(), "422 address.invalid: /address address.invalid");
  EXPECT_EQ(search(R"({"address":"+1 202 555 0142"})").json["data"][0]["id"], session);
  EXPECT_EQ(search(R"({"address":"+12025550199"})").json["data"].size(), 0U);
  EXPECT_EQ(search("{}").told(), "422 field.required: /address field.required");
}

}  // namespace
}  // namespace bauta
