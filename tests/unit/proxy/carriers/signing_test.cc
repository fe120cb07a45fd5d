#include "proxy/carriers/signing.h"

#include <gtest/gtest.h>

#include <string_view>

namespace bauta {
namespace {

// The second is RFC 2202's; the others are of the empty key, which must not be mistaken for "the same key as before".
TEST(Signing, KeysEveryMessageAnew) {
  EXPECT_EQ(encode_hex(hmac_sha1("", "")), "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
  EXPECT_EQ(encode_hex(hmac_sha1("Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(encode_hex(hmac_sha1(std::string_view(), "")),
            "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
  EXPECT_EQ(encode_hex(hmac_sha256("", "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

}  // namespace
}  // namespace bauta
