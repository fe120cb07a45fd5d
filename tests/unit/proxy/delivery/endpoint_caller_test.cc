#include "proxy/delivery/endpoint_caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

#include "proxy/net/io_threads.h"
#include "tests/unit/proxy/net/peers/raw_peer.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class EndpointCalling : public testing::Test {
 protected:
  EndpointCalling() { thread.run(); }
  ~EndpointCalling() override {
    thread.stop();
    thread.join();
  }
  void make(std::optional<AddressGuard> guard = {}) {
    EndpointCallerOptions options{.http = {.read_timeout = 100ms}, .retry_after_max = 1h};
    options.http.guard = std::move(guard);
    caller = *EndpointCaller::make({thread.executor(0)}, options, clock);
  }
  std::future<EndpointAnswer> call() {
    return boost::asio::co_spawn(
        thread.executor(0),
        caller->call({.url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/hook?x=1",
                      .id = "evt_1",
                      .timestamp = 1'770'000'000,
                      .signature = "v1,abc= v1,def=",
                      .body = "{}"}),
        boost::asio::use_future);
  }
  EndpointAnswer answer_to(const std::string& octets) {
    make();
    auto answer = call();
    auto peer = listener.accept();
    request = peer.read_message();
    peer.send(octets);
    return answer.get();
  }

  SystemClock clock;
  RawListener listener;
  IoThreads thread{1};
  std::unique_ptr<EndpointCaller> caller;
  std::string request;
};

TEST_F(EndpointCalling, SendsWhatStandardWebhooksWants) {
  const auto answer = answer_to("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(answer.result, AttemptResult::delivered);
  EXPECT_EQ(answer.status, 202U);
  EXPECT_EQ(answer.error, "");
  EXPECT_THAT(request, StartsWith("POST /hook?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, AllOf(HasSubstr("\r\nwebhook-id: evt_1\r\n"),
                             HasSubstr("\r\nwebhook-timestamp: 1770000000\r\n"),
                             HasSubstr("\r\nwebhook-signature: v1,abc= v1,def=\r\n"),
                             HasSubstr("\r\nContent-Type: application/json\r\n")));
  EXPECT_TRUE(request.ends_with("\r\n\r\n{}"));
}

TEST_F(EndpointCalling, FollowsNoRedirect) {
  const auto answer =
      answer_to("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(answer.result, AttemptResult::refused);
  EXPECT_EQ(answer.status, 302U);
}

TEST_F(EndpointCalling, HearsRetryAfterWhereItMeansAPause) {
  const auto after = [&](const std::string& status, const std::string& field) {
    return answer_to("HTTP/1.1 " + status + "\r\nRetry-After: " + field +
                     "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        .retry_after;
  };
  EXPECT_EQ(after("503 Service Unavailable", "120"), 120s);
  EXPECT_EQ(after("429 Too Many Requests", "7"), 7s);
  EXPECT_EQ(after("503 Service Unavailable", "999999"), 1h) << "the longest that is obeyed";
  EXPECT_EQ(after("503 Service Unavailable", "soon"), std::nullopt);
  EXPECT_EQ(after("500 Internal Server Error", "7"), std::nullopt);
}

TEST_F(EndpointCalling, KnowsAnEndpointThatIsGone) {
  EXPECT_EQ(answer_to("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n").result,
            AttemptResult::gone);
}

TEST_F(EndpointCalling, WaitsForAnAnswerOnlySoLong) {
  make();
  auto answer = call();
  auto peer = listener.accept();
  const auto heard = answer.get();
  EXPECT_EQ(heard.result, AttemptResult::timeout);
  EXPECT_EQ(heard.error, "http.read_timeout");
  EXPECT_EQ(heard.status, 0U);
  EXPECT_GE(heard.took, 100ms);
}

TEST_F(EndpointCalling, SaysWhyThereWasNoAnswer) {
  EXPECT_EQ(answer_to("what?\r\n\r\n").result, AttemptResult::unreachable);
  listener.close();
  EXPECT_EQ(call().get().error, "http.connect_failed");
  make(AddressGuard());
  EXPECT_EQ(call().get().result, AttemptResult::address_refused);
}

}  // namespace
}  // namespace bauta
