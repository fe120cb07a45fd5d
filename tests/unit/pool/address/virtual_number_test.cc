#include "pool/address/virtual_number.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

namespace bauta {
namespace {

// Promise 2: neither can stand where the other must.
static_assert(!std::convertible_to<VirtualNumber, RealAddress>);
static_assert(!std::convertible_to<RealAddress, VirtualNumber>);
static_assert(!std::is_constructible_v<VirtualNumber, RealAddress>);
static_assert(!std::is_constructible_v<RealAddress, VirtualNumber>);
static_assert(!std::equality_comparable_with<VirtualNumber, RealAddress>);
static_assert(!std::convertible_to<std::string, VirtualNumber>);

TEST(VirtualNumber, IsE164HoweverItIsWritten) {
  for (const char* written : {"+12025550177", "+1 (202) 555-0177", " +1.202.555.0177 "}) {
    const auto number = VirtualNumber::parse(written);
    ASSERT_TRUE(number) << written;
    EXPECT_EQ(number->str(), "+12025550177");
  }
  EXPECT_EQ(VirtualNumber::parse("+52 1 55 1234 5678")->str(), "+525512345678");
  EXPECT_EQ(VirtualNumber::parse("+378 886377")->str(), "+3780549886377");
}

TEST(VirtualNumber, RefusesWhatIsNone) {
  for (const char* written : {"", "12025550177", "2025550177", "+1202555017", "+1911", "911",
                              "72345", "INFO", "+1 202 555 LIMO", "+12025550177x5", "+999123456789",
                              "whatsapp:+12025550177", "+", "+1 202 555 01777"}) {
    const auto number = VirtualNumber::parse(written);
    ASSERT_FALSE(number) << written;
    EXPECT_EQ(number.error().code, "number.invalid") << written;
  }
}

TEST(VirtualNumber, SaysWhetherDigitsAreMissingOrTooMany) {
  const std::pair<const char*, const char*> table[] = {
      {"+1202555017", "fewer digits than numbers of its country; they look like +1 ###-###-####"},
      {"+120255501777", "more digits than numbers of its country; they look like +1 ###-###-####"}};
  for (const auto& [written, says] : table) {
    const auto number = VirtualNumber::parse(written);
    ASSERT_FALSE(number) << written;
    EXPECT_THAT(number.error().detail, testing::HasSubstr(says)) << written;
  }
}

TEST(VirtualNumber, KeepsACarriersDigitsExactly) {
  EXPECT_EQ(VirtualNumber::from_carrier("12025550177")->str(), "+12025550177");
  EXPECT_EQ(VirtualNumber::from_carrier("+12025550177")->str(), "+12025550177");
  EXPECT_EQ(VirtualNumber::from_carrier("5215512345678")->str(), "+5215512345678");
  for (const char* written :
       {"", "72345", "+72345", "INFO", "0612345678", "+0612345678", "1234567890123456",
        "messenger:12345678", "whatsapp:+12025550177", "+12025550177x", "+1202 555 0177"}) {
    const auto number = VirtualNumber::from_carrier(written);
    ASSERT_FALSE(number) << written;
    EXPECT_EQ(number.error().code, "number.invalid") << written;
  }
}

TEST(VirtualNumber, IsTheAddressOfTheSameDigits) {
  EXPECT_TRUE(VirtualNumber::parse("+12025550177")->as_address() ==
              *RealAddress::from_carrier("12025550177"));
  EXPECT_EQ(testing::PrintToString(*VirtualNumber::parse("+12025550177")), "+12025550177");
}

}  // namespace
}  // namespace bauta
