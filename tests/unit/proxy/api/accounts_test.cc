#include <gtest/gtest.h>

#include "tests/unit/proxy/api/world/face.h"

namespace bauta {
namespace {

using testing_api::Face;

// The first key of an account did not expire, whoever made it: a stolen key of an hour became one for ever.
TEST(AccountsApi, AreMadeWithAKeyThatDoesNotOutliveItsMaker) {
  Face face;
  const auto made = face.ask("POST", "/api/v1/keys",
                             R"({"scopes":["operator"],"expires_at":"2026-03-01T01:00:00Z"})");
  const auto secret = made.json["secret"].asString();
  const auto with = [&](const std::string& more) {
    return face.ask_with(secret, "POST", "/api/v1/accounts", R"({"name":"rival")" + more + "}");
  };
  for (const std::string longer :
       {"", R"(,"key_expires_at":null)", R"(,"key_expires_at":"2026-03-01T01:00:00.001Z")"}) {
    EXPECT_EQ(with(longer).told(), "422 field.out_of_range: /key_expires_at field.out_of_range")
        << longer;
  }
  EXPECT_EQ(with(R"(,"key_expires_at":"2020-01-01T00:00:00Z")").told(),
            "422 field.out_of_range: /key_expires_at field.out_of_range");
  const auto account = with(R"(,"key_expires_at":"2026-03-01T01:00:00Z")");
  ASSERT_EQ(account.told(), "201");
  EXPECT_EQ(account.json["key"]["expires_at"], "2026-03-01T01:00:00.000Z");
  EXPECT_TRUE(face.ask("POST", "/api/v1/accounts", R"({"name":"other"})")
                  .json["key"]["expires_at"]
                  .isNull());
}

}  // namespace
}  // namespace bauta
