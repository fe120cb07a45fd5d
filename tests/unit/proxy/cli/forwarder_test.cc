#include "proxy/cli/forwarder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/proxy/cli/server/canned_server.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

/// What is told while an event is posted: "503 after 1, 20 ms".
struct Told {
  std::vector<std::string> retries;
  Forwarded end;
};

Told post_to(const std::string& url, int tries) {
  Told told;
  auto forwarder =
      Forwarder::make({.url = url,
                       .signing_key = "key",
                       .tries = tries,
                       .pause_first = milliseconds(1),
                       .pause_max = milliseconds(2),
                       .on_retry = [&](const Forwarded& so_far, milliseconds pause) {
                         told.retries.push_back(std::to_string(so_far.status) + so_far.error +
                                                " after " + std::to_string(so_far.tries) + ", " +
                                                std::to_string(pause.count()) + " ms");
                       }});
  EXPECT_TRUE(forwarder);
  told.end = (*forwarder)->post("evt_1", "{}");
  return told;
}

// Nothing was said for 15 seconds, then that it was given up.
TEST(Forwarder, TellsOfEveryTryThatIsNotTheLast) {
  CannedServer server({CannedServer::answer(500, "{}"), CannedServer::answer(500, "{}"),
                       CannedServer::answer(500, "{}")});
  const auto told = post_to(server.url(), 3);
  EXPECT_THAT(told.retries, ElementsAre("500 after 1, 1 ms", "500 after 2, 2 ms"));
  EXPECT_EQ(told.end.tries, 3);
  EXPECT_FALSE(told.end.is_taken());
}

TEST(Forwarder, SaysNothingOfWhatIsTaken) {
  CannedServer server({CannedServer::answer(204, "")});
  const auto told = post_to(server.url(), 5);
  EXPECT_THAT(told.retries, ElementsAre());
  EXPECT_TRUE(told.end.is_taken());
  EXPECT_EQ(header_of(server.requests().at(0), "webhook-id"), "evt_1");
}

TEST(Forwarder, NobodyThereIsToldToo) {
  RawListener gone;
  const auto url = "http://127.0.0.1:" + std::to_string(gone.port());
  gone.close();
  const auto told = post_to(url, 2);
  ASSERT_EQ(told.retries.size(), 1U);
  EXPECT_THAT(told.retries[0], HasSubstr("refused"));
  EXPECT_EQ(told.end.status, 0U);
}

}  // namespace
}  // namespace bauta
