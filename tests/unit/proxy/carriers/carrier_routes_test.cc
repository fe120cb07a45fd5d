#include "proxy/carriers/carrier_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "proxy/carriers/simulated.h"
#include "tests/unit/proxy/carriers/bench/callback_bench.h"

namespace bauta {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSecret = "shared-secret";

ConnectionOptions connection(std::string name = "sim", std::string api_url = "http://127.0.0.1:1") {
  return {.name = std::move(name),
          .type = "simulated",
          .token = "0123456789abcdef",
          .api_url = std::move(api_url),
          .auth_token = std::string(kSecret)};
}

struct CarrierRoutes : testing::Test {
  CallbackBench bench{{connection()}};

  HttpResponse post(std::string target, std::string body, std::string_view secret = kSecret) {
    HttpHeaders headers;
    headers.add(std::string(simulated::kSignatureHeader),
                simulated::signature_of(secret, "POST", target, body));
    return bench.send("POST", std::move(target), std::move(headers), std::move(body));
  }
  std::string texts() const {
    std::string all;
    for (const auto& mo : bench.accepted)
      all += "[" + mo.provider_id + "|" + mo.text.reveal() + "]";
    return all;
  }
};

constexpr const char* kInbound = "/carriers/sim/0123456789abcdef/inbound";
constexpr const char* kStatus = "/carriers/sim/0123456789abcdef/status";
constexpr const char* kThree =
    R"({"messages":[{"id":"i1","from":"+12025550142","to":"+12025550177","text":"one"},)"
    R"({"id":"i2","from":"+12025550142","to":"nobody","text":"two"},)"
    R"({"id":"i3","from":"+12025550142","to":"+12025550177","text":"three"}]})";

// commcare-hq #27529: only the last (or first) element of a batch was handled.
TEST_F(CarrierRoutes, EachElementOfABatchStandsOnItsOwn) {
  EXPECT_EQ(post(kInbound, kThree).status, 204U);
  EXPECT_EQ(texts(), "[i1|one][i3|three]");
  EXPECT_EQ(bench.metric(
                R"(bauta_texts_total{connection="sim",direction="inbound",outcome="malformed"})"),
            "1");
  EXPECT_EQ(
      bench.metric(R"(bauta_texts_total{connection="sim",direction="inbound",outcome="relayed"})"),
      "2");
}

TEST_F(CarrierRoutes, BatchWithoutOneTextIsRefused) {
  const auto response = post(kInbound, R"({"messages":[{"id":"i2","from":"+12025550142"}, 7]})");
  EXPECT_EQ(response.status, 400U);
  EXPECT_TRUE(bench.accepted.empty());
}

TEST(NeverLose, CarrierComesAgainWhenTheStoreCannotCommit) {
  CallbackBench bench({connection()});
  bench.fails_at = 1;
  HttpHeaders headers;
  headers.add(std::string(simulated::kSignatureHeader),
              simulated::signature_of(kSecret, "POST", kInbound, kThree));
  const auto refused = bench.send("POST", kInbound, headers, kThree);
  EXPECT_EQ(refused.status, 503U);
  EXPECT_TRUE(refused.headers.contains("Retry-After"));
  EXPECT_THAT(refused.body, HasSubstr("storage.overloaded"));
  EXPECT_TRUE(bench.accepted.empty());  // what stood behind it may not overtake it
  EXPECT_EQ(bench.send("POST", kInbound, headers, kThree).status, 204U);
  EXPECT_EQ(bench.accepted.size(), 2U);
}

TEST_F(CarrierRoutes, WrongTokenOrNameIsAnUnknownPath) {
  const auto unknown = bench.send("POST", "/carriers/sim");
  for (const auto* target :
       {"/carriers/sim/0123456789abcdeF/inbound", "/carriers/sim/0123456789abcde/inbound",
        "/carriers/sim/0123456789abcdef0/status", "/carriers/nobody/0123456789abcdef/inbound"}) {
    const auto response = post(target, kThree);
    EXPECT_EQ(response.status, 404U) << target;
    EXPECT_EQ(response.body, unknown.body) << target;
  }
  EXPECT_TRUE(bench.accepted.empty());
}

TEST_F(CarrierRoutes, WrongOrMissingSignatureStoresNothing) {
  for (const auto* target : {kInbound, kStatus}) {
    const auto wrong = post(target, kThree, "another-secret");
    EXPECT_EQ(wrong.status, 403U);
    EXPECT_THAT(wrong.body, HasSubstr("carrier.bad_signature"));
    EXPECT_EQ(bench.send("POST", target, {}, kThree).status, 403U);
    EXPECT_EQ(bench.send("GET", target).status, 403U);
  }
  EXPECT_TRUE(bench.accepted.empty());
  EXPECT_TRUE(bench.applied.empty());
}

TEST_F(CarrierRoutes, ReceiptIsDurableBeforeItIsAnswered) {
  const auto* const body =
      R"({"receipts":[{"id":"m1","reference":"ref1","status":"delivered"},)"
      R"({"id":"m2","status":"undelivered","code":"opted_out","detail":"+12025550142 is out"}]})";
  bench.fails_at = 2;
  EXPECT_EQ(post(kStatus, body).status, 503U);
  EXPECT_EQ(post(kStatus, body).status, 204U);
  ASSERT_EQ(bench.applied.size(), 3U);
  EXPECT_EQ(bench.applied[1].reference, "ref1");
  EXPECT_EQ(bench.applied[1].word.status, ReceiptStatus::delivered);
  EXPECT_EQ(bench.applied[2].reference, std::nullopt);
  EXPECT_EQ(bench.applied[2].word.status, ReceiptStatus::undelivered);
  EXPECT_TRUE(bench.applied[2].word.opted_out);
  EXPECT_THAT(bench.applied[2].word.detail, Not(HasSubstr("2025550142")));
}

TEST_F(CarrierRoutes, HostileBodiesAreMalformed) {
  std::string deep = R"({"messages":)";
  deep.append(5'000, '[');
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string("null"), deep,
        std::string(R"({"messages":{}})"), std::string(R"({"messages":[]})"),
        std::string(R"({"messages":[null]})"), std::string("\0\xff\xfe", 3)}) {
    EXPECT_EQ(post(kInbound, body).status, 400U) << body.substr(0, 40);
  }
  EXPECT_TRUE(bench.accepted.empty());
}

std::string refusal(std::vector<ConnectionOptions> connections) {
  HttpClients clients;
  const FixedClock clock;
  auto parts =
      CarrierParts{.clients = clients, .clock = const_cast<FixedClock&>(clock), .public_url = ""};
  const auto made =
      CarrierSet::make(std::move(connections), http_carrier_types(), std::move(parts));
  return made ? "none" : std::string(made.error().code) + " " + made.error().detail;
}

TEST(CarrierSet, RefusesAConfigurationThatCannotWork) {
  EXPECT_EQ(refusal({connection("a"), connection("b")}), "none");
  EXPECT_THAT(refusal({connection("a"), connection("a")}), HasSubstr("twice"));
  EXPECT_THAT(refusal({connection("a b")}), HasSubstr("a name is"));
  auto options = connection();
  options.token = "short";
  EXPECT_THAT(refusal({options}), HasSubstr("token"));
  options = connection();
  options.type = "pigeon";
  EXPECT_THAT(refusal({options}), HasSubstr("there is no type 'pigeon'"));
  options = connection();
  options.auth_token.clear();
  EXPECT_THAT(refusal({options}), HasSubstr("auth_token is missing"));
}

TEST(CarrierSet, HandsOutTurnsAtARateAndKeepsThoseApartThatAreUsedLate) {
  using namespace std::chrono_literals;
  auto options = connection();
  options.rate_per_second = 2;
  const CallbackBench bench{{options}};
  const SteadyPoint start{1h};
  const ServiceId service;
  std::vector<std::optional<TurnTicket>> waiting;
  for (const auto turn : {start, start, start + 500ms, start + 1s, start + 1'500ms})
    EXPECT_EQ(bench.carriers->take_turn("sim", service, waiting.emplace_back(), start), turn);
  EXPECT_FALSE(waiting[1]);
  EXPECT_TRUE(waiting[2]);
  for (auto& ticket : waiting) {
    if (ticket) bench.carriers->leave_turn("sim", *ticket);
  }
  const SteadyPoint later = start + 60s;
  for (const auto leaves : {later, later, later, later, later + 500ms})
    EXPECT_EQ(bench.carriers->use_turn("sim", later), leaves);
  // Whose turn it is then uses it at once.
  const auto next = bench.carriers->take_turn("sim", service, waiting.emplace_back(), later);
  EXPECT_EQ(next, later + 1s);
  EXPECT_EQ(bench.carriers->use_turn("sim", next), next);
  EXPECT_EQ(bench.carriers->use_turn("gone", later), later);
  EXPECT_EQ(bench.carriers->take_turn("gone", service, waiting.emplace_back(), later), later);
}

TEST(CarrierSet, SharesARateAmongThreads) {
  using namespace std::chrono_literals;
  auto options = connection();
  options.rate_per_second = 10;
  const CallbackBench bench{{options}};
  const SteadyPoint start{1h};
  std::atomic<int> gone = 0;
  std::vector<std::jthread> partitions;
  for (int partition = 0; partition < 4; ++partition) {
    partitions.emplace_back([&] {
      std::vector<std::optional<TurnTicket>> waiting(20);
      for (int tenth = 0; tenth <= 20; ++tenth) {
        for (auto& ticket : waiting) {
          const bool first = tenth == 0;
          if (!first && !ticket) continue;
          const auto now = start + tenth * 100ms;
          if (bench.carriers->take_turn("sim", ServiceId(), ticket, now) > now) continue;
          bench.carriers->use_turn("sim", now);
          ++gone;
        }
      }
      for (auto& ticket : waiting) {
        if (ticket) bench.carriers->leave_turn("sim", *ticket);
      }
    });
  }
  partitions.clear();
  // Ten at once and ten a second for two seconds; a turn that came when its thread had asked for the last time is lost.
  EXPECT_LE(gone, 30);
  EXPECT_GE(gone, 10);
}

TEST_F(CarrierRoutes, ConnectionThatIsNotConfiguredLetsTextsWait) {
  EXPECT_TRUE(bench.carriers->has("sim"));
  EXPECT_FALSE(bench.carriers->has("gone"));
  EXPECT_EQ(bench.carriers->connections(), std::vector<std::string>{"sim"});
  OutboundMessage message{.from = *VirtualNumber::from_carrier("+12025550177"),
                          .to = *RealAddress::from_carrier("+12025550142"),
                          .text = MessageText::from_carrier("hi"),
                          .reference = "ref",
                          .deadline = bench.clock.at};
  const auto outcome = run_on(bench.loop, bench.carriers->submit("gone", std::move(message)));
  ASSERT_TRUE(std::holds_alternative<SubmitLater>(outcome));
  EXPECT_EQ(std::get<SubmitLater>(outcome).code, "carrier.unknown_connection");
}

}  // namespace
}  // namespace bauta
