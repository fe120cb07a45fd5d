#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_api::Face;

class KeysApi : public testing::Test {
 protected:
  testing_api::Answered post(const std::string& body) {
    face.world.clock.advance(1ms);
    return face.ask("POST", "/api/v1/keys", body);
  }
  Face face;
};

TEST_F(KeysApi, WorkUntilTheyAreRevoked) {
  const auto made =
      post(R"({"label":"desk","service":"harbour","scopes":["sessions:read","sessions:read"]})");
  ASSERT_EQ(made.told(), "201");
  EXPECT_EQ(made.json["label"], "desk");
  EXPECT_EQ(made.json["service"], "harbour");
  EXPECT_EQ(made.json["scopes"], testing_api::json_of(R"(["sessions:read"])"));
  EXPECT_TRUE(made.json["expires_at"].isNull());
  const auto secret = made.json["secret"].asString();
  EXPECT_TRUE(secret.ends_with(made.json["hint"].asString()));
  EXPECT_EQ(face.ask_with(secret, "GET", "/api/v1/sessions").told(), "200");
  EXPECT_EQ(face.ask_with(secret, "GET", "/api/v1/events").told(), "403 auth.scope_missing");

  EXPECT_EQ(face.ask("DELETE", made.header("Location")).told(), "204");
  EXPECT_EQ(face.ask_with(secret, "GET", "/api/v1/sessions").told(), "401 auth.invalid_key");
  EXPECT_EQ(face.ask("DELETE", made.header("Location")).told(), "404 key.not_found");
  EXPECT_EQ(face.ask("DELETE", "/api/v1/keys/x").told(), "404 key.not_found");
}

TEST_F(KeysApi, Expire) {
  const auto made = post(R"({"scopes":["sessions:read"],"expires_at":"2026-03-01T01:00:00Z"})");
  ASSERT_EQ(made.told(), "201");
  const auto secret = made.json["secret"].asString();
  EXPECT_EQ(face.ask_with(secret, "GET", "/api/v1/sessions").told(), "200");
  face.world.clock.advance(1h);
  EXPECT_EQ(face.ask_with(secret, "GET", "/api/v1/sessions").told(), "401 auth.invalid_key");
}

TEST_F(KeysApi, AreListedWithoutTheirSecrets) {
  const auto made = post(R"({"scopes":["events:read"]})");
  const auto page = face.ask("GET", "/api/v1/keys");
  ASSERT_EQ(page.json["data"].size(), 2U);
  EXPECT_EQ(page.json["data"][0]["id"], made.json["id"]);
  EXPECT_TRUE(page.json["data"][0]["service"].isNull());
  EXPECT_FALSE(page.json["data"][0].isMember("secret"));
  EXPECT_FALSE(page.body.contains(made.json["secret"].asString()));
}

TEST_F(KeysApi, CheckWhatIsAskedFor) {
  EXPECT_EQ(post("{}").told(), "422 field.required: /scopes field.required");
  EXPECT_EQ(post(R"({"scopes":[],"expires_at":"2020-01-01T00:00:00Z"})").told(),
            "422 request.invalid: /scopes field.too_short, /expires_at field.out_of_range");
  EXPECT_EQ(post(R"({"scopes":["everything"]})").told(),
            "422 scope.unknown: /scopes/0 scope.unknown");
  const auto unknown = post(R"({"scopes":["everything"]})").json["errors"][0]["detail"].asString();
  for (const auto scope : all_scopes())
    EXPECT_TRUE(unknown.contains(scope_name(scope))) << unknown << " lacks " << scope_name(scope);
  EXPECT_EQ(post(R"({"scopes":["account"],"service":"nowhere"})").told(),
            "422 service.not_found: /service service.not_found");
}

TEST_F(KeysApi, GiveNoMoreThanTheirMakerHas) {
  const auto secret = face.key({Scope::account, Scope::events_read}, face.world.service.id);
  EXPECT_EQ(
      face.ask_with(secret, "POST", "/api/v1/keys", R"({"scopes":["addresses:read"]})").told(),
      "403 auth.scope_missing");
  const auto made = face.ask_with(secret, "POST", "/api/v1/keys", R"({"scopes":["events:read"]})");
  ASSERT_EQ(made.told(), "201");
  EXPECT_EQ(made.json["service"], "harbour");
  EXPECT_EQ(face.ask_with(secret, "GET", "/api/v1/keys").json["data"].size(), 2U);
}

TEST_F(KeysApi, MakeNoneThatLivesLongerThanThemselves) {
  const auto made =
      post(R"({"scopes":["account","events:read"],"expires_at":"2026-03-01T01:00:00Z"})");
  const auto secret = made.json["secret"].asString();
  const auto with = [&](const std::string& expires_at) {
    return face
        .ask_with(secret, "POST", "/api/v1/keys",
                  R"({"scopes":["events:read"],"expires_at":)" + expires_at + "}")
        .told();
  };
  for (const std::string longer : {"null", R"("2026-03-01T01:00:00.001Z")"})
    EXPECT_EQ(with(longer), "422 field.out_of_range: /expires_at field.out_of_range") << longer;
  EXPECT_EQ(with(R"("2026-03-01T01:00:00Z")"), "201");
}

TEST_F(KeysApi, OfOneServiceRevokeNoneOfTheAccount) {
  const auto whole = post(R"({"scopes":["events:read"]})").header("Location");
  const auto secret = face.key(all_scopes(), face.world.service.id);
  EXPECT_EQ(face.ask_with(secret, "DELETE", whole).told(), "404 key.not_found");
  const auto own = post(R"({"scopes":["events:read"],"service":"harbour"})").header("Location");
  EXPECT_EQ(face.ask_with(secret, "DELETE", own).told(), "204");
}

TEST_F(KeysApi, ThatAreUsedCannotRevokeThemselves) {
  const auto made = post(R"({"scopes":["account"]})");
  EXPECT_EQ(face.ask_with(made.json["secret"].asString(), "DELETE", made.header("Location")).told(),
            "409 key.out_of_reach");
}

}  // namespace
}  // namespace bauta
