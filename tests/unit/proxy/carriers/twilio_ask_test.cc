#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/value.h>

#include <deque>
#include <mutex>

#include "proxy/net/form.h"
#include "proxy/net/http_server.h"
#include "proxy/net/io_threads.h"
#include "proxy/net/json.h"
#include "tests/unit/proxy/carriers/bench/callback_bench.h"

namespace bauta {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr const char* kPath =
    "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json";

/// The list of the Messages API, page by page as it is told; a question that Twilio does not know gets 400.
class ListingTwilio {
 public:
  ListingTwilio() {
    Router router;
    router.add("GET", kPath, [this](HttpRequest request) { return answer(std::move(request)); });
    router.add("GET", "/elsewhere.json",
               [this](HttpRequest request) { return answer(std::move(request)); });
    auto started = HttpServer::start(
        threads_, {.name = "stub", .listen = "127.0.0.1:0", .public_url = "http://stub"},
        std::move(router), metrics_);
    if (!started) throw std::runtime_error(started.error().detail);
    server_ = std::move(*started);
    threads_.run();
  }
  ~ListingTwilio() {
    threads_.stop();
    threads_.join();
  }

  std::string url() const { return "http://" + server_->address(); }
  void then_answer(HttpResponse response) {
    const std::lock_guard lock(mutex_);
    script_.push_back(std::move(response));
  }
  /// Paths and queries, in their order.
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  Task<HttpResponse> answer(HttpRequest request) {
    const std::lock_guard lock(mutex_);  // never across a wait: there is none below
    asked_.push_back(request.target);
    // base64 of account sid and auth token
    const bool authorized = request.headers.find("Authorization") ==
                            "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMToxMjM0NQ==";
    if (!authorized || !request.body.empty()) co_return json_response(400, R"({"code":1})");
    if (script_.empty()) co_return json_response(500, "");
    auto response = std::move(script_.front());
    script_.pop_front();
    co_return response;
  }

  metrics::Instruments metrics_{"test", "test"};
  IoThreads threads_{1};
  mutable std::mutex mutex_;
  std::deque<HttpResponse> script_;
  std::vector<std::string> asked_;
  std::unique_ptr<HttpServer> server_;
};

/// A text in the list: as it is asked for, unless a test says something else.
Json::Value text_in_list(const char* sid) {
  Json::Value text;
  text["sid"] = sid;
  text["from"] = "+12025550177";
  text["to"] = "+442079460142";
  text["body"] = "Grüße & a=b";
  text["direction"] = "outbound-api";
  text["status"] = "sent";
  text["date_created"] = "Mon, 24 Nov 2025 16:00:05 +0000";
  text["date_sent"] = "Mon, 24 Nov 2025 16:00:06 +0000";
  return text;
}

Json::Value text_in_list(const char* sid, const char* field, const char* value) {
  auto text = text_in_list(sid);
  text[field] = value;
  return text;
}

HttpResponse page(const std::vector<Json::Value>& texts, const std::string& next = "") {
  Json::Value body;
  body["messages"] = Json::Value(Json::arrayValue);
  for (const auto& text : texts) body["messages"].append(text);
  body["next_page_uri"] = next.empty() ? Json::Value() : Json::Value(next);
  return json_response(200, write_json(body));
}

std::string page_uri(int number) {
  return std::string(kPath) + "?From=%2B12025550177&PageSize=100&Page=" + std::to_string(number) +
         "&PageToken=PASM" + std::to_string(number);
}

std::string describe(const AskOutcome& outcome) {
  const auto* found = std::get_if<AskedFound>(&outcome);
  return std::string(ask_outcome_name(outcome)) +
         (found != nullptr ? " " + found->provider_ids.front() : "");
}

struct TwilioAsk : testing::Test {
  ListingTwilio twilio;
  CallbackBench bench{{{.name = "twilio",
                        .type = "twilio",
                        .token = "0123456789abcdef",
                        .api_url = twilio.url(),
                        .account_sid = "AC00000000000000000000000000000001",
                        .auth_token = "12345"}}};

  std::string ask() {
    SentText sent{.from = *VirtualNumber::from_carrier("+12025550177"),
                  .to = *RealAddress::from_carrier("+442079460142"),
                  .text = MessageText::from_carrier("Grüße & a=b"),
                  .not_before = bench.clock.at};
    return describe(run_on(bench.loop, bench.carriers->ask("twilio", std::move(sent))));
  }
  std::string ask_of(const std::vector<Json::Value>& texts) {
    twilio.then_answer(page(texts));
    return ask();
  }
};

TEST_F(TwilioAsk, BySenderAndDayAndNeverByRecipient) {
  EXPECT_EQ(ask_of({text_in_list("SM1")}), "found SM1");
  EXPECT_THAT(
      twilio.asked(),
      ElementsAre(std::string(kPath) + "?From=%2B12025550177&DateSent%3E=2025-11-24&PageSize=100"));
}

TEST_F(TwilioAsk, TheDayBeforeIsAskedForShortlyAfterMidnight) {
  bench.clock.at = TimePoint{std::chrono::sys_days{std::chrono::year{2025} / 3 / 1}} +
                   std::chrono::milliseconds{500};
  EXPECT_EQ(ask_of({text_in_list("SM1", "date_created", "Fri, 28 Feb 2025 23:59:59 +0000")}),
            "found SM1");
  EXPECT_THAT(twilio.asked()[0], testing::HasSubstr("DateSent%3E=2025-02-28&"));
}

TEST_F(TwilioAsk, OnlyTheVeryTextIsTaken) {
  EXPECT_EQ(ask_of({}), "not_found");
  EXPECT_EQ(ask_of({text_in_list("SM1", "to", "+442079460143"),
                    text_in_list("SM2", "from", "+12025550178"),
                    text_in_list("SM3", "body", "Gruesse & a=b"),
                    text_in_list("SM4", "direction", "inbound"),
                    text_in_list("SM5", "date_created", "Mon, 24 Nov 2025 15:59:57 +0000")}),
            "not_found");
}

TEST_F(TwilioAsk, TakesTheNewestThatIsNotGivenUp) {
  EXPECT_EQ(ask_of({text_in_list("SM1", "date_created", "Mon, 24 Nov 2025 16:00:09 +0000"),
                    text_in_list("SM2", "date_created", "Mon, 24 Nov 2025 16:00:11 +0000"),
                    text_in_list("SM3", "date_created", "Mon, 24 Nov 2025 16:00:10 +0000")}),
            "found SM2");
  EXPECT_EQ(ask_of({text_in_list("SM1", "status", "undelivered"),
                    text_in_list("SM2", "status", "failed"), text_in_list("SM3")}),
            "found SM3");
  EXPECT_EQ(
      ask_of({text_in_list("SM1", "status", "failed"), text_in_list("SM2", "status", "canceled")}),
      "not_found");
  EXPECT_EQ(ask_of({text_in_list("SM1", "status", "queued")}), "found SM1");
}

TEST_F(TwilioAsk, ReadsPageAfterPage) {
  twilio.then_answer(page({text_in_list("SM1", "to", "+442079460143")}, page_uri(1)));
  twilio.then_answer(page({text_in_list("SM2")}, page_uri(2)));
  EXPECT_EQ(ask(), "found SM2");
  EXPECT_EQ(twilio.asked()[1], page_uri(1));
  EXPECT_THAT(twilio.asked(), SizeIs(2));
}

TEST_F(TwilioAsk, ReadsNoPageBehindTextsThatWereSentBefore) {
  auto older = text_in_list("SM1", "date_sent", "Mon, 24 Nov 2025 15:59:00 +0000");
  older["date_created"] = "Mon, 24 Nov 2025 15:58:59 +0000";
  twilio.then_answer(page({text_in_list("SM2", "to", "+442079460143"), older}, page_uri(1)));
  EXPECT_EQ(ask(), "not_found");
  EXPECT_THAT(twilio.asked(), SizeIs(1));
}

TEST_F(TwilioAsk, GivesUpAfterTenPages) {
  for (int number = 1; number <= 11; ++number) {
    twilio.then_answer(page({text_in_list("SM1", "to", "+442079460143")}, page_uri(number)));
  }
  EXPECT_EQ(ask(), "in_vain");
  EXPECT_THAT(twilio.asked(), SizeIs(10));
}

TEST_F(TwilioAsk, FollowsNoPageElsewhere) {
  const std::vector<std::string> elsewhere = {
      "/elsewhere.json",
      "//elsewhere.example.com/2010-04-01/Messages.json",
      "http://elsewhere.example.com" + page_uri(1),
      twilio.url() + page_uri(1),
      "/2010-04-01/Accounts/AC00000000000000000000000000000002/Messages.json?Page=1",
      std::string(kPath) + "/../../elsewhere.json?Page=1",
      "@elsewhere.example.com" + page_uri(1),
  };
  for (const auto& uri : elsewhere) {
    twilio.then_answer(page({text_in_list("SM1", "to", "+442079460143")}, uri));
    EXPECT_EQ(ask(), "in_vain") << uri;
  }
  EXPECT_THAT(twilio.asked(), SizeIs(elsewhere.size()));
}

TEST_F(TwilioAsk, IsInVainWithoutAReadableAnswer) {
  const std::vector<HttpResponse> answers = {
      json_response(500, ""),
      json_response(503, R"({"messages":[],"next_page_uri":null})"),
      json_response(429, R"({"code":20429})"),
      json_response(401, R"({"code":20003})"),
      json_response(404, ""),
      json_response(301, R"({"messages":[]})"),
      json_response(200, ""),
      json_response(200, "[]"),
      json_response(200, "{}"),
      json_response(200, R"({"messages":{}})"),
      json_response(200, R"({"messages":[7]})"),
      json_response(200, R"({"messages":[],"next_page_uri":7})"),
      page({text_in_list("SM1", "date_created", "yesterday")}),
      page({text_in_list("SM-1")}),
  };
  for (const auto& response : answers) {
    twilio.then_answer(response);
    EXPECT_EQ(ask(), "in_vain") << response.status << " " << response.body;
  }
}

TEST(TwilioAskNobody, IsInVain) {
  std::string url;
  {
    const ListingTwilio twilio;
    url = twilio.url();
  }
  CallbackBench bench{{{.name = "twilio",
                        .type = "twilio",
                        .token = "0123456789abcdef",
                        .api_url = url,
                        .account_sid = "AC00000000000000000000000000000001",
                        .auth_token = "12345"}}};
  SentText sent{.from = *VirtualNumber::from_carrier("+12025550177"),
                .to = *RealAddress::from_carrier("+442079460142"),
                .text = MessageText::from_carrier("hi"),
                .not_before = bench.clock.at};
  EXPECT_EQ(describe(run_on(bench.loop, bench.carriers->ask("twilio", std::move(sent)))),
            "in_vain");
}

}  // namespace
}  // namespace bauta
