#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "tests/unit/proxy/net/peers/raw_peer.h"
#include "tests/unit/proxy/net/serving/http_serving.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(HttpServerTest, RefusesABodyThatIsTooLargeWithoutAskingForIt) {
  start();
  for (const std::string expect : {"Expect: 100-continue\r\n", ""}) {
    auto peer = connect();
    peer.send("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n" + expect + "\r\n");
    EXPECT_THAT(peer.read_message(), AllOf(StartsWith("HTTP/1.1 413 Content Too Large\r\n"),
                                           HasSubstr("\r\nConnection: close\r\n"),
                                           HasSubstr(R"("code":"http.body_too_large")")));
    peer.shut_down_sending();
    EXPECT_TRUE(peer.sees_end());
  }
}

TEST_F(HttpServerTest, TheAnswerReachesAPeerThatIsStillSending) {
  start();
  auto peer = connect();
  peer.send("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" +
            std::string(500'000, 'b'));
  EXPECT_THAT(peer.read_message(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, BoundsABodyWhoseLengthIsNotAnnounced) {
  start({.body_bytes_max = 10});
  const std::string head = "POST /echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(ask(head + "a\r\n0123456789\r\n0\r\n\r\n"), EndsWith("|0123456789"));
  EXPECT_THAT(ask(head + "b\r\n0123456789a\r\n0\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(ask(head + "5\r\n01234\r\n6\r\n56789a\r\n0\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, ARouteMayHaveALimitOfItsOwn) {
  start();
  EXPECT_THAT(ask("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n1234"),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, BoundsTheHead) {
  start({.header_bytes_max = 1024, .header_count_max = 4});
  std::string fields;
  for (int i = 0; i < 3; ++i) fields += "A: b\r\n";
  EXPECT_THAT(ask("GET /hello HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n"),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask("GET /hello HTTP/1.1\r\nHost: x\r\nA: b\r\n" + fields + "\r\n"),
              StartsWith("HTTP/1.1 431 "));
  for (const auto& request : {"GET /hello HTTP/1.1\r\nHost: x\r\nA: " + std::string(2000, 'b'),
                              "GET /" + std::string(2000, 'b')}) {
    EXPECT_THAT(ask(request + "\r\n\r\n"), AllOf(StartsWith("HTTP/1.1 431 "),
                                                 HasSubstr(R"("code":"http.headers_too_large")")));
  }
  EXPECT_THAT(exposed(),
              HasSubstr("bauta_http_rejected_total{listener=\"public\",reason=\"too_large\"} 2\n"));
}

TEST_F(HttpServerTest, CutsOffWhoIsTooSlow) {
  start({.header_timeout = milliseconds(50),
         .body_timeout = milliseconds(50),
         .idle_timeout = milliseconds(50)});
  auto says_nothing = connect();
  auto half_a_head = connect();
  half_a_head.send("GET /hello HTTP/1.1\r\nHost");
  auto half_a_body = connect();
  half_a_body.send("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
  EXPECT_EQ(says_nothing.read_to_end(), "");
  EXPECT_EQ(half_a_head.read_to_end(), "");
  EXPECT_EQ(half_a_body.read_to_end(), "");
  await_exposed("reason=\"header_timeout\"} 1\n");
  await_exposed("reason=\"body_timeout\"} 1\n");
}

TEST_F(HttpServerTest, ADripOfOctetsProlongsNothing) {
  start({.header_timeout = milliseconds(150), .body_timeout = milliseconds(150)});
  for (const auto& [begin, drip] :
       {std::pair("GET /hello HTTP/1.1\r\n", "A: b\r\n"),
        std::pair("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", "a"),
        std::pair("POST /echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                  "1\r\na\r\n")}) {
    auto peer = connect();
    peer.send(begin);
    bool is_cut_off = false;
    const auto patience = std::chrono::steady_clock::now() + RawPeer::kPatience;
    while (!is_cut_off && std::chrono::steady_clock::now() < patience)
      is_cut_off = !peer.send(drip) || !peer.hears_nothing_for(milliseconds(10));
    EXPECT_TRUE(is_cut_off) << begin;
  }
  await_exposed("reason=\"header_timeout\"} 1\n");
  await_exposed("reason=\"body_timeout\"} 2\n");
}

TEST_F(HttpServerTest, APeerThatReadsNothingDoesNotHoldAnAnswerForever) {
  const std::string big = octets(20'000'000);
  start({.body_bytes_max = 30'000'000, .write_timeout = milliseconds(100)});
  auto peer = connect();
  ASSERT_TRUE(
      peer.send("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n" + big));
  await_exposed("status=\"200\"} 1\n");
  EXPECT_LT(peer.read_to_end().size(), 20'000'000U);
}

TEST_F(HttpServerTest, TurnsAwayWhoIsOverTheLimitOfConnections) {
  start({.connections_max = 2});
  auto first = connect();
  first.send(kGet);
  first.read_message();
  auto second = connect();
  second.send(kGet);
  second.read_message();
  auto third = connect();
  EXPECT_THAT(
      third.read_to_end(),
      AllOf(StartsWith("HTTP/1.1 503 Service Unavailable\r\n"), HasSubstr("\r\nRetry-After: 1\r\n"),
            HasSubstr("\r\nConnection: close\r\n"), HasSubstr(R"("code":"overloaded")")));
  first.close();
  await_exposed("bauta_http_connections{listener=\"public\"} 1\n");
  EXPECT_THAT(ask(kGet), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, RefusesMoreRequestsThanItMayAnswerAtOnce) {
  start({.requests_in_flight_max = 1});
  auto first = connect();
  first.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.await_waiting(1);
  auto second = connect();
  second.send(
      "POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(second.read_message(),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("\r\nRetry-After: 1\r\n"),
                    HasSubstr(R"("code":"overloaded")")));
  gate.open();
  EXPECT_THAT(first.read_message(), EndsWith("passed"));
  EXPECT_THAT(ask(kGet), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace bauta
