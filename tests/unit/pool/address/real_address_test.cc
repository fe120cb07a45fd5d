#include "pool/address/real_address.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_set>

namespace bauta {
namespace {

// Promise 2: what cannot be printed is not logged by mistake.
template <class T>
concept CanBeStreamed = requires(std::ostream& out, const T& value) { out << value; };
static_assert(CanBeStreamed<std::string>);
static_assert(!CanBeStreamed<RealAddress>);
static_assert(fmt::is_formattable<std::string>::value);
static_assert(!fmt::is_formattable<RealAddress>::value);
static_assert(!std::convertible_to<RealAddress, std::string>);
static_assert(!std::convertible_to<RealAddress, std::string_view>);
static_assert(!std::convertible_to<std::string, RealAddress>);
static_assert(!std::is_default_constructible_v<RealAddress>);
static_assert(!std::is_constructible_v<RealAddress, std::string>);

struct Spelling {
  std::string written;
  std::string region;
  std::string canonical;
};
TEST(RealAddress, IsReadAsOneCanonicalAddress) {
  const Spelling table[] = {
      {"+12025550142", "", "+12025550142"},
      {" +1 (202) 555-0142\t", "", "+12025550142"},
      {"(+1) 202.555.0142", "", "+12025550142"},
      {"202 555 0142", "US", "+12025550142"},
      {"011 44 20 7946 0142", "US", "+442079460142"},
      {"+44 (0)20 7946 0142", "", "+442079460142"},
      {"020 7946 0142", "GB", "+442079460142"},
      {"+49 30/23125-042", "", "+493023125042"},
      {"\u202a+1 202 555\u20110142\u202c", "",
       "+12025550142"},  // copied from a phone's address book
      {"＋４４ ２０ ７９４６ ０１４２", "", "+442079460142"},
      // C57: the zero of an Italian number belongs to it, and San Marino has two forms.
      {"+39 06 1234 5678", "", "+390612345678"},
      {"0612345678", "IT", "+390612345678"},
      {"+378 886377", "", "+3780549886377"},
      {"+3780549886377", "", "+3780549886377"},
      // C56: Mexico's old 1 is dropped, Argentina's 9 is kept.
      {"+52 1 55 1234 5678", "", "+525512345678"},
      {"+5491123456789", "", "+5491123456789"},
      {"+541123456789", "", "+541123456789"},
      {"+5511987654321", "", "+5511987654321"},
      // Possible is enough: the metadata is older than the newest area codes.
      {"+1 555 555 0123", "", "+15555550123"},
      {"+551187654321", "", "+551187654321"},
      {"sms:+12025550142", "", "+12025550142"},
      {"whatsapp:+44 20 7946 0142", "", "whatsapp:+442079460142"},
      {"WhatsApp:020 7946 0142", "GB", "whatsapp:+442079460142"},
      {"rcs:+493023125042", "", "rcs:+493023125042"},
      {"messenger:1234567890", "", "messenger:1234567890"},
      {"messenger:a:b", "", "messenger:a:b"}};
  for (const auto& [written, region, canonical] : table) {
    const auto address = RealAddress::parse(written, region);
    ASSERT_TRUE(address) << written << ": " << address.error().detail;
    EXPECT_EQ(address->reveal_with_channel(), canonical) << written;
  }
}

struct Refusal {
  std::string written;
  std::string region;
  std::string code;
  std::string says;
};
TEST(RealAddress, IsRefusedWithTheReasonAndWithoutTheNumber) {
  const Refusal table[] = {{"", "", "address.invalid", "empty"},
                           {"  ", "", "address.invalid", "empty"},
                           {"202 555 0142", "", "address.invalid", "international"},
                           {"202 555 0142", "", "address.invalid", "default_region"},
                           {"0044 20 7946 0143", "", "address.invalid", "default_region"},
                           {"+999 123 4567", "", "address.invalid", "international"},
                           {"202 555 0142", "XX", "address.invalid", "international"},
                           {"+1 202 555 0142 ext. 5", "", "address.invalid", "extension"},
                           {"+12025550142x5", "", "address.invalid", "extension"},
                           {"555 0142", "US", "address.invalid", "area code"},
                           {"+1 202 555 014", "", "address.invalid", "fewer digits"},
                           {"+1 202 555 01422", "", "address.invalid", "more digits"},
                           {"+1202", "", "address.invalid", "fewer digits"},
                           {"+1202", "", "address.invalid", "look like +1 ###-###-####"},
                           {"+4420794601420", "", "address.invalid", "look like +44 #### ######"},
                           {"55", "", "address.invalid", "too few for any country"},
                           {"55", "", "address.invalid", "as in +1 202 555 0142"},
                           {"555", "", "address.emergency", "here or in another country"},
                           {"555", "US", "address.invalid", "fewer digits"},
                           {"+49 1511 2345 678901234", "", "address.invalid", "digits"},
                           {"+491234", "", "address.invalid", "digits"},
                           {"+1 202 555 LIMO", "", "address.invalid", "letters"},
                           {"my number is +12025550142", "", "address.invalid", "letters"},
                           {"мой +12025550142", "", "address.invalid", "letters"},
                           {"+12025550142/+12025550143", "", "address.invalid", "digits"},
                           {"+12025550142;phone-context=+44", "", "address.invalid", "letters"},
                           {"+1202555\xff"
                            "0142",
                            "", "address.invalid", "letters"},
                           {std::string("+1202555\0"
                                        "0142",
                                        13),
                            "", "address.invalid", "letters"},
                           {std::string(5000, '1'), "", "address.invalid", "digits"},
                           {"+", "", "address.invalid", "+"},
                           {"12345", "US", "address.invalid", "short codes"},
                           {"tel:+12025550142", "", "address.invalid", "begins with"},
                           {"viber:+12025550142", "", "address.invalid", "whatsapp:"},
                           {"whatsapp:", "", "address.invalid", "empty"},
                           {"whatsapp:bob", "", "address.invalid", "letters"},
                           {"messenger:a b", "", "address.invalid", "spaces"},
                           {"messenger:" + std::string(129, 'a'), "", "address.invalid", "128"},
                           {"911", "", "address.emergency", "911"},
                           {"9-1-1", "US", "address.emergency", "911"},
                           {"+1911", "", "address.emergency", "1911"},
                           {"112", "DE", "address.emergency", "112"},
                           {"+49 112", "", "address.emergency", "emergency"},
                           {"000", "AU", "address.emergency", "000"},
                           {"110", "", "address.emergency", "110"},
                           {"119", "JP", "address.emergency", "119"},
                           {"911", "DE", "address.invalid", "area code"}};
  for (const auto& [written, region, code, says] : table) {
    const auto address = RealAddress::parse(written, region);
    ASSERT_FALSE(address) << written << " became " << address->masked();
    EXPECT_EQ(address.error().code, code) << written;
    EXPECT_THAT(address.error().detail, testing::HasSubstr(says)) << written;
    EXPECT_EQ(address.error().detail.find("5550142"), std::string::npos);
  }
}

struct Sender {
  std::string written;
  std::string kept;
};
TEST(RealAddress, OfACarriersSenderIsKeptExactly) {
  const Sender table[] = {
      {"+12025550142", "+12025550142"},
      {"12025550142", "+12025550142"},
      {" 12025550142", "+12025550142"},  // a plus that form decoding took for a space
      {"00442079460142", "+442079460142"},
      {"5215512345678", "+5215512345678"},
      {"390612345678", "+390612345678"},
      {"+3780549886377", "+3780549886377"},
      {"0612345678", "0612345678"},
      {"+0612345678", "+0612345678"},
      {"12345", "12345"},
      {"+12345", "+12345"},
      {"911", "911"},
      {"INFO", "INFO"},
      {"Ärzte 24", "Ärzte 24"},
      {"1234567890123456", "1234567890123456"},
      {"whatsapp:+442079460142", "whatsapp:+442079460142"},
      {"whatsapp:442079460142", "whatsapp:+442079460142"},
      {"rcs:brand_agent", "rcs:brand_agent"},
      {"messenger:42", "messenger:42"},
      {"messenger:a:b", "messenger:a:b"},
      {"sms:INFO", "INFO"}};
  for (const auto& [written, kept] : table) {
    const auto address = RealAddress::from_carrier(written);
    ASSERT_TRUE(address) << written << ": " << address.error().detail;
    EXPECT_EQ(address->reveal_with_channel(), kept);
    // What records hold is read back as the same address.
    const auto again = RealAddress::from_carrier(address->reveal_with_channel());
    ASSERT_TRUE(again) << written;
    EXPECT_TRUE(*again == *address) << written;
  }
}

TEST(RealAddress, RefusesWhatNoCarrierCallsASender) {
  const std::string nul(
      "12\0"
      "34",
      5);
  for (const std::string& text :
       {std::string(), std::string("  "), nul, std::string("a\nb"), std::string(129, '1'),
        std::string("telegram:42"), std::string("sms:a:b"), std::string("whatsapp:")}) {
    const auto address = RealAddress::from_carrier(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, "address.invalid");
  }
}

TEST(RealAddress, EqualPeopleCompareEqualAndChannelsDiffer) {
  const auto parsed = RealAddress::parse("+1 202 555 0142");
  const auto carried = RealAddress::from_carrier("12025550142");
  const auto chat = RealAddress::parse("whatsapp:+12025550142");
  EXPECT_TRUE(*parsed == *carried);
  EXPECT_FALSE(*parsed == *chat);
  EXPECT_EQ(chat->channel(), Channel::whatsapp);
  EXPECT_EQ(chat->reveal(), "+12025550142");
  const std::unordered_set<RealAddress> people{*parsed, *carried, *chat};
  EXPECT_EQ(people.size(), 2U);
}

TEST(NeverReveal, AMaskHidesFiveDigitsOfAnyNumber) {
  const std::pair<std::string, std::string> shown[] = {
      {"+12025550142", "+1202…42"},
      {"+442079460142", "+4420…42"},
      {"+493023125042", "+4930…42"},
      {"+2901234", "+…34"},
      {"+29012345", "+2…45"},
      {"+290123456", "+29…56"},
      {"whatsapp:+442079460142", "whatsapp:+4420…42"},
      {"12345", "…(5)"},
      {"INFO", "…(4)"},
      {"+0612345678", "…(11)"},
      {"0612345678", "…(10)"},
      {"messenger:1234567890", "messenger:…(10)"}};
  for (const auto& [address, mask] : shown)
    EXPECT_EQ(RealAddress::from_carrier(address)->masked(), mask) << address;
}

TEST(NeverReveal, AFailedTestPrintsTheMask) {
  std::ostringstream out;
  PrintTo(*RealAddress::parse("+12025550142"), &out);
  EXPECT_EQ(out.str(), "+1202…42");
  EXPECT_EQ(testing::PrintToString(*RealAddress::parse("+12025550142")), "+1202…42");
}

TEST(RealAddress, TakesASeatUnlessItIsNobodysOwnTelephone) {
  const std::pair<std::string, std::string> verdicts[] = {
      {"+12025550142", ""},
      {"+442079460142", ""},
      {"+15555550123", ""},
      {"whatsapp:+442079460142", ""},
      {"messenger:42", ""},
      {"911", "address.emergency"},
      {"+1911", "address.emergency"},
      {"112", "address.emergency"},
      {"+44999", "address.emergency"},
      {"+61000", "address.emergency"},
      {"whatsapp:112", "address.emergency"},
      {"+19005550142", "address.premium"},
      {"+449098790001", "address.premium"},  // Ofcom's premium numbers for drama
      {"+979123456789", "address.premium"},
      {"+491801000000", "address.premium"},  // shared cost
      {"12345", "address.invalid"},
      {"+12345", "address.invalid"},
      {"INFO", "address.invalid"},
      {"+INFO1234", "address.invalid"},
      {"0612345678", "address.invalid"},
      {"+0612345678", "address.invalid"},
  };
  for (const auto& [address, code] : verdicts) {
    const auto status = check_may_take_seat(*RealAddress::from_carrier(address));
    EXPECT_EQ(status ? "" : std::string(status.error().code), code) << address;
    if (!status && code != "address.emergency") {
      EXPECT_EQ(status.error().detail.find(address.substr(3)), std::string::npos)
          << "shows it: " << status.error().detail;
    }
  }
}

TEST(RealAddress, SaysWhereNoPhoneThatTextsHasThisNumber) {
  const std::pair<std::string, bool> hints[] = {{"+12025550142", true},   {"+15555550123", true},
                                                {"+442079460142", false}, {"+18005550142", false},
                                                {"+5491123456789", true}, {"+541123456789", false},
                                                {"messenger:42", true},   {"INFO", false}};
  for (const auto& [address, plausible] : hints) {
    EXPECT_EQ(is_plausible_mobile(*RealAddress::from_carrier(address)), plausible) << address;
  }
}

/// Any octets, but mostly such as stand in telephone numbers.
std::string random_text(std::mt19937_64& random) {
  constexpr std::string_view kLikely = "0123456789012345678901234567890123456789+ -().:/abxABX\t";
  std::string text = random() % 2 == 0 ? "+" : "";
  if (random() % 10 == 0) text = "whatsapp:" + text;
  for (auto left = random() % 20; left > 0; --left) {
    text +=
        random() % 30 == 0 ? static_cast<char>(random() % 256) : kLikely[random() % kLikely.size()];
  }
  return text;
}

TEST(RealAddress, WhateverIsReadIsReadBackAsTheSame) {
  // +49 00 30… lost one of its zeros each time that it was read: one person was two.
  EXPECT_EQ(RealAddress::parse("+49 0030 23125042")->reveal(), "+493023125042");
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    std::mt19937_64 random(seed);
    const std::string text = random_text(random);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    if (const auto parsed = RealAddress::parse(text)) {
      const std::string canonical = parsed->reveal_with_channel();
      ASSERT_EQ(RealAddress::parse(canonical)->reveal_with_channel(), canonical) << text;
      ASSERT_EQ(RealAddress::from_carrier(canonical)->reveal_with_channel(), canonical) << text;
    }
    if (const auto carried = RealAddress::from_carrier(text)) {
      const std::string kept = carried->reveal_with_channel();
      ASSERT_EQ(RealAddress::from_carrier(kept)->reveal_with_channel(), kept) << text;
      if (carried->reveal().size() > 4)
        ASSERT_EQ(carried->masked().find(carried->reveal()), std::string::npos);
      if (seed % 50 == 0) std::ignore = check_may_take_seat(*carried);
    }
  }
}

}  // namespace
}  // namespace bauta
