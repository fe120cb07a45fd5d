#include "routing/webhooks/signature.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <array>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

std::string octets_of(std::string_view base64) {
  std::string octets(base64.size(), '\0');
  std::size_t size = 0;
  EXPECT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(octets.data()), octets.size(),
                              base64.data(), base64.size(), nullptr, &size, nullptr,
                              sodium_base64_VARIANT_ORIGINAL),
            0);
  octets.resize(size);
  return octets;
}
const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The example that Standard Webhooks' own libraries are tested with.
TEST(Signature, IsTheOneOfStandardWebhooks) {
  const auto key = octets_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(shown_secret(key), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(sign(SignatureKind::v1, key,
                 {.id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
                  .timestamp = 1614265330,
                  .body = R"({"test": 2432232314})"}),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, OfAKeyPairIsVerifiedWithThePublicHalf) {
  testing_routing::SeededRandom random(1);
  const auto key = new_signing_key(random);
  const SignedMessage message{.id = "evt_1", .timestamp = 7, .body = "{}"};
  const auto signature = sign(SignatureKind::v1a, key, message);
  ASSERT_TRUE(signature.starts_with("v1a,"));
  const auto shown = shown_public_key(key);
  ASSERT_TRUE(shown.starts_with("whpk_"));
  const auto octets = octets_of(signature.substr(4));
  const auto public_key = octets_of(shown.substr(5));
  ASSERT_EQ(public_key.size(), crypto_sign_PUBLICKEYBYTES);
  const std::string content = "evt_1.7.{}";
  EXPECT_EQ(
      crypto_sign_verify_detached(bytes(octets), bytes(content), content.size(), bytes(public_key)),
      0);
  const std::string other = "evt_1.8.{}";
  EXPECT_NE(
      crypto_sign_verify_detached(bytes(octets), bytes(other), other.size(), bytes(public_key)), 0);
}

TEST(Signature, KeysAreDrawnAnew) {
  testing_routing::SeededRandom random(1);
  const auto key = new_signing_key(random);
  EXPECT_EQ(key.size(), 32U);
  EXPECT_NE(key, new_signing_key(random));
}

}  // namespace
}  // namespace bauta
