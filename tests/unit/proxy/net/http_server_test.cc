#include "proxy/net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include "proxy/config/log.h"
#include "tests/unit/proxy/net/peers/raw_peer.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

/// Handlers wait here until the test lets them go.
class Gate {
 public:
  Task<> pass() {
    ++waiting_;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (!open_) {
      timer.expires_after(milliseconds(1));
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
  }
  void open() { open_ = true; }
  void await_waiting(int count) const {
    while (waiting_ < count) std::this_thread::yield();
  }

 private:
  std::atomic<int> waiting_ = 0;
  std::atomic<bool> open_ = false;
};

Task<HttpResponse> hello(HttpRequest request) {
  co_return text_response(200, "hello from " + request.peer);
}
Task<HttpResponse> echo(HttpRequest request) {
  std::string text = request.target + "|" + request.path + "|" + request.query + "|" + request.body;
  for (const auto value : request.headers.find_all("x-two")) text += "|" + std::string(value);
  co_return text_response(200, std::move(text));
}
Task<HttpResponse> throws(HttpRequest) {
  throw std::runtime_error("the number is +12025550142");
  co_return HttpResponse{};
}
/// Gives its pieces at once, then waits for its end.
class Pieces final : public HttpStream {
 public:
  Pieces(std::vector<std::string> pieces, std::atomic<int>& ended, std::size_t times)
      : pieces_(std::move(pieces)), times_(times), ended_(ended) {}
  ~Pieces() override { ++ended_; }

  Task<std::optional<std::string>> next() override {
    if (at_ < times_ * pieces_.size()) co_return pieces_[at_++ % pieces_.size()];
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (!end_) {
      timer.expires_after(milliseconds(1));
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return std::nullopt;
  }
  void end() override { end_ = true; }

 private:
  std::vector<std::string> pieces_;
  std::size_t times_;
  std::size_t at_ = 0;
  bool end_ = false;
  std::atomic<int>& ended_;
};

Task<HttpResponse> stream_of(std::vector<std::string> pieces, std::atomic<int>& ended,
                             std::size_t times = 1) {
  HttpResponse response{.status = 200, .headers = {{"Content-Type", "text/plain"}}};
  response.stream = std::make_shared<Pieces>(std::move(pieces), ended, times);
  co_return response;
}

Task<HttpResponse> nothing(HttpRequest) {
  co_return HttpResponse{.status = 204, .headers = {{"X-Bad", "a\r\nSet-Cookie: b"}}};
}

std::string octets(std::size_t count) {
  std::string text;
  text.resize(count, 'b');
  return text;
}

class HttpServerTest : public ::testing::Test {
 protected:
  void start(HttpLimits limits = {}, unsigned thread_count = 1) {
    Router router;
    router.add("GET", "/hello", hello);
    router.add("GET", "/echo/{id}", echo);
    router.add("POST", "/echo/{id}", echo);
    router.add("POST", "/small", echo, {.body_bytes_max = 4});
    router.add("GET", "/throws", throws);
    router.add("GET", "/nothing", nothing);
    router.add("GET", "/stream",
               [this](const HttpRequest&) { return stream_of({"one", "and two"}, ended); });
    router.add("GET", "/flood",
               [this](const HttpRequest&) { return stream_of({octets(65'536)}, ended, 100'000); });
    router.add("GET", "/gate",
               [this](HttpRequest request) { return wait_at(gate, std::move(request)); });
    threads = std::make_unique<IoThreads>(thread_count);
    auto started = HttpServer::start(*threads,
                                     {.name = "public",
                                      .listen = "127.0.0.1:0",
                                      .public_url = "https://relay.example.com",
                                      .limits = limits},
                                     std::move(router), metrics);
    ASSERT_TRUE(started) << started.error().detail;
    server = *std::move(started);
    threads->run();
  }
  ~HttpServerTest() override { gate.open(); }

  static Task<HttpResponse> wait_at(Gate& gate, HttpRequest) {
    co_await gate.pass();
    co_return text_response(200, "passed");
  }

  RawPeer connect() const { return RawPeer::connect_to(server->port()); }
  std::string ask(std::string_view request) const {
    auto peer = connect();
    peer.send(request);
    return peer.read_message();
  }
  std::future<std::size_t> drain(milliseconds deadline) {
    return boost::asio::co_spawn(caller.executor(0), server->drain(deadline),
                                 boost::asio::use_future);
  }
  std::string exposed() const { return metrics.expose(); }
  /// What a connection's end counts is seen a moment after its peer saw the end.
  void await_exposed(const std::string& line) const {
    const auto patience = std::chrono::steady_clock::now() + RawPeer::kPatience;
    while (!exposed().contains(line)) {
      ASSERT_LT(std::chrono::steady_clock::now(), patience) << line;
      std::this_thread::yield();
    }
  }

  void await_ended(int count) const {
    const auto patience = std::chrono::steady_clock::now() + RawPeer::kPatience;
    while (ended < count) {
      ASSERT_LT(std::chrono::steady_clock::now(), patience);
      std::this_thread::yield();
    }
  }

  metrics::Instruments metrics{"0", "0"};
  Gate gate;
  /// Streams that are no more.
  std::atomic<int> ended = 0;
  IoThreads caller{1};
  std::unique_ptr<IoThreads> threads;
  std::unique_ptr<HttpServer> server;
};

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
