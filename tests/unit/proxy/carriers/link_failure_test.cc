#include "proxy/carriers/link_failure.h"

#include <gtest/gtest.h>

namespace bauta {
namespace {

TEST(LinkFailure, IsWhatNeverReachedTheCarrier) {
  for (const auto* code : {"http.connect_failed", "http.connect_timeout", "http.resolve_failed",
                           "http.tls_failed", "http.tls_timeout", "http.write_failed"}) {
    const auto later = not_reached({.error = {.code = code, .detail = ""}});
    EXPECT_TRUE(later.link_failed) << code;
    EXPECT_EQ(later.code, code);
    EXPECT_FALSE(later.retry_after.has_value()) << code;
  }
}

TEST(LinkFailure, IsNotWhatOurOwnClientHadNoPlaceFor) {
  for (const auto* code :
       {"http.overloaded", "http.wait_timeout", "http.closed", "http.bad_call", "http.timeout"})
    EXPECT_FALSE(not_reached({.error = {.code = code, .detail = ""}}).link_failed) << code;
}

TEST(LinkFailure, IsWhatLeftAndWasNotAnswered) {
  for (const auto* code : {"http.read_timeout", "http.connection_lost", "http.write_timeout",
                           "http.malformed_answer", "http.answer_too_large"}) {
    const auto unknown = not_answered({.error = {.code = code, .detail = ""}});
    EXPECT_TRUE(unknown.link_failed) << code;
    EXPECT_EQ(unknown.code, code);
  }
  EXPECT_FALSE(not_answered({.error = {.code = "http.closed", .detail = ""}}).link_failed);
}

}  // namespace
}  // namespace bauta
