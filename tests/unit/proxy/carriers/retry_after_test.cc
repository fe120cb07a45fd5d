#include "proxy/carriers/retry_after.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TimePoint at(int seconds_after) {
  // 1994-11-06 08:49:37 UTC
  return TimePoint{milliseconds{784'111'777'000}} + seconds{seconds_after};
}

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("2", at(0)), seconds{2});
  EXPECT_EQ(parse_retry_after("0", at(0)), seconds{0});
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", at(-90)), seconds{90});
}

TEST(RetryAfter, OfTheRemoteFutureIsAnHour) {
  EXPECT_EQ(parse_retry_after("99999", at(0)), kRetryAfterMax);
  EXPECT_EQ(parse_retry_after("99999999999999999999", at(0)), kRetryAfterMax);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 2094 08:49:37 GMT", at(0)), kRetryAfterMax);
}

TEST(RetryAfter, OfThePastIsNow) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", at(60)), seconds{0});
}

TEST(RetryAfter, OfAnotherFormIsNone) {
  for (const auto* field : {"", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37",
                            "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
                            "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_retry_after(field, at(0)), std::nullopt) << field;
  }
}

}  // namespace
}  // namespace bauta
