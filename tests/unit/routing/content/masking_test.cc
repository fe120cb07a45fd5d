#include "routing/content/masking.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

constexpr const char* kUs = "+12025550142";
constexpr const char* kGerman = "+493023125142";
constexpr const char* kBritish = "+442079460142";

/// "-": nothing was masked.
std::string masked(const std::string& text, const std::vector<std::string>& addresses) {
  std::vector<RealAddress> real;
  for (const auto& address : addresses) real.push_back(*RealAddress::from_carrier(address));
  const auto result = mask_addresses(*MessageText::parse(text), real);
  return result ? result->reveal() : "-";
}

TEST(NeverReveal, AParticipantsAddressIsMaskedInEveryUsualSpelling) {
  for (const auto* spelling : {"+12025550142",
                               "12025550142",
                               "2025550142",
                               "202-555-0142",
                               "(202) 555-0142",
                               "202.555.0142",
                               "1-202-555-0142",
                               "+1 (202) 555-0142",
                               "+1 202 555 0142",
                               "001 202 555 0142",
                               "011 1 202 555 0142",
                               "202 / 555 / 0142",
                               "2 0 2 5 5 5 0 1 4 2",
                               "555-0142",
                               "5550142",
                               "202\u00a0555\u00a00142",
                               "202\u2011555\u20110142",
                               "202\u200b5550142",
                               "\uff12\uff10\uff12\uff15\uff15\uff15\uff10\uff11\uff14\uff12",
                               "\u0662\u0660\u0662\u0665\u0665\u0665\u0660\u0661\u0664\u0662",
                               "202_555_0142",
                               "202*555*0142",
                               "202,555,0142"}) {
    EXPECT_EQ(masked(std::string("call me: ") + spelling + " thanks", {kUs}), "call me: *** thanks")
        << spelling;
  }
  for (const auto* spelling :
       {"+493023125142", "+49 30 23125142", "030 23125142", "030/23125142", "+49 (0)30 23125142",
        "0049 30 231 251 42", "0049(0)30-23125142", "23125142", "(030) 23 12 51 42"}) {
    EXPECT_EQ(masked(std::string("ruf an: ") + spelling + ".", {kGerman}), "ruf an: ***.")
        << spelling;
  }
  for (const auto* spelling : {"020 7946 0142", "+44 20 7946 0142", "+44 (0) 20 7946 0142",
                               "0044 20 7946 0142", "7946 0142"}) {
    EXPECT_EQ(masked(spelling, {kBritish}), "***") << spelling;
  }
}

TEST(Masking, LeavesOtherNumbersAndTheRestAsTheyAre) {
  for (const auto* text :
       {"gate 4, code 5142", "it is 20:25 on 2026-11-25", "+12025550143", "order 2025550199",
        "I pay 1,250.00", "555 0143", "90210", "no digits", "\U0001f600 0142", ""}) {
    EXPECT_EQ(masked(text, {kUs, kGerman, kBritish}), "-") << text;
  }
}

TEST(Masking, MasksEachOfSeveral) {
  EXPECT_EQ(masked("me 202-555-0142, you 020 7946 0142 or 030 23125142!", {kUs, kGerman, kBritish}),
            "me ***, you *** or ***!");
  EXPECT_EQ(masked("2025550142 2025550142", {kUs}), "*** ***");
}

TEST(Masking, TakesOnlyWhatBelongsToTheNumber) {
  EXPECT_EQ(masked("room 7: 202-555-0142", {kUs}), "room 7: ***");
  EXPECT_EQ(masked("5 2025550142", {kUs}), "5 ***");
  EXPECT_EQ(masked("2025550142 5", {kUs}), "*** 5");
}

TEST(Masking, KnowsTheDigitsThatSomeWriteAndOthersDont) {
  EXPECT_EQ(masked("11 5 2345 6789? no: +54 9 11 2345-6789", {"+5491123456789"}),
            "11 5 2345 6789? no: ***");
  EXPECT_EQ(masked("+54 11 2345-6789", {"+5491123456789"}), "***");
  EXPECT_EQ(masked("+55 11 8765-4321", {"+5511987654321"}), "***");
}

TEST(Masking, LeavesWordsThatAreIdentitiesElsewhere) {
  EXPECT_EQ(masked("1234567", {"messenger:1234567"}), "-");
  EXPECT_EQ(masked("write +12025550142", {"whatsapp:+12025550142"}), "write ***");
}

}  // namespace
}  // namespace bauta
