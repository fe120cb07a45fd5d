#include "proxy/demo/demo_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/value.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "proxy/demo/page_files.h"
#include "proxy/net/http_server.h"
#include "proxy/net/json.h"

namespace bauta {
namespace {

constexpr const char* kKey = "bauta_live_of_this_test";

/// A relay's API and metrics, as far as the page asks for them.
class StandIn {
 public:
  StandIn() {
    Router router;
    const auto says = [&](const char* path, const char* body) {
      router.add("GET", path, [body](HttpRequest) { return say(body); });
    };
    says("/metrics",
         "# HELP bauta_lane_texts Texts\n"
         "bauta_lane_texts 3\n"
         "bauta_fsync_seconds_bucket{le=\"1\"} 9\n"
         "bauta_http_connections{listener=\"public\"} 4\n"
         "bauta_process_start_time_seconds 1\n");
    says("/api/v1/sessions/{id}", R"({"id":"ses_1","status":"open","participants":[]})");
    says("/api/v1/sessions/{id}/messages", R"({"data":[{"id":"msg_1"}]})");
    says("/api/v1/events", R"({"data":[
      {"id":"evt_ours","session":"ses_1","created_at":"2030-01-01T00:00:01.000Z","data":{}},
      {"id":"evt_others","session":"ses_2","created_at":"2030-01-01T00:00:01.000Z","data":{}},
      {"id":"evt_said","session":null,"created_at":"2030-01-01T00:00:01.000Z","data":{"number":"+12025550160"}},
      {"id":"evt_old","session":null,"created_at":"2029-01-01T00:00:01.000Z","data":{"number":"+12025550160"}},
      {"id":"evt_far","session":null,"created_at":"2030-01-01T00:00:01.000Z","data":{"number":"+12025550161"}}]})");
    router.add("POST", "/api/v1/sessions",
               [this](HttpRequest request) { return open(std::move(request)); });
    auto started = HttpServer::start(
        threads_, {.name = "relay", .listen = "127.0.0.1:0", .public_url = "http://relay"},
        std::move(router), metrics_);
    if (!started) throw std::runtime_error(started.error().detail);
    server_ = std::move(*started);
    threads_.run();
  }
  ~StandIn() {
    threads_.stop();
    threads_.join();
  }
  std::string url() const { return "http://" + server_->address(); }

  // Read and written between calls, which are waited for.
  std::string shown_key;
  bool exhausted = false;

 private:
  static Task<HttpResponse> say(std::string body) { co_return text_response(200, std::move(body)); }

  Task<HttpResponse> open(HttpRequest request) {
    shown_key = std::string(request.headers.find("Authorization").value_or(""));
    if (exhausted) co_return json_response(409, R"({"code":"pool.exhausted","detail":"none"})");
    const auto body = read_strict_json(request.body);
    Json::Value session;
    session["id"] = "ses_1";
    session["created_at"] = "2030-01-01T00:00:00.000Z";
    session["participants"] = (*body)["participants"];
    session["participants"][0]["virtual_number"] = "+12025550160";
    session["participants"][1]["virtual_number"] = "+442079460600";
    co_return json_response(201, write_json(session));
  }

  metrics::Instruments metrics_{"test", "test"};
  IoThreads threads_{1};
  std::unique_ptr<HttpServer> server_;
};

struct DemoPageTest : testing::Test {
  StandIn relay;
  boost::asio::io_context loop;
  Router router;
  std::unique_ptr<DemoPage> page;
  std::vector<std::string> written;
  Trouble trouble;

  void SetUp() override { open(relay.url()); }

  void open(const std::string& url) {
    const auto write = [this](
                           const std::string& from, const std::string& to,
                           const std::string& text) -> Result<std::shared_ptr<const WrittenText>> {
      written.push_back(from + ">" + to + ":" + text);
      return std::make_shared<const WrittenText>(
          WrittenText{.id = "MO1", .text = text, .at = {}, .taken_at = {}, .tries = 0});
    };
    const auto inbox = [](const std::string& phone) -> std::vector<ReceivedText> {
      if (!phone.starts_with("+1202")) return {};
      return {{.sequence = 1, .from = "+12025550161", .text = "of an earlier stay", .at = {}},
              {.sequence = 2, .from = "+12025550160", .text = "hello", .at = {}}};
    };
    auto made = DemoPage::make(loop.get_executor(),
                               {.relay_url = url, .admin_url = url, .key = kKey, .supervisor = 0},
                               {.write = write,
                                .inbox = inbox,
                                .trouble = [this] { return trouble; },
                                .make_trouble = [this](Trouble now) { trouble = now; }});
    page = std::move(*made);
    router = Router();
    page->mount(router);
  }

  HttpResponse call(std::string method, std::string path, std::string body = "") {
    HttpRequest request{.method = std::move(method),
                        .target = path,
                        .path = path,
                        .headers = {{"Host", "127.0.0.1:8079"}, {"Bauta-Demo", "1"}},
                        .body = std::move(body)};
    auto answer =
        boost::asio::co_spawn(loop, router.handle(std::move(request)), boost::asio::use_future);
    loop.restart();
    while (answer.wait_for(std::chrono::seconds{0}) != std::future_status::ready) loop.run_one();
    return answer.get();
  }
  Json::Value state() { return *read_strict_json(call("GET", "/demo/state").body); }
};

TEST_F(DemoPageTest, ServesItsFilesAndLetsNothingElseBeLoaded) {
  EXPECT_THAT(call("GET", "/").body, testing::StartsWith("<!doctype html>"));
  for (const auto& file : page_files()) {
    const auto answer = call("GET", "/demo/" + std::string(file.name));
    EXPECT_EQ(answer.status, 200U) << file.name;
    EXPECT_EQ(answer.body, file.content) << file.name;
    EXPECT_FALSE(answer.body.empty()) << file.name;
    EXPECT_TRUE(answer.headers.contains("Content-Type")) << file.name;
    EXPECT_THAT(std::string(answer.headers.find("Content-Security-Policy").value_or("")),
                testing::StartsWith("default-src 'none'"));
  }
}

TEST_F(DemoPageTest, ShowsWhatTheRelaySaysOfTheStayAndNothingOfOthers) {
  EXPECT_TRUE(state()["stay"].isNull());
  EXPECT_EQ(call("POST", "/demo/book", "{}").status, 204U);
  EXPECT_EQ(relay.shown_key, std::string("Bearer ") + kKey);
  const auto shown = state();
  EXPECT_TRUE(shown["relay"]["up"].asBool());
  EXPECT_EQ(write_json(shown["metrics"]), R"(["bauta_lane_texts 3"])");
  std::string events;
  for (const auto& event : shown["stay"]["events"]) events += string_in(event, "id") + " ";
  EXPECT_EQ(events, "evt_ours evt_said ");
  EXPECT_EQ(string_in(shown["stay"]["messages"][0], "id"), "msg_1");
  const auto& received = shown["stay"]["phones"]["host"]["received"];
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(string_in(received[0], "text"), "hello");
  EXPECT_THAT(write_json(shown), testing::Not(testing::HasSubstr(kKey)));
}

TEST_F(DemoPageTest, APhoneTextsTheNumberThatItKnows) {
  EXPECT_EQ(call("POST", "/demo/text", R"({"phone":"host","text":"Hi"})").status, 400U);
  call("POST", "/demo/book", "{}");
  EXPECT_EQ(call("POST", "/demo/text", R"({"phone":"host","text":"Hi"})").status, 204U);
  EXPECT_EQ(call("POST", "/demo/text", R"({"phone":"guest","text":"Ho"})").status, 204U);
  EXPECT_EQ(call("POST", "/demo/text", R"({"phone":"cleaner","text":"Hi"})").status, 400U);
  EXPECT_EQ(call("POST", "/demo/text", R"({"phone":"host","text":""})").status, 400U);
  EXPECT_EQ(call("POST", "/demo/text", R"({"phone":"host","text":"Hi","to":"x"})").status, 400U);
  EXPECT_THAT(written,
              testing::ElementsAre(testing::MatchesRegex("\\+12025550...>\\+12025550160:Hi"),
                                   testing::MatchesRegex("\\+442079460...>\\+442079460600:Ho")));
}

TEST_F(DemoPageTest, WhatTheRelayRefusesIsSaid) {
  relay.exhausted = true;
  const auto refused = call("POST", "/demo/book", "{}");
  EXPECT_EQ(refused.status, 502U);
  EXPECT_THAT(refused.body, testing::HasSubstr("pool.exhausted"));
  open("http://127.0.0.1:1");
  EXPECT_EQ(call("POST", "/demo/book", "{}").status, 503U);
  EXPECT_FALSE(state()["relay"]["up"].asBool());
}

TEST_F(DemoPageTest, MakesTheTroubleThatIsAskedFor) {
  EXPECT_EQ(call("POST", "/demo/trouble", R"({"down":true,"twice":false,"loses":true})").status,
            204U);
  EXPECT_EQ(trouble.throttle_percent, 100U);
  EXPECT_EQ(trouble.duplicate_percent, 0U);
  EXPECT_EQ(trouble.loss_percent, 100U);
  const auto carrier = state()["carrier"];
  EXPECT_EQ(write_json(carrier), R"({"down":true,"loses":true,"twice":false})");
}

// Whatever process has that id now must not get a signal that ends it.
TEST_F(DemoPageTest, KillsNothingWithoutASupervisor) {
  EXPECT_FALSE(state()["relay"]["can_crash"].asBool());
  EXPECT_EQ(call("POST", "/demo/crash", "{}").status, 409U);
}

}  // namespace
}  // namespace bauta
