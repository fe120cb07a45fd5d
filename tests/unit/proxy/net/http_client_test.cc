#include "proxy/net/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <future>
#include <thread>

#include "proxy/net/io_threads.h"
#include "proxy/net/name_lookups.h"
#include "tests/unit/proxy/net/peers/raw_peer.h"
#include "tests/unit/proxy/net/peers/test_certificates.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kOk = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-A: 1\r\n\r\nok";

/// "201 ok", "not sent: http.connect_failed", "unknown: http.read_timeout".
std::string describe(const HttpOutcome& outcome) {
  if (const auto* refusal = std::get_if<HttpNotSent>(&outcome))
    return "not sent: " + std::string(refusal->error.code);
  if (const auto* unknown = std::get_if<HttpUnknown>(&outcome))
    return "unknown: " + std::string(unknown->error.code);
  const auto& answer = std::get<HttpAnswer>(outcome);
  return std::to_string(answer.status) + " " + answer.body;
}
std::string detail_of(const HttpOutcome& outcome) {
  if (const auto* refusal = std::get_if<HttpNotSent>(&outcome)) return refusal->error.detail;
  if (const auto* unknown = std::get_if<HttpUnknown>(&outcome)) return unknown->error.detail;
  return "";
}

class HttpClientTest : public ::testing::Test {
 protected:
  HttpClientTest() { thread.run(); }
  ~HttpClientTest() override {
    thread.stop();
    thread.join();
  }

  void make(HttpClientOptions options = {}) {
    auto made = HttpClient::make(thread.executor(0), std::move(options));
    ASSERT_TRUE(made) << made.error().detail;
    client = *std::move(made);
  }
  std::future<HttpOutcome> call(HttpCall call) {
    if (!client) make();
    return boost::asio::co_spawn(thread.executor(0), client->call(std::move(call)),
                                 boost::asio::use_future);
  }
  std::future<HttpOutcome> get(std::uint16_t port) {
    return call({.url = "http://127.0.0.1:" + std::to_string(port) + "/x"});
  }
  std::future<HttpOutcome> post(std::uint16_t port, std::string body = "a=b") {
    return call({.method = "POST",
                 .url = "http://127.0.0.1:" + std::to_string(port) + "/x?y=+12025550142",
                 .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                 .body = std::move(body)});
  }
  /// What becomes of a call whose peer, having read the request, sends `octets` and closes.
  std::string outcome_of(std::string_view octets) {
    auto outcome = post(listener.port());
    auto peer = listener.accept();
    peer.read_message();
    peer.send(octets);
    peer.shut_down_sending();
    return describe(outcome.get());
  }
  /// On the client's own thread.
  void close() {
    boost::asio::post(thread.executor(0), std::packaged_task<void()>([this] { client->close(); }))
        .get();
  }

  RawListener listener;
  IoThreads thread{1};
  std::unique_ptr<HttpClient> client;
};

TEST_F(HttpClientTest, SendsAWholeRequestAndReadsAWholeAnswer) {
  auto outcome = call(
      {.method = "POST",
       .url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/2010/Messages.json?x=%20",
       .headers = {{"Authorization", "Basic abc"}},
       .body = "To=%2B1"});
  auto peer = listener.accept();
  EXPECT_EQ(peer.read_message(), "POST /2010/Messages.json?x=%20 HTTP/1.1\r\nHost: 127.0.0.1:" +
                                     std::to_string(listener.port()) +
                                     "\r\nAuthorization: Basic abc\r\nUser-Agent: bauta\r\nAccept: "
                                     "*/*\r\nContent-Length: 7\r\n\r\nTo=%2B1");
  peer.send(kOk);
  const auto answered = outcome.get();
  EXPECT_EQ(describe(answered), "201 ok");
  EXPECT_EQ(std::get<HttpAnswer>(answered).headers.find("x-a"), "1");
}

TEST_F(HttpClientTest, KeepsTheConnection) {
  auto outcome = post(listener.port());
  auto peer = listener.accept();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(peer.read_message(), StartsWith("POST /x"));
    peer.send(kOk);
    EXPECT_EQ(describe(outcome.get()), "201 ok");
    outcome = post(listener.port());
  }
  peer.read_message();
  peer.send(kOk);
  EXPECT_EQ(describe(outcome.get()), "201 ok");
  EXPECT_TRUE(listener.sees_nobody_for(milliseconds(0)));
}

TEST_F(HttpClientTest, ReadsEveryShapeOfAnswer) {
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nT: 1\r\n\r\n"),
            "200 abcde");
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\n\r\nto the end"), "200 to the end");
  EXPECT_EQ(outcome_of("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na"), "200 a");
  EXPECT_EQ(outcome_of("HTTP/1.1 204 No Content\r\n\r\n"), "204 ");
  EXPECT_EQ(outcome_of("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"), "304 ");
  EXPECT_EQ(outcome_of(
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
            "302 ");
  EXPECT_EQ(outcome_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: "
                       "x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"),
            "200 a");
  EXPECT_EQ(
      outcome_of("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"),
      "503 ");
}

TEST_F(HttpClientTest, AnAnswerToHeadHasNoBody) {
  auto outcome =
      call({.method = "HEAD", .url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/"});
  auto peer = listener.accept();
  EXPECT_THAT(peer.read_message(), Not(HasSubstr("Content-Length")));
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
  EXPECT_EQ(describe(outcome.get()), "200 ");
}

TEST_F(HttpClientTest, ReadsAnAnswerThatComesOctetByOctet) {
  auto outcome = get(listener.port());
  auto peer = listener.accept();
  peer.read_message();
  for (const char octet : kOk) {
    peer.send({&octet, 1});
    std::this_thread::yield();
  }
  EXPECT_EQ(describe(outcome.get()), "201 ok");
}

// Promise 3: what provably did not leave may be made again.
TEST_F(HttpClientTest, NotSentWhenNobodyListens) {
  RawListener closed;
  closed.close();
  const auto outcome = post(closed.port()).get();
  EXPECT_EQ(describe(outcome), "not sent: http.connect_failed");
  EXPECT_THAT(detail_of(outcome), AllOf(HasSubstr("127.0.0.1"), Not(HasSubstr("2025550142"))));
}

TEST_F(HttpClientTest, NotSentWhenTheConnectionIsNotMadeInTime) {
  make({.connect_timeout = milliseconds(100)});
  RawListener full(0);
  const auto first =
      RawPeer::connect_to(full.port());  // the queue holds one; whoever comes next is not answered
  EXPECT_EQ(describe(post(full.port()).get()), "not sent: http.connect_timeout");
}

TEST_F(HttpClientTest, NotSentWhenTheNameIsUnknown) {
  make({.connect_timeout = milliseconds(2'000)});
  const auto outcome = call({.url = "http://no-such-host.invalid/"}).get();
  EXPECT_THAT(describe(outcome),
              ::testing::AnyOf("not sent: http.resolve_failed", "not sent: http.connect_timeout"));
}

TEST_F(HttpClientTest, ResolvesNamesAndTriesEveryAddress) {
  auto outcome = call({.url = "http://localhost:" + std::to_string(listener.port()) +
                              "/"});  // ::1 may come first, and is refused
  auto peer = listener.accept();
  EXPECT_THAT(peer.read_message(), HasSubstr("\r\nHost: localhost:"));
  peer.send(kOk);
  EXPECT_EQ(describe(outcome.get()), "201 ok");
}

TEST_F(HttpClientTest, NotSentWhenTheCallIsNoCall) {
  const std::string url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/";
  for (const HttpCall& bad : {HttpCall{.url = "ftp://a/"}, HttpCall{.url = url + "\r\nX: y"},
                              HttpCall{.method = "GET /x", .url = url},
                              HttpCall{.url = url, .headers = {{"X", "a\r\nY: b"}}},
                              HttpCall{.url = url, .headers = {{"X y", "a"}}},
                              HttpCall{.url = url, .headers = {{"content-length", "3"}}}}) {
    EXPECT_EQ(describe(call(bad).get()), "not sent: http.bad_call");
  }
  EXPECT_TRUE(listener.sees_nobody_for(milliseconds(0)));
}

// Promise 4: once an octet may have left, nobody knows, and nothing is sent twice.
TEST_F(HttpClientTest, UnknownWhenThePeerNeverAnswers) {
  make({.read_timeout = milliseconds(50)});
  auto outcome = post(listener.port());
  auto peer = listener.accept();
  EXPECT_EQ(describe(outcome.get()), "unknown: http.read_timeout");
  EXPECT_TRUE(peer.sees_end());
}

TEST_F(HttpClientTest, UnknownWhenThePeerAcceptsTheConnectionAndNothingElse) {
  make({.read_timeout = milliseconds(50)});
  EXPECT_EQ(describe(post(listener.port()).get()), "unknown: http.read_timeout")
      << "the kernel took the request";
}

TEST_F(HttpClientTest, UnknownWhenTheConnectionEndsBeforeTheAnswer) {
  EXPECT_EQ(outcome_of(""), "unknown: http.connection_lost");
  EXPECT_EQ(outcome_of("HTTP/1.1 20"), "unknown: http.connection_lost");
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"),
            "unknown: http.connection_lost");
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"),
            "unknown: http.connection_lost");
  EXPECT_EQ(outcome_of("HTTP/1.1 100 Continue\r\n\r\n"), "unknown: http.connection_lost");
}

TEST_F(HttpClientTest, UnknownWhenThePeerResets) {
  for (const bool has_begun_to_answer : {false, true}) {
    auto outcome = post(listener.port());
    auto peer = listener.accept();
    peer.read_message();
    if (has_begun_to_answer) peer.send("HTTP/1.1 200 OK\r\n");
    peer.reset();
    EXPECT_EQ(describe(outcome.get()), "unknown: http.connection_lost");
  }
}

TEST_F(HttpClientTest, UnknownWhenTheAnswerIsNone) {
  for (const auto* octets :
       {"garbage\r\n\r\n", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/3.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"}) {
    EXPECT_EQ(outcome_of(octets), "unknown: http.malformed_answer") << octets;
  }
  std::string endless;
  for (int i = 0; i < 40; ++i) endless += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(outcome_of(endless), "unknown: http.malformed_answer");
}

TEST_F(HttpClientTest, UnknownWhenTheAnswerIsTooLarge) {
  make({.response_header_bytes_max = 1024, .response_bytes_max = 10});
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"),
            "200 0123456789");
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"),
            "unknown: http.answer_too_large");
  EXPECT_EQ(
      outcome_of(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n"),
      "unknown: http.answer_too_large");
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\n\r\n0123456789a"), "unknown: http.answer_too_large");
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\nA: " + std::string(2'000, 'a') + "\r\n\r\n"),
            "unknown: http.answer_too_large");
}

TEST_F(HttpClientTest, ADripOfOctetsDoesNotProlongTheAnswer) {
  make({.read_timeout = milliseconds(150)});
  auto outcome = get(listener.port());
  auto peer = listener.accept();
  peer.read_message();
  peer.send("HTTP/1.1 200 OK\r\n");
  const auto began = steady_clock::now();
  while (outcome.wait_for(milliseconds(5)) != std::future_status::ready && peer.send("A: b\r\n")) {
  }
  EXPECT_EQ(describe(outcome.get()), "unknown: http.read_timeout");
  EXPECT_LT(steady_clock::now() - began, milliseconds(3'000));
}

TEST_F(HttpClientTest, UnknownWhenThePeerTakesOnlyAPartOfTheRequest) {
  make({.write_timeout = milliseconds(100)});
  std::string large;
  large.resize(30'000'000, 'a');
  auto outcome = post(listener.port(), std::move(large));
  auto peer = listener.accept();
  EXPECT_EQ(describe(outcome.get()), "unknown: http.write_timeout");
}

TEST_F(HttpClientTest, ACallsOwnTimeoutCapsTheOthers) {
  auto outcome = call({.url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/",
                       .timeout = milliseconds(50)});
  EXPECT_EQ(describe(outcome.get()), "unknown: http.read_timeout");
  EXPECT_EQ(describe(call({.url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/",
                           .timeout = milliseconds(0)})
                         .get()),
            "not sent: http.timeout");
}

// A kept connection that died while it was idle: nothing of the next request may vanish in it, nor be sent twice.
TEST_F(HttpClientTest, ReplacesAKeptConnectionThatWasClosed) {
  for (const bool by_reset : {false, true}) {
    auto first = post(listener.port());
    auto peer = listener.accept();
    peer.read_message();
    peer.send(kOk);
    ASSERT_EQ(describe(first.get()), "201 ok");
    if (by_reset) {
      peer.reset();
    } else {
      peer.close();
    }
    auto second = post(listener.port());
    auto next = listener.accept();
    EXPECT_THAT(next.read_message(), StartsWith("POST "));
    next.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(describe(second.get()), "200 ");
    EXPECT_TRUE(listener.sees_nobody_for(milliseconds(0)));
  }
}

TEST_F(HttpClientTest, NeverRepeatsARequestThatAKeptConnectionSwallowed) {
  auto first = post(listener.port());
  auto peer = listener.accept();
  peer.read_message();
  peer.send(kOk);
  ASSERT_EQ(describe(first.get()), "201 ok");
  auto second = post(listener.port());
  EXPECT_THAT(peer.read_message(), StartsWith("POST "));
  peer.close();
  EXPECT_EQ(describe(second.get()), "unknown: http.connection_lost");
  EXPECT_TRUE(listener.sees_nobody_for(milliseconds(20)));
}

TEST_F(HttpClientTest, WhatComesUnaskedIsNoAnswer) {
  auto first = post(listener.port());
  auto peer = listener.accept();
  peer.read_message();
  peer.send(std::string(kOk) + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
  ASSERT_EQ(describe(first.get()), "201 ok");
  auto second = post(listener.port());
  auto next = listener.accept();
  next.read_message();
  next.send(kOk);
  EXPECT_EQ(describe(second.get()), "201 ok");
}

TEST_F(HttpClientTest, DropsAConnectionThatIsIdleForTooLong) {
  make({.idle_timeout = milliseconds(30)});
  auto first = post(listener.port());
  auto peer = listener.accept();
  peer.read_message();
  peer.send(kOk);
  ASSERT_EQ(describe(first.get()), "201 ok");
  EXPECT_TRUE(peer.sees_end());
}

TEST_F(HttpClientTest, CallsWaitInLineForAConnection) {
  make({.connections_max = 1, .waiting_max = 2});
  auto first = post(listener.port(), "n=1");
  auto peer = listener.accept();
  EXPECT_THAT(peer.read_message(), EndsWith("n=1"));
  auto second = post(listener.port(), "n=2");
  auto third = post(listener.port(), "n=3");
  EXPECT_EQ(describe(post(listener.port(), "n=4").get()), "not sent: http.overloaded");
  RawListener other;  // another origin does not wait for this one
  auto elsewhere = post(other.port());
  auto other_peer = other.accept();
  other_peer.read_message();
  other_peer.send(kOk);
  EXPECT_EQ(describe(elsewhere.get()), "201 ok");
  for (auto* outcome : {&first, &second, &third}) {
    peer.send(kOk);
    EXPECT_EQ(describe(outcome->get()), "201 ok");
    if (outcome == &first) EXPECT_THAT(peer.read_message(), EndsWith("n=2"));
    if (outcome == &second) EXPECT_THAT(peer.read_message(), EndsWith("n=3"));
  }
  EXPECT_TRUE(listener.sees_nobody_for(milliseconds(0)));
}

TEST_F(HttpClientTest, NotSentWhenNoConnectionBecomesFreeInTime) {
  make({.connections_max = 1, .wait_timeout = milliseconds(30)});
  auto first = post(listener.port());
  auto peer = listener.accept();
  EXPECT_EQ(describe(post(listener.port()).get()), "not sent: http.wait_timeout");
  peer.send(kOk);
  EXPECT_EQ(describe(first.get()), "201 ok");
  auto third = post(listener.port());
  peer.read_message();
  peer.read_message();
  peer.send(kOk);
  EXPECT_EQ(describe(third.get()), "201 ok") << "the place in line was given up";
}

TEST_F(HttpClientTest, ALostConnectionFreesItsPlace) {
  make({.connections_max = 1});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(outcome_of(""), "unknown: http.connection_lost");
  EXPECT_EQ(outcome_of(kOk), "201 ok");
}

TEST_F(HttpClientTest, ClosingEndsWhatIsUnderWay) {
  make({.connections_max = 1});
  auto under_way = post(listener.port());
  auto peer = listener.accept();
  peer.read_message();
  auto waiting = post(listener.port());
  close();
  EXPECT_EQ(describe(under_way.get()), "unknown: http.closed");
  EXPECT_EQ(describe(waiting.get()), "not sent: http.closed");
  EXPECT_EQ(describe(post(listener.port()).get()), "not sent: http.closed");
  EXPECT_TRUE(peer.sees_end());
}

TEST(HttpClientLifetime, TheEventLoopMayGoFirst) {
  RawListener listener;
  std::unique_ptr<HttpClient> client;
  std::future<HttpOutcome> under_way;
  std::vector<RawPeer> peers;  // outlive the loop: it must not see them go
  {
    IoThreads thread(1);
    client = HttpClient::make(thread.executor(0), {}).value();
    thread.run();
    const auto call = [&] {
      return boost::asio::co_spawn(
          thread.executor(0),
          client->call({.url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/"}),
          boost::asio::use_future);
    };
    auto kept = call();
    peers.push_back(listener.accept());
    peers[0].read_message();
    under_way = call();
    peers.push_back(listener.accept());
    peers[1].read_message();
    peers[0].send(kOk);
    EXPECT_EQ(describe(kept.get()), "201 ok");
  }
  EXPECT_THROW(under_way.get(), std::future_error);
}

/// An authority of the test's own, and a server at 127.0.0.1 or localhost.
class HttpClientTlsTest : public HttpClientTest {
 protected:
  HttpClientTlsTest()
      : folder(std::filesystem::temp_directory_path() /
               ("bauta-tls-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder);
    ca_file = folder / "ca.pem";
    authority.write_pem(ca_file);
  }
  ~HttpClientTlsTest() override { std::filesystem::remove_all(folder); }

  std::future<HttpOutcome> get(const std::string& host = "127.0.0.1") {
    return call({.url = "https://" + host + ":" + std::to_string(listener.port()) + "/x"});
  }

  std::filesystem::path folder;
  std::string ca_file;
  TestCertificate authority = make_certificate("DNS:authority.example.com");
};

TEST_F(HttpClientTlsTest, TrustsACertificateThatIsSignedAndNamedRight) {
  make({.ca_file = ca_file});
  for (const auto& [host, name] :
       {std::pair{"127.0.0.1", "IP:127.0.0.1"}, std::pair{"localhost", "DNS:localhost"}}) {
    auto outcome = get(host);
    auto peer = listener.accept();
    TlsPeer tls(peer.fd(), make_certificate(name, &authority));
    ASSERT_TRUE(tls.shake_hands());
    for (int i = 0; i < 2; ++i) {  // the second time on the kept connection
      EXPECT_THAT(tls.read(), StartsWith("GET /x HTTP/1.1\r\n"));
      tls.send(std::string(kOk));
      EXPECT_EQ(describe(outcome.get()), "201 ok");
      if (i == 0) outcome = get(host);
    }
  }
}

TEST_F(HttpClientTlsTest, NotSentToACertificateThatIsNot) {
  make({.ca_file = ca_file});
  const TestCertificate self_signed = make_certificate("IP:127.0.0.1");
  const TestCertificate misnamed = make_certificate("DNS:example.com", &authority);
  for (const auto& certificate : {self_signed, misnamed}) {
    auto outcome = get();
    auto peer = listener.accept();
    TlsPeer tls(peer.fd(), certificate);
    tls.shake_hands();
    EXPECT_EQ(tls.read(), "");
    EXPECT_EQ(describe(outcome.get()), "not sent: http.tls_failed");
  }
  make();  // the same authority, which the system does not know
  auto outcome = get();
  auto peer = listener.accept();
  TlsPeer tls(peer.fd(), make_certificate("IP:127.0.0.1", &authority));
  tls.shake_hands();
  EXPECT_EQ(describe(outcome.get()), "not sent: http.tls_failed");
}

TEST_F(HttpClientTlsTest, NotSentWhenThePeerSpeaksNoTls) {
  make({.tls_timeout = milliseconds(100)});
  auto outcome = get();
  auto peer = listener.accept();
  peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(describe(outcome.get()), "not sent: http.tls_failed");

  outcome = get();
  auto silent = listener.accept();
  EXPECT_EQ(describe(outcome.get()), "not sent: http.tls_timeout");

  outcome = get();
  listener.accept().close();
  EXPECT_EQ(describe(outcome.get()), "not sent: http.tls_failed");
}

TEST_F(HttpClientTlsTest, UnknownOnceTheRequestHasLeft) {
  make({.ca_file = ca_file});
  const auto certificate = make_certificate("IP:127.0.0.1", &authority);
  for (const bool says_goodbye : {false, true}) {
    auto outcome = get();
    auto peer = listener.accept();
    TlsPeer tls(peer.fd(), certificate);
    ASSERT_TRUE(tls.shake_hands());
    EXPECT_THAT(tls.read(), StartsWith("GET "));
    if (says_goodbye) tls.say_goodbye();
    peer.close();
    EXPECT_EQ(describe(outcome.get()), "unknown: http.connection_lost");
  }
}

TEST_F(HttpClientTlsTest, ReplacesAKeptConnectionThatWasClosed) {
  make({.ca_file = ca_file});
  const auto certificate = make_certificate("IP:127.0.0.1", &authority);
  for (int i = 0; i < 3; ++i) {
    auto outcome = get();
    auto peer = listener.accept();
    TlsPeer tls(peer.fd(), certificate);
    ASSERT_TRUE(tls.shake_hands());
    tls.read();
    tls.send(std::string(kOk));
    EXPECT_EQ(describe(outcome.get()), "201 ok");
    tls.say_goodbye();
    peer.close();
  }
}

TEST_F(HttpClientTlsTest, SaysWhenTheAuthoritiesCannotBeRead) {
  const auto made = HttpClient::make(thread.executor(0), {.ca_file = folder / "missing.pem"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "http.ca_file_unreadable");
}

TEST_F(HttpClientTest, ConnectsToNoAddressThatItsGuardRefuses) {
  make({.guard = AddressGuard()});
  EXPECT_EQ(describe(get(listener.port()).get()), "not sent: http.address_refused");
  const auto port = std::to_string(listener.port());
  for (const std::string host :
       {"localhost", "127.1", "2130706433", "0x7f.0.0.1", "[::1]", "[::ffff:127.0.0.1]"}) {
    const auto outcome = describe(call({.url = "https://" + host + ":" + port}).get());
    EXPECT_TRUE(outcome == "not sent: http.address_refused" ||
                outcome == "not sent: http.resolve_failed")
        << host << ": " << outcome;
  }
  EXPECT_TRUE(listener.sees_nobody_for(milliseconds(50)));
}

TEST_F(HttpClientTest, ConnectsWhereItsGuardAllows) {
  HttpClientOptions options{.guard = *AddressGuard::make(std::vector<std::string>{"127.0.0.0/8"}),
                            .lookups = std::make_shared<NameLookups>(2)};
  make(std::move(options));
  auto outcome = call({.url = "http://localhost:" + std::to_string(listener.port()) + "/x"});
  auto peer = listener.accept();
  peer.read_message();
  peer.send(kOk);
  EXPECT_EQ(describe(outcome.get()), "201 ok") << "and not where ::1 is, which is not allowed";
}

TEST_F(HttpClientTest, SaysThatANameIsNobodysWhoeverLooksItUp) {
  make({.lookups = std::make_shared<NameLookups>(2)});
  EXPECT_EQ(describe(call({.url = "http://nobody.invalid/"}).get()),
            "not sent: http.resolve_failed");
}

}  // namespace
}  // namespace bauta
