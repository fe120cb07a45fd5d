#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/unit/proxy/net/peers/raw_peer.h"
#include "tests/unit/proxy/net/serving/http_serving.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST_F(HttpServerTest, ADrainLetsRequestsFinishAndTakesNoMore) {
  start({}, 2);
  caller.run();
  auto busy = connect();
  busy.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.await_waiting(1);
  auto idle = connect();
  idle.send(kGet);
  idle.read_message();
  auto drained = drain(milliseconds(5'000));
  EXPECT_TRUE(idle.sees_end());
  while (connect().is_connected()) std::this_thread::yield();
  gate.open();
  EXPECT_THAT(busy.read_to_end(),
              AllOf(HasSubstr("\r\nConnection: close\r\n"), EndsWith("passed")));
  busy.close();
  EXPECT_EQ(drained.get(), 0U);
}

TEST_F(HttpServerTest, ADrainEndsAtItsDeadlineAndSaysHowManyWereCutOff) {
  start();
  caller.run();
  auto busy = connect();
  busy.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.await_waiting(1);
  EXPECT_EQ(drain(milliseconds(30)).get(), 1U);
  EXPECT_EQ(busy.read_to_end(), "");
}

TEST_F(HttpServerTest, ADrainOfNothingIsOverAtOnce) {
  start({}, 2);
  caller.run();
  EXPECT_EQ(drain(milliseconds(60'000)).get(), 0U);
}

TEST_F(HttpServerTest, MayBeDestroyedWhileItServes) {
  start({}, 2);
  auto busy = connect();
  busy.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.await_waiting(1);
  server.reset();
  threads.reset();
  EXPECT_EQ(busy.read_to_end(), "");
}

TEST_F(HttpServerTest, MayBeDestroyedAfterItsThreads) {
  start({}, 2);
  auto busy = connect();
  busy.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.await_waiting(1);
  threads.reset();
  server.reset();
  EXPECT_EQ(busy.read_to_end(), "");
}

}  // namespace
}  // namespace bauta
