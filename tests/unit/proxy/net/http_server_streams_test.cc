#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/proxy/net/peers/raw_peer.h"
#include "tests/unit/proxy/net/serving/http_serving.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(HttpServerTest, SendsAStreamPieceByPieceUntilADrainEndsIt) {
  start();
  caller.run();
  auto peer = connect();
  peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_until("\r\n\r\n"),
              AllOf(HasSubstr("\r\nTransfer-Encoding: chunked\r\n"),
                    HasSubstr("\r\nConnection: close\r\n"), Not(HasSubstr("Content-Length"))));
  EXPECT_EQ(peer.read_until("two\r\n"), "3\r\none\r\n7\r\nand two\r\n");
  EXPECT_TRUE(peer.hears_nothing_for(milliseconds(20)));
  EXPECT_EQ(drain(milliseconds(60'000)).get(), 0U) << "it has ended, and was not cut off";
  EXPECT_EQ(peer.read_to_end(), "0\r\n\r\n");
}

TEST_F(HttpServerTest, AStreamToAnOldClientEndsWithTheConnection) {
  start();
  caller.run();
  auto peer = connect();
  peer.send("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_THAT(peer.read_until("\r\n\r\n"), Not(HasSubstr("Transfer-Encoding")));
  EXPECT_EQ(peer.read_until("two"), "oneand two");
  EXPECT_EQ(drain(milliseconds(60'000)).get(), 0U);
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(HttpServerTest, OfAStreamHeadAnswersTheHeadOnly) {
  start();
  auto peer = connect();
  peer.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_to_end(),
              AllOf(HasSubstr("\r\nTransfer-Encoding: chunked\r\n"), EndsWith("\r\n\r\n")));
  await_ended(1);
}

TEST_F(HttpServerTest, AStreamEndsWithItsPeer) {
  start();
  auto peer = connect();
  peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  peer.read_until("two\r\n");
  EXPECT_EQ(ended, 0);
  peer.close();
  await_ended(1);
}

TEST_F(HttpServerTest, CutsOffWhoReadsAStreamTooSlowly) {
  HttpLimits limits;
  limits.write_timeout = milliseconds(50);
  start(limits);
  auto peer = connect();
  peer.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
  await_exposed("bauta_http_rejected_total{listener=\"public\",reason=\"write_timeout\"} 1\n");
  await_ended(1);
}

TEST_F(HttpServerTest, MayBeDestroyedWhileItStreams) {
  start({}, 2);
  auto peer = connect();
  peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  peer.read_until("two\r\n");
  threads.reset();
  server.reset();
  EXPECT_EQ(ended, 1);
  peer.read_to_end();
}

}  // namespace
}  // namespace bauta
