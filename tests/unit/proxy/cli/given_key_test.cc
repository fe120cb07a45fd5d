#include "proxy/cli/given_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace bauta {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kKey = "bauta_live_" + std::string(43, 'k');
const std::string kOther = "bauta_test_" + std::string(43, 'o');

struct WithVariable {
  explicit WithVariable(const std::string& value) { ::setenv("BAUTA_KEY", value.c_str(), 1); }
  ~WithVariable() { ::unsetenv("BAUTA_KEY"); }
};

TEST(GivenKey, AWholeKeyHasNoFault) {
  EXPECT_EQ(fault_of_key(kKey), "");
  EXPECT_EQ(fault_of_key(kOther), "");
}

// A server was asked with half a key, and answered with words about headers.
TEST(GivenKey, APartOfAKeyIsToldWithoutAServer) {
  EXPECT_EQ(fault_of_key("bauta_live_qx4vBN"), "it has 17 characters instead of 54");
  EXPECT_THAT(fault_of_key(kKey + "k"), HasSubstr("55 characters"));
  EXPECT_THAT(fault_of_key("whsec_abc"), AllOf(HasSubstr("bauta_live_"), Not(HasSubstr("abc"))));
  EXPECT_THAT(fault_of_key("bauta_live_a b"), HasSubstr("no key has"));
  EXPECT_EQ(fault_of_key(""), "it is empty");
  const WithVariable variable("bauta_live_qx4vBN");
  const auto key = given_key("", {}, "");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, "usage.key");
  EXPECT_THAT(key.error().detail, AllOf(HasSubstr("BAUTA_KEY"), Not(HasSubstr("qx4v"))));
}

TEST(GivenKey, SaysWhoBroughtIt) {
  Profile profile;
  profile.key = kOther;
  const auto of_profile = given_key("", profile, "live");
  ASSERT_TRUE(of_profile) << of_profile.error().detail;
  EXPECT_EQ(of_profile->secret, kOther);
  EXPECT_EQ(of_profile->from, "the profile live");
  const WithVariable variable(kKey);
  const auto of_environment = given_key("", profile, "live");
  ASSERT_TRUE(of_environment) << of_environment.error().detail;
  EXPECT_EQ(of_environment->secret, kKey) << "the environment goes before the profile";
  EXPECT_EQ(of_environment->from, "BAUTA_KEY");
}

TEST(GivenKey, WithoutOneBothWaysAreNamed) {
  const auto key = given_key("", {}, "");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, "usage.key");
  EXPECT_THAT(key.error().detail, AllOf(HasSubstr("BAUTA_KEY"), HasSubstr("--key-file")));
}

TEST(GivenKey, ARefusalNamesWhoBroughtTheKey) {
  const auto told = explain_refused_key(
      {.code = "auth.invalid_key", .detail = "is the header `Authorization: Bearer …` there?"},
      "BAUTA_KEY");
  EXPECT_EQ(told.code, "auth.invalid_key");
  EXPECT_THAT(told.detail, AllOf(HasSubstr("BAUTA_KEY"), Not(HasSubstr("Authorization"))));
  const Error no_sandbox{.code = "auth.invalid_key", .detail = "this relay has no sandbox"};
  EXPECT_EQ(explain_refused_key(no_sandbox, "BAUTA_KEY").detail, no_sandbox.detail);
  const Error other{.code = "auth.scope_missing", .detail = "Authorization"};
  EXPECT_EQ(explain_refused_key(other, "BAUTA_KEY").detail, other.detail);
}

}  // namespace
}  // namespace bauta
