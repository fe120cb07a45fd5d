#include "proxy/cli/listener_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bauta {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// `bauta serve` said "Address already in use", and not of which setting.
TEST(ListenerError, NamesTheSettingAndTheWayOut) {
  const auto error = of_listener(
      {.code = "http.listen_failed", .detail = "cannot listen on 127.0.0.1:8080: in use"},
      "public");
  EXPECT_EQ(error.code, "http.listen_failed");
  EXPECT_THAT(error.detail,
              StartsWith("[public] listen: cannot listen on 127.0.0.1:8080: in use;"));
  EXPECT_THAT(error.detail, HasSubstr("take another address"));
}

TEST(ListenerError, LeavesWhatNamesItsSettingAsItIs) {
  const auto error = of_listener(
      {.code = "tls.key_mismatch", .detail = "[admin] tls_key_file: of another key"}, "admin");
  EXPECT_EQ(error.detail, "[admin] tls_key_file: of another key");
}

}  // namespace
}  // namespace bauta
