#include "proxy/net/rfc3339.h"

#include <gtest/gtest.h>

#include <random>

namespace bauta {
namespace {

std::int64_t millis_of(std::string_view text) { return to_millis(parse_rfc3339(text).value()); }

TEST(Rfc3339, IsUtcWithMilliseconds) {
  EXPECT_EQ(format_rfc3339(from_millis(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(from_millis(1'764'043'615'007)), "2025-11-25T04:06:55.007Z");
  EXPECT_EQ(format_rfc3339(from_millis(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ClampsWhatFourDigitsCannotSay) {
  EXPECT_EQ(format_rfc3339(TimePoint::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(format_rfc3339(TimePoint::min()), "0000-01-01T00:00:00.000Z");
}

TEST(Rfc3339, ReadsOffsetsAndFractions) {
  EXPECT_EQ(millis_of("2025-11-25T04:06:55.007Z"), 1'764'043'615'007);
  EXPECT_EQ(millis_of("2025-11-25t04:06:55.007z"), 1'764'043'615'007);
  EXPECT_EQ(millis_of("2025-11-25T05:36:55.007+01:30"), 1'764'043'615'007);
  EXPECT_EQ(millis_of("2025-11-24T20:06:55.007-08:00"), 1'764'043'615'007);
  EXPECT_EQ(millis_of("2025-11-25T04:06:55Z"), 1'764'043'615'000);
  EXPECT_EQ(millis_of("2025-11-25T04:06:55.5Z"), 1'764'043'615'500);
  EXPECT_EQ(millis_of("2025-11-25T04:06:55.0079999999999Z"), 1'764'043'615'007);
  EXPECT_EQ(millis_of("2016-12-31T23:59:60Z"), millis_of("2017-01-01T00:00:00Z"));
  EXPECT_EQ(millis_of("2024-02-29T00:00:00-00:00"), millis_of("2024-02-29T00:00:00Z"));
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const auto* text : {"",
                           "2025",
                           "2025-11-25",
                           "2025-11-25T04:06:55",
                           "2025-11-25 04:06:55Z",
                           "2025-13-25T04:06:55Z",
                           "2025-02-29T04:06:55Z",
                           "2025-11-25T24:00:00Z",
                           "2025-11-25T04:60:55Z",
                           "2025-11-25T04:06:61Z",
                           "2025-11-25T04:06:55.Z",
                           "2025-11-25T04:06:55+24:00",
                           "2025-11-25T04:06:55+0100",
                           "2025-11-25T04:06:55Z ",
                           " 2025-11-25T04:06:55Z",
                           "2025-11-25T04:06:55ZZ",
                           "+2025-11-25T04:06:55Z",
                           "2025-00-25T04:06:55Z",
                           "2025-11-00T04:06:55Z",
                           "2025-11-25T4:06:55Z"}) {
    EXPECT_EQ(parse_rfc3339(text).error().code, "time.malformed") << text;
  }
}

TEST(Rfc3339, ReadsBackWhatItWrote) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 5'000; ++round) {
    const auto time =
        from_millis(static_cast<std::int64_t>(random() % 253'402'300'800'000));  // to the year 9999
    EXPECT_EQ(parse_rfc3339(format_rfc3339(time)).value(), time);
  }
}

}  // namespace
}  // namespace bauta
