#include "routing/outbox/breakers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/desk/insight.h"
#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_routing::Conversation;
using testing_routing::World;

SubmitLater not_reached() {
  return {.code = "http.connect_failed", .retry_after = std::nullopt, .link_failed = true};
}
SubmitUnknown timed_out() { return {.code = "http.read_timeout", .link_failed = true}; }

/// A conversation of A and B whose carrier counts as down after two failures.
class BreakerOfLanes : public ::testing::Test, public Conversation {
 protected:
  BreakerOfLanes() {
    parts.limits.retry_backoff_first = 1ms;
    parts.limits.retry_backoff_max = 1ms;
    use({.failures = 2, .pause = 10s, .pause_max = 40s});
  }

  void use(BreakerLimits limits) {
    parts.limits.breaker = limits;
    parts.breakers = std::make_shared<Breakers>(metrics, limits);
    crash();
  }

  void name_a_fallback() {
    for (const auto* number : {"+12025550177", "+12025550178", "+442079460177"})
      ASSERT_TRUE(run(desk->change_number(caller, World::number(number),
                                          {.fallbacks = std::vector<std::string>{"vonage"}})));
    carrier.connections.insert("vonage");
  }
  /// The first text fails twice, and so the connection is down.
  void go_down() {
    carrier.answers_of["twilio"] = {not_reached(), not_reached()};
    text(kA, seat_number(0), "one");
    work();
    clock.advance(2ms);
    work();
    ASSERT_EQ(state(), BreakerState::open);
  }
  BreakerState state() {
    const auto view = parts.breakers->find("twilio", {clock.steady(), clock.now()});
    return view ? view->state : BreakerState::closed;
  }
  /// When its probe is due, and no earlier.
  void pause_is_over() {
    const auto view = parts.breakers->find("twilio", {clock.steady(), clock.now()});
    ASSERT_TRUE(view.has_value());
    clock.advance(view->probe_at - clock.now());
  }
  std::uint32_t attempts_of_first() {
    auto page = *run(desk->list_messages(caller, session.session.id, 100, ""));
    return page.data.back().deliveries.front().attempt;
  }
};

TEST_F(BreakerOfLanes, WhatWaitsIsNotTriedAndComesInOrderWhenTheCarrierIsBack) {  // promise 5
  go_down();
  for (const auto* words : {"two", "three"}) {
    clock.advance(1ms);
    text(kA, seat_number(0), words);
  }
  work();
  clock.advance(9s);
  work();
  EXPECT_EQ(carrier.handed, "twilio: one|twilio: one");
  EXPECT_EQ(attempts_of_first(), 2U) << "waiting is no attempt";
  pause_is_over();
  work();
  EXPECT_EQ(carrier.handed, "twilio: one|twilio: one|twilio: one|twilio: two|twilio: three");
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(deliveries(), "one|sent two|sent three|sent ");
}

TEST_F(BreakerOfLanes, OneTextIsTheProbeWhileOtherLanesWait) {
  go_down();
  text(kB, seat_number(1), "other lane");
  carrier.answers_of["twilio"] = {not_reached()};
  pause_is_over();
  work();
  EXPECT_EQ(carrier.taken.size(), 3U) << carrier.handed;
  EXPECT_EQ(state(), BreakerState::open);
  // The pause has doubled.
  clock.advance(19s);
  work();
  EXPECT_EQ(carrier.taken.size(), 3U) << carrier.handed;
  pause_is_over();
  work();
  EXPECT_EQ(deliveries(), "one|sent other lane|sent ");
}

TEST_F(BreakerOfLanes, WhatWaitsGoesOnAsSoonAsItCloses) {
  go_down();
  for (const auto* words : {"other lane", "its second"}) {
    clock.advance(1ms);
    text(kB, seat_number(1), words);
  }
  work();
  ASSERT_EQ(carrier.taken.size(), 2U);
  // By an answer that comes from elsewhere: another partition's text.
  auto passage = parts.breakers->let_through("twilio", clock.steady() + 1h);
  ASSERT_TRUE(passage && passage->is_probe());
  parts.breakers->settle(*std::move(passage),
                         SubmitRefused{.code = "carrier.refused", .detail = ""},
                         {clock.steady(), clock.now()}, random);
  work();
  EXPECT_EQ(deliveries(), "one|sent other lane|sent its second|sent ");
}

TEST_F(BreakerOfLanes, FallbacksTakeAllWithoutTryingWhatIsDown) {
  name_a_fallback();
  carrier.answers_of["twilio"] = {not_reached(), not_reached()};
  for (const auto* words : {"one", "two", "three", "four"}) text(kA, seat_number(0), words);
  work();
  EXPECT_EQ(carrier.handed,
            "twilio: one|vonage: one|twilio: two|vonage: two|vonage: three|vonage: four");
  const auto shown = metrics.expose();
  EXPECT_THAT(shown, HasSubstr(R"(bauta_breaker_kept_texts_total{connection="twilio"} 2)"));
  EXPECT_THAT(shown, HasSubstr(R"(bauta_breaker_state{connection="twilio"} 2)"));
  EXPECT_THAT(shown, HasSubstr(R"(bauta_failovers_total{from="twilio",to="vonage"} 4)"));
  pause_is_over();
  text(kA, seat_number(0), "five");
  work();
  EXPECT_THAT(carrier.handed, HasSubstr("vonage: four|twilio: five"));
  EXPECT_THAT(metrics.expose(),
              HasSubstr(R"(bauta_breaker_transitions_total{connection="twilio",to="closed"} 1)"));
}

TEST_F(BreakerOfLanes, ATimeOutIsAFailureOfTheLinkAndAskedAboutAllTheSame) {
  carrier.answers_of["twilio"] = {timed_out(), timed_out()};
  text(kA, seat_number(0), "one");
  text(kB, seat_number(1), "other lane");
  work();
  EXPECT_EQ(state(), BreakerState::open);
  carrier.answer_when_asked = AskedFound{{"SM-found"}};
  clock.advance(parts.limits.unknown_wait);
  work();
  EXPECT_EQ(carrier.taken.size(), 2U) << "the carrier had them";
  EXPECT_THAT(deliveries(), Not(HasSubstr("unknown")));
}

TEST_F(BreakerOfLanes, AnUnknownIsSentAgainOnlyWhenItsConnectionIsBack) {  // promise 4
  use({.failures = 2, .pause = 100s, .pause_max = 100s});
  name_a_fallback();
  carrier.answers_of["twilio"] = {timed_out(), not_reached()};
  text(kA, seat_number(0), "one");
  work();
  clock.advance(1ms);
  text(kB, seat_number(1), "other lane");
  work();
  ASSERT_EQ(state(), BreakerState::open);
  clock.advance(parts.limits.unknown_wait);
  work();
  // Not by the one that is there: the first may have it.
  EXPECT_EQ(carrier.handed, "twilio: one|twilio: other lane|vonage: other lane");
  pause_is_over();
  work();
  EXPECT_EQ(carrier.handed, "twilio: one|twilio: other lane|vonage: other lane|twilio: one");
  EXPECT_EQ(deliveries(), "one|sent other lane|sent ");
}

// Found by reading: it looked again and again, and others of its service waited.
TEST_F(BreakerOfLanes, WhatWaitsForAWordOfTheFallbackIsNotWokenByABreaker) {
  use({.failures = 1, .pause = 100s, .pause_max = 100s});
  name_a_fallback();
  carrier.answers_of["twilio"] = {not_reached()};
  carrier.answers_of["vonage"] = {timed_out()};
  text(kA, seat_number(0), "one");
  work();
  ASSERT_EQ(carrier.handed, "twilio: one|vonage: one");
  auto passage = parts.breakers->let_through("twilio", clock.steady() + 1h);
  ASSERT_TRUE(passage && passage->is_probe());
  parts.breakers->settle(*std::move(passage),
                         SubmitRefused{.code = "carrier.refused", .detail = ""},
                         {clock.steady(), clock.now()}, random);
  work();
  EXPECT_EQ(carrier.handed, "twilio: one|vonage: one");
}

// Found by the simulation: a turn that came while the breaker was open was used with the one that came when it had closed.
TEST_F(BreakerOfLanes, TurnsThatPassWhileItIsOpenAreNotMadeUpFor) {
  use({.failures = 1, .pause = 3s, .pause_max = 3s});
  for (const auto* number : {"+12025550177", "+12025550178", "+442079460177"})
    ASSERT_TRUE(run(desk->change_number(caller, World::number(number), {.rate_per_second = 0.2})));
  auto request = session_of({kX, "+442079460143"});
  request.participants[1].number = World::number(seat_number(1));
  const auto other = *try_open(request);
  for (int at = 0; at < 20; ++at) {
    text(kA, seat_number(0), "text " + std::to_string(at));
    text(kX, other.session.seats[0].number.str(), "hello " + std::to_string(at));
  }
  const auto sent = [&] {
    return std::ranges::count(carrier.taken, World::number(seat_number(1)), &OutboundMessage::from);
  };
  std::ptrdiff_t before = 0;
  int last = -5;
  for (int second = 0; second < 400; ++second) {
    if (second % 11 == 3) {
      carrier.answers_of["twilio"] = {not_reached()};
      text(kB, seat_number(1), "the other way");
    }
    work();
    if (sent() > before) {
      EXPECT_EQ(sent() - before, 1) << second;
      EXPECT_GE(second - last, 4) << second;
      last = second;
    }
    before = sent();
    clock.advance(1s);
  }
  EXPECT_GT(before, 20);
}

TEST_F(BreakerOfLanes, DeadlinesEndWhatWaits) {
  go_down();
  clock.advance(5h);
  work();
  EXPECT_EQ(deliveries(), "one|failed:delivery.deadline_passed ");
}

TEST_F(BreakerOfLanes, ARateLimitIsAnAnswer) {
  carrier.answers_of["twilio"] = {
      not_reached(), SubmitLater{.code = "carrier.throttled", .retry_after = std::nullopt},
      not_reached()};
  text(kA, seat_number(0), "one");
  for (int i = 0; i < 3; ++i) {
    work();
    clock.advance(2ms);
  }
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(carrier.taken.size(), 3U);
}

TEST_F(BreakerOfLanes, AProbeWhoseClaimIsNotWrittenIsMadeByTheNextLook) {
  go_down();
  pause_is_over();
  store.unknown_commits = 1;
  store.unknown_are_written = false;
  work();
  EXPECT_EQ(carrier.taken.size(), 2U) << "nothing leaves without its claim";
  EXPECT_EQ(state(), BreakerState::open);
  clock.advance(1s);
  work();
  EXPECT_EQ(deliveries(), "one|sent ");
}

TEST_F(BreakerOfLanes, OffItTriesEveryText) {
  use({.failures = 0});
  carrier.answers_of["twilio"].assign(20, not_reached());
  text(kA, seat_number(0), "one");
  for (int i = 0; i < 20; ++i) {
    work();
    clock.advance(2ms);
  }
  EXPECT_EQ(carrier.taken.size(), 20U);
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_FALSE(parts.breakers->next_news().has_value());
}

TEST_F(BreakerOfLanes, ExplainAndQueueSayWhatIsDown) {
  go_down();
  const auto waiting = *run(desk->insight().waiting(service.id));
  const auto& breaker = waiting.connections.at("twilio").breaker;
  ASSERT_TRUE(breaker.has_value());
  EXPECT_EQ(breaker->code, "http.connect_failed");
  EXPECT_EQ(breaker->since, clock.now());
  EXPECT_GE(breaker->probe_at, clock.now() + 10s);
  const auto explained = *run(desk->insight().explain(
      service.id, {.from = World::person(kA), .to = World::number(seat_number(0))}));
  EXPECT_THAT(explained.recipients.at(0).down, ::testing::ElementsAre("twilio"));
  EXPECT_EQ(explained.down.at("twilio").code, "http.connect_failed");
  EXPECT_EQ(explained.down.at("twilio").probe_at, breaker->probe_at);
  const auto message = run(desk->list_messages(caller, session.session.id, 1, ""))->data.at(0);
  EXPECT_TRUE(run(desk->insight().trace(service.id, message.message.id))->down.contains("twilio"));
  pause_is_over();
  work();
  EXPECT_TRUE(run(desk->insight().waiting(service.id))->connections.empty());
  EXPECT_TRUE(run(desk->insight().trace(service.id, message.message.id))->down.empty());
}

}  // namespace
}  // namespace bauta
