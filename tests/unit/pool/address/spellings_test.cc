#include "pool/address/spellings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace bauta {
namespace {

std::vector<std::string> others(const std::string& written) {
  std::vector<std::string> spelt;
  for (const auto& other : other_spellings(*RealAddress::from_carrier(written)))
    spelt.push_back(other.reveal_with_channel());
  return spelt;
}

// C56, C57: replies and contacts doubled, or lost, where carrier and numbering plan spell one phone differently.
TEST(OtherSpellings, OfTheFiveCountriesThatHaveThem) {
  using testing::ElementsAre;
  EXPECT_THAT(others("+541123456789"), ElementsAre("+5491123456789"));
  EXPECT_THAT(others("+5491123456789"), ElementsAre("+541123456789"));
  EXPECT_THAT(others("+551187654321"), ElementsAre("+5511987654321"));
  EXPECT_THAT(others("+5511987654321"), ElementsAre("+551187654321"));
  EXPECT_THAT(others("+551132654321"), ElementsAre());  // a fixed line
  EXPECT_THAT(others("+5215512345678"), ElementsAre("+525512345678"));
  EXPECT_THAT(others("+525512345678"), ElementsAre("+5215512345678"));
  EXPECT_THAT(others("39612345678"), ElementsAre("+390612345678"));
  EXPECT_THAT(others("+390612345678"), ElementsAre("+39612345678"));
  EXPECT_THAT(others("+393312345678"), ElementsAre());  // a mobile
  EXPECT_THAT(others("+3780549886377"), ElementsAre("+378886377", "+390549886377"));
  EXPECT_THAT(others("+378886377"), ElementsAre("+3780549886377", "+390549886377"));
  EXPECT_THAT(others("+390549886377"), ElementsAre("+39549886377", "+3780549886377", "+378886377"));
  EXPECT_THAT(others("whatsapp:+541123456789"), ElementsAre("whatsapp:+5491123456789"));
}

TEST(OtherSpellings, OfEverybodyElseAreNone) {
  for (const char* written :
       {"+12025550142", "+442079460142", "+493023125042", "INFO", "54911", "+54", "+5500000",
        "+3901234", "+39hello", "messenger:541123456789", "+52123456789012345"}) {
    EXPECT_THAT(others(written), testing::IsEmpty()) << written;
  }
}

TEST(OtherSpellings, LeadBack) {
  for (const std::string written : {"+541123456789", "+551187654321", "+5215512345678",
                                    "+390612345678", "+3780549886377", "+378886377"}) {
    for (const std::string& other : others(written))
      EXPECT_THAT(others(other), testing::Contains(written)) << other;
  }
}

std::vector<std::string> all(const std::string& written) {
  std::vector<std::string> spelt;
  for (const auto& one : all_spellings(*RealAddress::from_carrier(written)))
    spelt.push_back(one.reveal_with_channel());
  return spelt;
}

TEST(AllSpellings, AreTheSameWhicheverIsAskedFor) {
  const std::vector<std::vector<std::string>> telephones = {
      {"+5491123456789", "+541123456789"},
      {"+5511987654321", "+551187654321"},
      {"+525512345678", "+5215512345678"},
      {"+390612345678", "+39612345678"},
      {"+3780549886377", "+378886377", "+390549886377", "+39549886377"},
      {"whatsapp:+5491123456789", "whatsapp:+541123456789"},
      {"+12025550142"},
      {"messenger:541123456789"}};
  for (const auto& telephone : telephones) {
    for (const std::string& spelling : telephone) {
      EXPECT_THAT(all(spelling), testing::UnorderedElementsAreArray(telephone)) << spelling;
      EXPECT_EQ(all(spelling).front(), spelling);
    }
  }
}

std::string today(const std::string& written) {
  return today_spelt(*RealAddress::from_carrier(written)).reveal_with_channel();
}

TEST(TodaySpelt, IsTheSameForEverySpellingOfATelephone) {
  const std::vector<std::vector<std::string>> telephones = {
      {"+5491123456789", "+541123456789"},
      {"+5511987654321", "+551187654321"},
      {"+525512345678", "+5215512345678"},
      {"+390612345678", "+39612345678"},
      {"+3780549886377", "+378886377", "+390549886377", "+39549886377"},
      {"whatsapp:+5491123456789", "whatsapp:+541123456789"}};
  for (const auto& spellings : telephones) {
    for (const std::string& spelling : spellings) {
      EXPECT_EQ(today(spelling), spellings.front()) << spelling;
      for (const std::string& other : others(spelling))
        EXPECT_EQ(today(other), spellings.front()) << other;
    }
  }
}

// Found by reading: a sender as long as a sender may be, and one digit more for the other spelling, ended the process.
TEST(OtherSpellings, OfWhatIsTooLongForATelephoneAreNone) {
  for (const std::string& written : {"+39" + std::string(125, '1'), "+39" + std::string(125, 'x'),
                                     std::string("+391234567890123")}) {
    EXPECT_THAT(others(written), testing::IsEmpty()) << written;
    EXPECT_EQ(today(written), written);
  }
}

TEST(TodaySpelt, IsTheAddressItselfForEverybodyElse) {
  for (const std::string written :
       {"+12025550142", "+442079460142", "+551132654321", "+393312345678", "INFO", "+54",
        "+5500000", "+39", "+39hello", "messenger:541123456789"}) {
    EXPECT_EQ(today(written), written);
  }
}

}  // namespace
}  // namespace bauta
