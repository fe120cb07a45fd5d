#include "pool/address/locality.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace bauta {

void PrintTo(const Locality& locality, std::ostream* out) {
  *out << locality.country << "/" << locality.area_code << "/" << locality.region;
}

namespace {

std::string shown(const Locality& locality) { return testing::PrintToString(locality); }
Locality place(const std::string& number) {
  return locality_of(*VirtualNumber::from_carrier(number));
}

TEST(Locality, IsToldByTheNumberingPlan) {
  const std::pair<std::string, std::string> places[] = {
      {"+12025550142", "US/202/Washington D.C."},
      {"+17715550142", "US/771/Washington D.C."},  // C59: an overlay
      {"+12125550142", "US/212/New York, NY"},
      {"+14165550142", "CA/416/Ontario"},
      {"+18765550142", "JM/876/"},
      {"+13105550142", "US/310/California"},
      {"+15555550123", "US/555/"},  // an area code that the metadata doesn't know
      {"+18005550142", "US//"},
      {"+15005550142", "US//"},
      {"+442079460142", "GB/20/London"},
      {"+493023125042", "DE/30/Berlin"},
      {"+390612345678", "IT/06/Rome"},
      {"+3780549886377", "SM/0549/"},
      {"+33142685300", "FR/1/Paris"},
      {"+34910000000", "ES//Madrid"},
      {"+4915112345678", "DE//"},
      {"+8613800000000", "CN//Beijing"},
      {"+525512345678", "MX/55/Mexico City, FD"},
      {"+541123456789", "AR/11/Buenos Aires"},
      {"+5491123456789", "AR/11/Buenos Aires"},  // a mobile's 9 says nothing of the place
      {"+6581234567", "SG//"},
      {"+88213000000", "//"},
      {"+999123456789", "//"},
  };
  for (const auto& [number, expected] : places) EXPECT_EQ(shown(place(number)), expected) << number;
  for (const char* sender : {"INFO", "+INFO1234", "+0612345678", "12345"}) {
    EXPECT_EQ(shown(locality_of(*RealAddress::from_carrier(sender))), "//") << sender;
  }
  EXPECT_EQ(shown(locality_of(*RealAddress::parse("messenger:12025550142"))), "//");
  EXPECT_EQ(shown(locality_of(*RealAddress::parse("whatsapp:+12025550142"))),
            "US/202/Washington D.C.");
}

TEST(Locality, OfAnAreaCodeDoesNotDependOnTheExchange) {
  // The geocoder alone calls +1 201 200 "Jersey City, NJ" and +1 201 555 "New Jersey": numbers of one area would stand in two rings.
  EXPECT_EQ(shown(place("+12012000100")), "US/201/New Jersey");
  EXPECT_EQ(shown(place("+12015550100")), "US/201/New Jersey");
}

TEST(Locality, NamesRingsAsTheyStandOnDisk) {
  const Locality washington = place("+12025550142");
  EXPECT_EQ(ring_name(washington, Tier::area_code), "area/1/202");
  EXPECT_EQ(ring_name(washington, Tier::region), "region/US/Washington D.C.");
  EXPECT_EQ(ring_name(washington, Tier::country), "country/US");
  EXPECT_EQ(ring_name(washington, Tier::any), "any");
  EXPECT_EQ(ring_name(place("+390612345678"), Tier::area_code), "area/39/06");
  const Locality nowhere;
  EXPECT_EQ(ring_name(nowhere, Tier::area_code), "");
  EXPECT_EQ(ring_name(nowhere, Tier::region), "");
  EXPECT_EQ(ring_name(nowhere, Tier::country), "");
  EXPECT_EQ(ring_name(nowhere, Tier::any), "any");
  const Locality invented{.country = "XX", .area_code = "202", .region = ""};
  EXPECT_EQ(ring_name(invented, Tier::area_code), "");
  const Locality mobile = place("+4915112345678");
  EXPECT_EQ(ring_name(mobile, Tier::area_code), "");
  EXPECT_EQ(ring_name(mobile, Tier::country), "country/DE");
}

TEST(Locality, AHintIsCompletedOnlyWhereItsPartsBelongTogether) {
  const Locality own = place("+12025550142");
  const auto completed = [&](Locality hint) { return shown(complete(std::move(hint), own)); };
  EXPECT_EQ(completed({}), "US/202/Washington D.C.");
  EXPECT_EQ(completed({.country = "US", .area_code = "", .region = ""}), "US/202/Washington D.C.");
  EXPECT_EQ(completed({.country = "US", .area_code = "202", .region = ""}),
            "US/202/Washington D.C.");
  EXPECT_EQ(completed({.country = "", .area_code = "771", .region = ""}), "US/771/Washington D.C.");
  EXPECT_EQ(completed({.country = "US", .area_code = "310", .region = ""}), "US/310/California");
  EXPECT_EQ(completed({.country = "GB", .area_code = "20", .region = ""}), "GB/20/London");
  EXPECT_EQ(completed({.country = "GB", .area_code = "", .region = ""}), "GB//");
  EXPECT_EQ(completed({.country = "US", .area_code = "", .region = "Florida"}), "US//Florida");
  EXPECT_EQ(completed({.country = "XX", .area_code = "20", .region = ""}), "XX/20/");
  EXPECT_EQ(completed({.country = "US", .area_code = "no digits", .region = ""}), "US/no digits/");
}

TEST(Locality, ReachIsTheNumbersCountryAndItsCallingZone) {
  const auto reach = [](const std::string& number) {
    return default_reach(*VirtualNumber::parse(number));
  };
  EXPECT_THAT(reach("+12025550142"), testing::ElementsAre("US", "CA"));
  EXPECT_THAT(reach("+14165550142"), testing::ElementsAre("CA", "US"));
  EXPECT_THAT(reach("+18765550142"), testing::ElementsAre("JM", "US", "CA"));
  EXPECT_THAT(reach("+442079460142"), testing::ElementsAre("GB", "GG", "IM", "JE"));
  EXPECT_THAT(reach("+493023125042"), testing::ElementsAre("DE"));
  EXPECT_THAT(reach("+88213000000"), testing::IsEmpty());
}

TEST(Tier, IsReadByTheNameItIsWrittenBy) {
  for (const Tier tier : kTiers) EXPECT_EQ(parse_tier(tier_name(tier)), tier);
  const auto unknown = parse_tier("city");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, "tier.unknown");
}

}  // namespace
}  // namespace bauta
