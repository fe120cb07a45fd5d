#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <mutex>

#include "proxy/net/form.h"
#include "proxy/net/http_server.h"
#include "proxy/net/io_threads.h"
#include "tests/unit/proxy/carriers/bench/callback_bench.h"

namespace bauta {
namespace {

/// The Messages API, strict: what is not as documented is answered with 400 and a code that no test expects.
class StrictTwilio {
 public:
  StrictTwilio() {
    Router router;
    router.add("POST", "/2010-04-01/Accounts/{sid}/Messages.json",
               [this](HttpRequest request) { return answer(std::move(request)); });
    auto started = HttpServer::start(
        threads_, {.name = "stub", .listen = "127.0.0.1:0", .public_url = "http://stub"},
        std::move(router), metrics_);
    if (!started) throw std::runtime_error(started.error().detail);
    server_ = std::move(*started);
    threads_.run();
  }
  ~StrictTwilio() {
    threads_.stop();
    threads_.join();
  }

  std::string url() const { return "http://" + server_->address(); }
  void then_answer(HttpResponse response) {
    const std::lock_guard lock(mutex_);
    script_.push_back(std::move(response));
  }
  std::deque<Form> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  Task<HttpResponse> answer(HttpRequest request) {
    const auto fault = fault_of(request);
    const std::lock_guard lock(mutex_);  // never across a wait: there is none below
    if (!fault.empty()) co_return json_response(400, R"({"code":1,"message":")" + fault + R"("})");
    taken_.push_back(decode_form(request.body));
    if (script_.empty()) co_return json_response(201, R"({"sid":"SMdefault","status":"queued"})");
    auto response = std::move(script_.front());
    script_.pop_front();
    co_return response;
  }

  static std::string fault_of(const HttpRequest& request) {
    if (request.path_parameter("sid") != "AC00000000000000000000000000000001") return "account";
    // base64 of account sid and auth token
    if (request.headers.find("Authorization") !=
        "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMToxMjM0NQ==") {
      return "authorization";
    }
    const auto type = request.headers.find("Content-Type").value_or("");
    if (!type.starts_with("application/x-www-form-urlencoded")) return "content type";
    std::string names;
    for (const auto& [name, value] : decode_form(request.body)) names += name + " ";
    return names == "To From Body StatusCallback ValidityPeriod " ? "" : "fields: " + names;
  }

  metrics::Instruments metrics_{"test", "test"};
  IoThreads threads_{1};
  mutable std::mutex mutex_;
  std::deque<HttpResponse> script_;
  std::deque<Form> taken_;
  std::unique_ptr<HttpServer> server_;
};

std::string describe(const SubmitOutcome& outcome) {
  if (const auto* accepted = std::get_if<SubmitAccepted>(&outcome)) {
    return "accepted " + accepted->provider_ids.front();
  }
  if (const auto* refused = std::get_if<SubmitRefused>(&outcome)) {
    return "refused " + refused->code + " " + refused->detail;
  }
  if (const auto* later = std::get_if<SubmitLater>(&outcome)) {
    return "later " + later->code +
           (later->retry_after ? " " + std::to_string(later->retry_after->count()) : "");
  }
  return "unknown " + std::get<SubmitUnknown>(outcome).code;
}

struct Sender {
  CallbackBench bench;
  explicit Sender(std::string api_url)
      : bench({{.name = "twilio",
                .type = "twilio",
                .token = "0123456789abcdef",
                .api_url = std::move(api_url),
                .account_sid = "AC00000000000000000000000000000001",
                .auth_token = "12345"}}) {}

  std::string send(std::string text, std::chrono::seconds left = std::chrono::hours{1}) {
    OutboundMessage message{.from = *VirtualNumber::from_carrier("+12025550177"),
                            .to = *RealAddress::from_carrier("+442079460142"),
                            .text = MessageText::from_carrier(text),
                            .reference = "ref42",
                            .deadline = bench.clock.at + left};
    return describe(run_on(bench.loop, bench.carriers->submit("twilio", std::move(message))));
  }
};

std::string field(const Form& form, std::string_view name) {
  return std::string(form_value(form, name).value_or("(none)"));
}

TEST(TwilioSubmit, HandsOverWhatTheApiAsksFor) {
  StrictTwilio twilio;
  Sender sender(twilio.url() + "/");
  EXPECT_EQ(sender.send("Grüße & a=b +1 😀"), "accepted SMdefault");
  ASSERT_EQ(twilio.taken().size(), 1U);
  const auto form = twilio.taken().front();
  EXPECT_EQ(field(form, "To"), "+442079460142");
  EXPECT_EQ(field(form, "From"), "+12025550177");
  EXPECT_EQ(field(form, "Body"), "Grüße & a=b +1 😀");
  EXPECT_EQ(field(form, "ValidityPeriod"), "3600");
  EXPECT_EQ(field(form, "StatusCallback"),
            "https://relay.example.com/carriers/twilio/0123456789abcdef/status?ref=ref42");
}

TEST(TwilioSubmit, ValidityIsWithinTheCarriersLimits) {
  StrictTwilio twilio;
  Sender sender(twilio.url());
  sender.send("a", std::chrono::hours{100});
  sender.send("b", std::chrono::seconds{-5});
  ASSERT_EQ(twilio.taken().size(), 2U);
  EXPECT_EQ(field(twilio.taken()[0], "ValidityPeriod"), "14400");
  EXPECT_EQ(field(twilio.taken()[1], "ValidityPeriod"), "1");
}

TEST(TwilioSubmit, SaysWhatTheCarrierSaid) {
  StrictTwilio twilio;
  Sender sender(twilio.url());
  auto throttled = json_response(429, R"({"code":20429,"status":429})");
  throttled.headers.set("Retry-After", "2");
  twilio.then_answer(throttled);
  EXPECT_EQ(sender.send("a"), "later carrier.throttled 2000");
  twilio.then_answer(json_response(
      400, R"({"code":21610,"message":"Attempt to send to unsubscribed recipient"})"));
  EXPECT_EQ(sender.send("a"),
            "refused carrier.opted_out 21610: Attempt to send to unsubscribed recipient");
  twilio.then_answer(json_response(500, ""));
  EXPECT_EQ(sender.send("a"), "unknown carrier.failed");
}

TEST(TwilioSubmit, IsLaterIfNobodyListens) {
  std::string url;
  {
    const StrictTwilio twilio;
    url = twilio.url();
  }
  EXPECT_EQ(Sender(url).send("a"), "later http.connect_failed");
}

}  // namespace
}  // namespace bauta
