#include "proxy/net/base64.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

TEST(Base64, KnowsTheVectorsOfTheRfc) {  // RFC 4648, section 10
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [octets, text] : vectors) {
    EXPECT_EQ(encode_base64(octets), text);
    EXPECT_EQ(decode_base64(text).value(), octets);
  }
  EXPECT_EQ(encode_base64(std::string("\0\xff\xfe", 3)), "AP/+");
}

TEST(Base64, RefusesWhatItCannotHaveWritten) {
  for (const auto* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm 9v", "Zm9v\n", "Zm9-", "====", "Z"}) {
    EXPECT_EQ(decode_base64(text).error().code, "base64.malformed") << text;
  }
}

}  // namespace
}  // namespace bauta
