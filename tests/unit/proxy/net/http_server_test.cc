#include "proxy/net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "proxy/config/log.h"
#include "tests/unit/proxy/net/peers/raw_peer.h"
#include "tests/unit/proxy/net/serving/http_serving.h"

namespace bauta {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  start();
  auto peer = connect();
  for (int i = 0; i < 3; ++i) {
    peer.send(kGet);
    EXPECT_THAT(
        peer.read_message(),
        AllOf(StartsWith("HTTP/1.1 200 OK\r\nDate: "), HasSubstr("\r\nBauta-Request-Id: req_"),
              HasSubstr("\r\nContent-Length: 20\r\n"), Not(HasSubstr("Connection:")),
              EndsWith("\r\n\r\nhello from 127.0.0.1")));
  }
  EXPECT_THAT(exposed(), AllOf(HasSubstr("bauta_http_connections{listener=\"public\"} 1\n"),
                               HasSubstr("bauta_http_requests_total{listener=\"public\",method="
                                         "\"GET\",route=\"/hello\",status=\"200\"} ")));
}

// RFC 9110, 6.6.1; rendered anew each second, on the same thread.
TEST_F(HttpServerTest, DatesEveryAnswer) {
  start();
  auto peer = connect();
  std::set<std::string> dates;
  const auto patience = std::chrono::steady_clock::now() + RawPeer::kPatience;
  while (dates.size() < 3 && std::chrono::steady_clock::now() < patience) {
    peer.send(kGet);
    const auto answer = peer.read_message();
    const auto at = answer.find("Date: ");
    dates.insert(answer.substr(at, answer.find("\r\n", at) - at));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(dates.size(), 3U);
  EXPECT_THAT(dates, Each(MatchesRegex("Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} 20[0-9]{2} "
                                       "[0-9]{2}:[0-9]{2}:[0-9]{2} GMT")));
}

TEST_F(HttpServerTest, GivesEveryAnswerAnIdOfItsOwn) {
  start({}, 2);
  std::set<std::string> ids;
  for (int i = 0; i < 40; ++i) {
    const auto answer = ask(i % 2 == 0 ? kGet : "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    ids.insert(answer.substr(answer.find("req_"), 30));
  }
  EXPECT_EQ(ids.size(), 40U);
}

TEST_F(HttpServerTest, HandsOnWhatWasReceivedUntouched) {
  start();
  EXPECT_THAT(ask("POST /echo/a%2fb?q=%20+&q= HTTP/1.1\r\nHost: x\r\nX-Two: 1\r\nx-two: "
                  "2\r\nContent-Length: 3\r\n\r\na+b"),
              EndsWith("\r\n\r\n/echo/a%2fb?q=%20+&q=|/echo/a%2fb|q=%20+&q=|a+b|1|2"));
  EXPECT_THAT(ask("GET https://relay.example.com/echo/x?y HTTP/1.1\r\nHost: x\r\n\r\n"),
              EndsWith("\r\n\r\nhttps://relay.example.com/echo/x?y|/echo/x|y|"));
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
  start();
  auto peer = connect();
  peer.send(
      "GET /echo/1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo/2 HTTP/1.1\r\nHost: x\r\nContent-Length: "
      "2\r\n\r\nhi"
      "HEAD /echo/3 HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /echo/5 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(peer.read_message(), EndsWith("\r\n\r\n/echo/1|/echo/1||"));
  EXPECT_THAT(peer.read_message(), EndsWith("\r\n\r\n/echo/2|/echo/2||hi"));
  EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("\r\nContent-Length: 17\r\n"));
  EXPECT_THAT(peer.read_message(), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(peer.read_to_end(),
              AllOf(HasSubstr("\r\nConnection: close\r\n"), EndsWith("\r\n\r\n/echo/5|/echo/5||")));
}

TEST_F(HttpServerTest, ReadsABodyInChunksAndOctetByOctet) {
  start();
  EXPECT_THAT(ask("POST /echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n3\r\nabc\r\n4;e=1\r\ndefg\r\n0\r\nX-Two: no\r\n\r\n"),
              EndsWith("\r\n\r\n/echo/x|/echo/x||abcdefg"));
  auto peer = connect();
  for (const char octet :
       std::string("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"))
    peer.send({&octet, 1});
  EXPECT_THAT(peer.read_message(), EndsWith("|abc"));
}

TEST_F(HttpServerTest, SpeaksToOldClients) {
  start();
  EXPECT_THAT(ask("GET /hello HTTP/1.0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nConnection: close\r\n")));
  EXPECT_THAT(ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
              HasSubstr("\r\nConnection: keep-alive\r\n"));
}

TEST_F(HttpServerTest, AnEmptyAnswerHasNoLengthAndAForgedHeaderIsLeftOut) {
  start();
  auto peer = connect();
  peer.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_until("\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 204 No Content\r\n"), Not(HasSubstr("Content-Length")),
                    Not(HasSubstr("Cookie"))));
}

// C54: who waits for the 100 has sent nothing yet.
TEST_F(HttpServerTest, AsksForABodyThatItWillRead) {
  start();
  auto peer = connect();
  peer.send(
      "POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2048\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send(std::string(2048, 'b'));
  EXPECT_THAT(peer.read_message(),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith(std::string(2048, 'b'))));
  peer.send(
      "POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\nhi");
  EXPECT_THAT(peer.read_message(), StartsWith("HTTP/1.1 200 OK\r\n"))
      << "the body was there already";
}

TEST_F(HttpServerTest, RefusesAnUnknownPathWithoutAskingForItsBody) {
  start();
  EXPECT_THAT(
      ask("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"),
      AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("\r\nConnection: close\r\n")));
  EXPECT_THAT(ask("PUT /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nAllow: GET, HEAD\r\n"),
                    Not(HasSubstr("\r\nConnection: close\r\n"))));
  EXPECT_THAT(ask("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: tea\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 417 "), HasSubstr(R"("code":"http.expectation_failed")")));
}

TEST_F(HttpServerTest, RefusesWhatIsNoRequest) {
  start();
  const std::string post = "POST /echo/x HTTP/1.1\r\nHost: x\r\n";
  for (const std::string& request : std::vector<std::string>{
           "\x16\x03\x01\x02\x01\x01",
           "hello\r\n\r\n",
           "GET /hello\r\n\r\n",
           "GET /hello HTTP/2.0\r\nHost: x\r\n\r\n",
           "GET /he llo HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost x\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost : x\r\n\r\n",
           "GET /hello HTTP/1.1\r\nA: \x01\r\n\r\n",
           post + "Content-Length: -1\r\n\r\n",
           post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           post + "Content-Length: 99999999999999999999999\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
           post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: gzip\r\n\r\n",
           post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
           "GET /hello HTTP/1.1\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET /echo/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
       }) {
    EXPECT_THAT(ask(request),
                AllOf(StartsWith("HTTP/1.1 400 Bad Request\r\n"),
                      HasSubstr("\r\nContent-Type: application/problem+json\r\n"),
                      HasSubstr(R"("code":"http.malformed")"),
                      HasSubstr(R"("type":"https://relay.example.com/errors/http.malformed")")))
        << request;
  }
  EXPECT_THAT(ask(kGet), StartsWith("HTTP/1.1 200 ")) << "the server went on";
}

TEST_F(HttpServerTest, AHandlersExceptionRevealsNothing) {
  start();
  std::vector<std::string> lines;
  log::set_sink([&](std::string_view line) { lines.emplace_back(line); });
  auto peer = connect();
  peer.send("GET /throws HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(peer.read_message(),
              AllOf(StartsWith("HTTP/1.1 500 Internal Server Error\r\n"),
                    HasSubstr(R"("code":"internal")"), Not(HasSubstr("2025550142"))));
  peer.send(kGet);
  EXPECT_THAT(peer.read_message(), StartsWith("HTTP/1.1 200 "));
  log::set_sink(nullptr);
  for (const auto& line : lines) EXPECT_THAT(line, Not(HasSubstr("2025550142")));
}

// C52: whole requests in the log hold the number and the text.
TEST_F(HttpServerTest, TheAccessLogHoldsNoQueryAddressOrBody) {
  start();
  std::vector<std::string> lines;
  log::set_level(log::Level::debug);
  log::set_sink([&](std::string_view line) { lines.emplace_back(line); });
  ask("POST /echo/2025550142?msisdn=12025550142&text=secret+plan HTTP/1.1\r\nHost: "
      "x\r\nX-Forwarded-For: 192.0.2.7\r\n"
      "Content-Length: 11\r\n\r\nsecret+plan");
  ask("2025550142 /2025550142 HTTP/1.1\r\nHost: x\r\n\r\n");
  server.reset();
  threads.reset();
  log::set_sink(nullptr);
  log::set_level(log::Level::info);
  ASSERT_FALSE(lines.empty());
  for (const auto& line : lines) {
    for (const auto* secret : {"2025550142", "secret", "127.0.0.1", "192.0.2.7"})
      EXPECT_THAT(line, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(lines[0],
              HasSubstr("http listener=public method=POST route=/echo/{id} status=200 took_us="));
  EXPECT_THAT(exposed(), Not(HasSubstr("2025550142")));
}

TEST_F(HttpServerTest, ServesManyConnectionsOnSeveralThreads) {
  start({}, 3);
  std::vector<std::jthread> clients;
  clients.reserve(8);
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        if (ask(kGet).starts_with("HTTP/1.1 200 ")) ++good;
      }
    });
  }
  clients.clear();
  EXPECT_EQ(good, 200);
}

TEST_F(HttpServerTest, ListensOnlyWhereItCan) {
  start();
  Router router;
  const auto listen = [&](std::string where) {
    return HttpServer::start(*threads, {.name = "public", .listen = std::move(where)}, {}, metrics);
  };
  EXPECT_EQ(listen(server->address()).error().code, "http.listen_failed")
      << "another server has it";
  for (const auto* where : {"", "8080", ":8080", "localhost:8080", "127.0.0.1:", "127.0.0.1:65536",
                            "127.0.0.1:80x", "::1:80", "300.0.0.1:80", "192.0.2.1:0"}) {
    const auto started = listen(where);
    ASSERT_FALSE(started) << where;
    EXPECT_EQ(started.error().code, "http.listen_failed") << where;
  }
  EXPECT_THAT(server->address(), StartsWith("127.0.0.1:"));
}

}  // namespace
}  // namespace bauta
