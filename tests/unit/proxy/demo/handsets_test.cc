#include "proxy/demo/handsets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/value.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <future>
#include <mutex>

#include "proxy/carriers/simulated.h"
#include "proxy/net/http_client.h"
#include "proxy/net/http_server.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr const char* kSecret = "shared-secret";
constexpr const char* kToken = "0123456789abcdef";
constexpr std::chrono::seconds kPatience{20};

/// A relay that writes down what callbacks bring, and answers as it is told.
class WrittenDown {
 public:
  WrittenDown() {
    Router router;
    for (const auto* what : {"inbound", "status"}) {
      router.add("POST", std::string("/carriers/simulated/") + kToken + "/" + what,
                 [this](HttpRequest request) { return take(std::move(request)); });
    }
    auto started = HttpServer::start(
        threads_, {.name = "relay", .listen = "127.0.0.1:0", .public_url = "http://relay"},
        std::move(router), metrics_);
    if (!started) throw std::runtime_error(started.error().detail);
    server_ = std::move(*started);
    threads_.run();
  }
  ~WrittenDown() {
    threads_.stop();
    threads_.join();
  }
  std::string url() const { return "http://" + server_->address(); }
  void refuse_the_next(int count) {
    const std::lock_guard lock(mutex_);
    refuse_ = count;
  }
  /// What was brought, once it is `count` callbacks; all of it if time runs out.
  std::string brought(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return callbacks_.size() >= count; });
    std::string all;
    for (const auto& callback : callbacks_) all += callback;
    return all;
  }

 private:
  Task<HttpResponse> take(HttpRequest request) {
    const std::lock_guard lock(mutex_);  // never across a wait: there is none below
    if (!simulated::is_authentic(kSecret, request)) co_return HttpResponse{.status = 403};
    if (refuse_ > 0) {
      --refuse_;
      co_return HttpResponse{.status = 503};
    }
    const auto body = read_strict_json(request.body);
    const auto& one = (*body)[body->isMember("messages") ? "messages" : "receipts"][0];
    callbacks_.push_back(body->isMember("messages")
                             ? "[" + string_in(one, "from") + ">" + string_in(one, "to") + ":" +
                                   string_in(one, "text") + "]"
                             : "[" + string_in(one, "reference") + "=" + string_in(one, "status") +
                                   "]");
    changed_.notify_all();
    co_return HttpResponse{.status = 204};
  }

  metrics::Instruments metrics_{"test", "test"};
  IoThreads threads_{1};
  std::mutex mutex_;
  std::condition_variable changed_;
  int refuse_ = 0;
  std::vector<std::string> callbacks_;
  std::unique_ptr<HttpServer> server_;
};

struct HandsetsTest : testing::Test {
  WrittenDown relay;
  metrics::Instruments metrics{"test", "test"};
  IoThreads threads{1};
  std::unique_ptr<Handsets> handsets;
  boost::asio::io_context loop;
  std::unique_ptr<HttpClient> client;

  void SetUp() override {
    HandsetsOptions options;
    options.listen = "127.0.0.1:0";
    options.relay_url = relay.url();
    options.token = kToken;
    options.secret = kSecret;
    options.callback_backoff_first = std::chrono::milliseconds{1};
    auto started = Handsets::start(threads, options, metrics);
    ASSERT_TRUE(started) << started.error().detail;
    handsets = std::move(*started);
    threads.run();
    client = std::move(*HttpClient::make(loop.get_executor(), {}));
  }
  void TearDown() override {
    threads.stop();
    threads.join();
    client->close();
    loop.restart();
    loop.run();
  }

  HttpAnswer call(std::string method, std::string path, std::string body = "",
                  std::string secret = "", std::string origin = "") {
    HttpCall call{.method = method, .url = "http://" + handsets->address() + path, .body = body};
    if (!secret.empty()) {
      call.headers.add(std::string(simulated::kSignatureHeader),
                       simulated::signature_of(secret, method, path, body));
    }
    if (!origin.empty()) call.headers.add("Origin", origin);
    std::optional<HttpOutcome> outcome;
    boost::asio::co_spawn(
        loop, client->call(std::move(call)),
        [&](std::exception_ptr, HttpOutcome value) { outcome = std::move(value); });
    loop.restart();
    while (!outcome) loop.run_one();
    const auto* answer = std::get_if<HttpAnswer>(&*outcome);
    return answer != nullptr ? *answer : HttpAnswer{};
  }
  HttpAnswer submit(std::string text, std::string reference, std::string secret = kSecret) {
    return call("POST", "/messages",
                R"({"from":"+12025550177","to":"+442079460142","text":")" + text +
                    R"(","reference":")" + reference + R"(","validity_seconds":60})",
                std::move(secret));
  }
  /// What is found of our number's "Hello" since `not_before`, a line.
  std::string found(std::string not_before) {
    const auto answer = call(
        "POST", "/messages/find",
        R"({"from":"+12025550177","text":"Hello","not_before":")" + not_before + R"("})", kSecret);
    const auto body = read_strict_json(answer.body);
    if (answer.status != 200 || !body) return std::to_string(answer.status);
    std::string all = (*body)["more"].asBool() ? "more:" : "";
    for (const auto& text : (*body)["messages"]) {
      all += "[" + string_in(text, "to") + " " + string_in(text, "status") + "]";
    }
    return all;
  }
  std::string inbox(std::string address) {
    const auto answer = call("POST", "/handsets/inbox", R"({"address":")" + address + R"("})");
    const auto body = read_strict_json(answer.body);
    std::string all;
    for (const auto& text : (*body)["texts"]) {
      all += "[" + string_in(text, "from") + ":" + string_in(text, "text") + "]";
    }
    return all;
  }
};

TEST_F(HandsetsTest, ShowATextAndReportIt) {
  EXPECT_EQ(submit("Hello", "ref1").status, 202U);
  EXPECT_EQ(relay.brought(2), "[ref1=sent][ref1=delivered]");
  EXPECT_EQ(inbox("+442079460142"), "[+12025550177:Hello]");
  EXPECT_EQ(inbox("+12025550142"), "");
}

// Found by the demo's page: the receipt of the first was put off, and the phone showed it last.
TEST_F(HandsetsTest, ShowTextsInTheirOrderWhateverBecomesOfReceipts) {
  relay.refuse_the_next(1'000);
  for (const auto* text : {"one", "two", "three"}) EXPECT_EQ(submit(text, text).status, 202U);
  EXPECT_EQ(inbox("+442079460142"), "[+12025550177:one][+12025550177:two][+12025550177:three]");
}

TEST_F(HandsetsTest, ReportLostTextsAsUndelivered) {
  // Answers to callbacks are lost as well, so each comes again, until one comes through.
  EXPECT_EQ(call("POST", "/trouble", R"({"loss_percent":100})").status, 200U);
  EXPECT_EQ(submit("Hello", "ref1").status, 202U);
  EXPECT_EQ(relay.brought(4), "[ref1=sent][ref1=sent][ref1=undelivered][ref1=undelivered]");
  EXPECT_EQ(inbox("+442079460142"), "");
}

TEST_F(HandsetsTest, ReportEarlyOnRequest) {
  EXPECT_EQ(call("POST", "/trouble", R"({"receipts":"early"})").status, 200U);
  EXPECT_EQ(submit("Hello", "ref1").status, 202U);
  EXPECT_THAT(relay.brought(1), testing::StartsWith("[ref1=sent]"));
  EXPECT_EQ(relay.brought(2), "[ref1=sent][ref1=delivered]");
}

TEST_F(HandsetsTest, RefuseAndThrottleOnRequest) {
  EXPECT_EQ(call("POST", "/trouble", R"({"refuse_percent":100})").status, 200U);
  EXPECT_EQ(submit("Hello", "ref1").status, 400U);
  EXPECT_EQ(call("POST", "/trouble", R"({"throttle_percent":100})").status, 200U);
  const auto throttled = submit("Hello", "ref1");
  EXPECT_EQ(throttled.status, 429U);
  EXPECT_EQ(throttled.headers.find("Retry-After"), "1");
  EXPECT_EQ(inbox("+442079460142"), "");
}

TEST_F(HandsetsTest, SayWhatTheyTook) {
  EXPECT_EQ(found("2025-11-24T16:00:00Z"), "");
  EXPECT_EQ(submit("Hello", "ref1").status, 202U);
  EXPECT_EQ(submit("Goodbye", "ref2").status, 202U);
  EXPECT_EQ(call("POST", "/trouble", R"({"loss_percent":100})").status, 200U);
  EXPECT_EQ(submit("Hello", "ref3").status, 202U);
  EXPECT_EQ(found("2025-11-24T16:00:00Z"), "[+442079460142 undelivered][+442079460142 sent]");
  EXPECT_EQ(found("9999-11-24T16:00:00Z"), "");
  EXPECT_EQ(found("yesterday"), "400");
  EXPECT_EQ(call("POST", "/messages/find", "{}", "another").status, 401U);
  for (int i = 0; i < 100; ++i) submit("Hello", "ref4");
  EXPECT_THAT(found("2025-11-24T16:00:00Z"), testing::StartsWith("more:"));
}

TEST_F(HandsetsTest, BringAPhonesTextsInOrderUntilTheyAreTaken) {
  relay.refuse_the_next(3);
  for (const auto* text : {"one", "two", "three"}) {
    EXPECT_EQ(
        call("POST", "/handsets/text",
             std::string(R"({"from":"+12025550142","to":"+12025550177","text":")") + text + R"("})")
            .status,
        202U);
  }
  EXPECT_EQ(relay.brought(3),
            "[+12025550142>+12025550177:one][+12025550142>+12025550177:two]"
            "[+12025550142>+12025550177:three]");
  const auto stats = read_strict_json(call("GET", "/handsets/stats").body);
  ASSERT_NE(stats, nullptr);
  EXPECT_EQ((*stats)["texts_written"].asUInt(), 3U);
  EXPECT_EQ((*stats)["callbacks_repeated"].asUInt(), 3U);
}

TEST_F(HandsetsTest, BringATextTwiceOnRequest) {
  EXPECT_EQ(call("POST", "/trouble", R"({"duplicate_percent":100})").status, 200U);
  call("POST", "/handsets/text", R"({"from":"+12025550142","to":"+12025550177","text":"one"})");
  EXPECT_EQ(relay.brought(2), "[+12025550142>+12025550177:one][+12025550142>+12025550177:one]");
}

TEST_F(HandsetsTest, TakeOnlyWhatIsSignedAndWellFormed) {
  EXPECT_EQ(submit("Hello", "ref1", "another").status, 401U);
  EXPECT_EQ(submit("Hello", "ref1", "").status, 401U);
  EXPECT_EQ(submit("", "ref1").status, 400U);
  EXPECT_EQ(submit("Hello", "").status, 400U);
  for (
      const auto* body :
      {"", "{", "[]", R"({"from":"+12025550177"})",
       R"({"from":"x","to":"+442079460142","text":"a","reference":"r","validity_seconds":1})",
       R"({"from":"+12025550177","to":"+442079460142","text":"a","reference":"r","validity_seconds":1,"more":1})"}) {
    EXPECT_EQ(call("POST", "/messages", body, kSecret).status, 400U) << body;
    EXPECT_EQ(call("POST", "/handsets/text", body).status, 400U) << body;
    EXPECT_EQ(call("POST", "/handsets/inbox", body).status, 400U) << body;
  }
  EXPECT_EQ(call("POST", "/stop").status, 401U);
  EXPECT_EQ(inbox("+442079460142"), "");
}

TEST_F(HandsetsTest, WriteForNoPageOfAnotherSite) {
  const auto* const text = R"({"from":"+12025550142","to":"+12025550177","text":"one"})";
  for (const auto* origin : {"https://example.com", "http://127.0.0.1:1", "null"}) {
    EXPECT_EQ(call("POST", "/handsets/text", text, "", origin).status, 403U) << origin;
    EXPECT_EQ(call("POST", "/trouble", R"({"duplicate_percent":100})", "", origin).status, 403U);
  }
  EXPECT_EQ(call("POST", "/handsets/text", text, "", "http://" + handsets->address()).status, 202U);
  EXPECT_EQ(relay.brought(1), "[+12025550142>+12025550177:one]");
}

TEST(Handsets, NeedATokenAndASecret) {
  metrics::Instruments metrics("test", "test");
  IoThreads threads(1);
  EXPECT_FALSE(Handsets::start(threads, {.listen = "127.0.0.1:0"}, metrics));
}

}  // namespace
}  // namespace bauta
