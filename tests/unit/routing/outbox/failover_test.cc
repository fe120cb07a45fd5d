#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing_routing::World;

SubmitLater later(std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
  return {.code = "carrier.throttled", .retry_after = retry_after};
}

using NeverDouble = testing_routing::Talking;
using NeverLose = testing_routing::Talking;
using NeverReorder = testing_routing::Talking;
using NeverMisroute = testing_routing::Talking;

/// Every number.
void change(testing_routing::Conversation& talk, const ChangeNumber& how) {
  for (const auto* number : {"+12025550177", "+12025550178", "+442079460177"})
    ASSERT_TRUE(talk.run(talk.desk->change_number(talk.caller, World::number(number), how)));
}

/// All numbers are `twilio`'s, and may also send by `vonage`.
void name_a_fallback(testing_routing::Conversation& talk) {
  change(talk, {.fallbacks = std::vector<std::string>{"vonage"}});
  talk.carrier.connections.insert("vonage");
}

/// Where every number has a fallback.
class Failover : public testing_routing::Talking {
 protected:
  Failover() { name_a_fallback(*this); }
};
using WithoutFallback = testing_routing::Talking;

/// A writes, and all that can be done is done.
void say(testing_routing::Conversation& talk, const std::string& words) {
  talk.text(talk.kA, talk.seat_number(0), words);
  talk.work();
}

Delivery latest_delivery(testing_routing::Conversation& talk) {
  return talk.run(talk.desk->list_messages(talk.caller, talk.session.session.id, 1, ""))
      ->data.at(0)
      .deliveries.at(0);
}

/// "type connection" of the events that name one.
std::string connections_told(testing_routing::Conversation& talk) {
  std::string all;
  for (const Event& event : talk.run(talk.events.after(talk.service.id, 0, 1000))->events) {
    for (const auto& [name, value] : event.data) {
      if (name == "connection") all += std::string(event_type_name(event.type)) + " " + value + " ";
    }
  }
  return all;
}

TEST_F(Failover, ATextThatComesBackLeavesByTheNextConnectionAtOnce) {
  carrier.answers_of["twilio"] = {later(30s)};
  say(*this, "hi");
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi");
  EXPECT_EQ(deliveries(), "hi|sent ");
  EXPECT_EQ(latest_delivery(*this).connection, "vonage");
  EXPECT_TRUE(latest_delivery(*this).put_off.empty());
  EXPECT_EQ(connections_told(*this), "message.sent vonage ");
  const auto shown = metrics.expose();
  EXPECT_THAT(shown, HasSubstr("bauta_failovers_total{from=\"twilio\",to=\"vonage\"} 1"));
  EXPECT_THAT(
      shown,
      HasSubstr(
          R"(bauta_texts_total{connection="twilio",direction="outbound",outcome="later"} 1)"));
  EXPECT_THAT(
      shown,
      HasSubstr(
          R"(bauta_texts_total{connection="vonage",direction="outbound",outcome="accepted"} 1)"));
}

TEST_F(Failover, ANumberWithoutFallbacksWaitsForItsConnection) {
  change(*this, {.fallbacks = std::vector<std::string>{}});
  carrier.answers_of["twilio"] = {later(30s)};
  say(*this, "hi");
  clock.advance(29'999ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi");
  clock.advance(1ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|twilio: hi");
  EXPECT_THAT(metrics.expose(), Not(HasSubstr("bauta_failovers_total{")));
}

TEST_F(Failover, AfterTheLastItBeginsAgainWithTheFirstWhenThatTakesTextsAgain) {
  carrier.answers_of["twilio"] = {later(10s)};
  carrier.answers_of["vonage"] = {later(30s)};
  say(*this, "hi");
  EXPECT_EQ(latest_delivery(*this).not_before, clock.now() + 10s);
  clock.advance(9'999ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi");
  clock.advance(1ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi|twilio: hi");
  EXPECT_THAT(metrics.expose(),
              HasSubstr("bauta_failovers_total{from=\"vonage\",to=\"twilio\"} 1"));
}

TEST_F(Failover, WhenAllAreBusyTheOneThatIsFreeFirstIsWaitedFor) {
  carrier.answers_of["twilio"] = {later(30s)};
  carrier.answers_of["vonage"] = {later(10s)};
  say(*this, "hi");
  clock.advance(9'999ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi");
  clock.advance(1ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi|vonage: hi");
}

TEST_F(Failover, EachConnectionIsGivenItsTimeAlsoWithoutARetryAfter) {
  carrier.answers_of["twilio"] = {later(), later()};
  carrier.answers_of["vonage"] = {later(), later()};
  say(*this, "hi");
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi");
  // A second, and up to a quarter more.
  clock.advance(999ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi");
  clock.advance(251ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi|twilio: hi");
}

TEST_F(Failover, WhatFollowsIsNotHandedToAConnectionThatAskedForTime) {
  carrier.answers_of["twilio"] = {later(30s)};
  text(kA, seat_number(0), "one");
  say(*this, "two");
  EXPECT_EQ(carrier.handed, "twilio: one|vonage: one|vonage: two");
  clock.advance(30s);
  say(*this, "three");
  EXPECT_EQ(carrier.handed, "twilio: one|vonage: one|vonage: two|twilio: three");
  EXPECT_THAT(metrics.expose(),
              HasSubstr("bauta_failovers_total{from=\"twilio\",to=\"vonage\"} 2"));
}

TEST_F(WithoutFallback, EachTextIsHandedOverWhateverItsConnectionSaidOfAnother) {
  auto request = session_of({kX, "+442079460143"});
  request.participants[1].number = World::number(seat_number(1));
  const auto other = *try_open(request);
  carrier.answers_of["twilio"] = {later(30s)};
  say(*this, "one");
  text(kX, other.session.seats[0].number.str(), "two");
  work();
  EXPECT_EQ(carrier.handed, "twilio: one|twilio: two");
}

TEST_F(Failover, AfterARestartAConnectionThatAskedForTimeIsAskedOnceMore) {
  carrier.answers_of["twilio"] = {later(30s), later(20s)};
  say(*this, "one");
  crash();
  say(*this, "two");
  EXPECT_EQ(carrier.handed, "twilio: one|vonage: one|twilio: two|vonage: two");
}

TEST_F(Failover, WhatEachSaidOfATextIsKnownAfterARestart) {
  carrier.answers_of["twilio"] = {later(30s)};
  carrier.answers_of["vonage"] = {later(10s), later(10s)};
  say(*this, "hi");
  crash();
  clock.advance(10s);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi|vonage: hi");
  clock.advance(10s);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi|vonage: hi|vonage: hi");
}

// ---- Connections that are gone ----

TEST_F(Failover, AConnectionThatIsNotConfiguredIsPassedOver) {
  carrier.connections = {"vonage"};
  say(*this, "hi");
  EXPECT_EQ(carrier.handed, "vonage: hi");
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_failovers_total{from=\"none\",to=\"vonage\"} 1"));
}

TEST_F(Failover, WithoutAnyConnectionATextWaitsUntilThereIsOne) {
  carrier.connections = {};
  say(*this, "hi");
  carrier.connections = {"twilio"};
  clock.advance(10s);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi");
}

TEST_F(Failover, AFallbackThatIsTakenFromTheNumberIsNotUsed) {
  carrier.answers_of["twilio"] = {later(30s)};
  carrier.answers_of["vonage"] = {later(10s)};
  say(*this, "hi");
  change(*this, {.fallbacks = std::vector<std::string>{}});
  clock.advance(29'999ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi");
  clock.advance(1ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi|twilio: hi");
}

TEST_F(Failover, ADeadLetterThatIsTriedAgainBeginsWithTheFirst) {
  carrier.answers_of["twilio"] = {later()};
  carrier.answers_of["vonage"] = {SubmitRefused{.code = "carrier.refused", .detail = "30007"}};
  say(*this, "hi");
  EXPECT_EQ(deliveries(), "hi|failed:carrier.refused ");
  const auto letters = run(desk->list_dead_letters(caller, 10, ""))->data;
  ASSERT_EQ(letters.size(), 1U);
  ASSERT_TRUE(run(desk->retry_dead_letter(caller, letters[0].message, letters[0].seat)));
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi|twilio: hi");
}

// ---- Rates ----

TEST_F(Failover, TheNumbersRateCountsWhateverTheConnection) {
  change(*this, {.rate_per_second = 1});
  carrier.answers_of["twilio"] = {later(30s)};
  say(*this, "hi");
  clock.advance(999ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi");
  clock.advance(1ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi");
}

TEST_F(Failover, TheTurnThatIsWaitedForIsThatOfTheConnectionThatIsUsed) {
  carrier.answers_of["twilio"] = {later(30s)};
  carrier.turn_of["vonage"] = clock.steady() + 3s;
  say(*this, "hi");
  clock.advance(2'999ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi");
  clock.advance(1ms);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi");
}

TEST_F(Failover, ATurnOfAConnectionThatIsGoneIsNotWaitedOutAtTheNext) {
  carrier.turn_of["twilio"] = clock.steady() + 5s;
  say(*this, "hi");
  carrier.connections = {"vonage"};
  carrier.turn_of["vonage"] = clock.steady() + 7s;
  clock.advance(5s);
  work();
  EXPECT_EQ(carrier.handed, "");  // its turn was the other's
  clock.advance(2s);
  work();
  EXPECT_EQ(carrier.handed, "vonage: hi");
}

TEST_F(Failover, ThoseThatWaitedForAConnectionThatIsGoneLeaveAtTheirNumbersRate) {
  change(*this, {.rate_per_second = 1});
  for (int at = 0; at < 5; ++at) {
    const auto writer = "+120255501" + std::to_string(10 + at);
    auto request = session_of({writer, "+4420794601" + std::to_string(50 + at)});
    request.participants[1].number = World::number(seat_number(1));
    const auto opened = *try_open(request);
    text(writer, opened.session.seats[0].number.str(), "hi");
  }
  carrier.use_at = clock.steady() + 30s;
  for (int second = 0; second < 30; ++second) {
    work();
    ASSERT_EQ(carrier.taken.size(), 0U) << second;
    clock.advance(1s);
  }
  carrier.connections = {"vonage"};
  work();
  EXPECT_EQ(carrier.taken.size(), 2U);  // what is late is made up for by a second
  for (std::size_t second = 1; second <= 3; ++second) {
    clock.advance(1s);
    work();
    EXPECT_EQ(carrier.taken.size(), 2 + second);
  }
}

// ---- The promises ----

TEST_F(NeverDouble, AnUnknownIsAskedAboutAndRetriedWhereItWasHandedOver) {
  name_a_fallback(*this);
  carrier.answers_of["twilio"] = {later(10s)};
  carrier.answers_of["vonage"] = {SubmitUnknown{.code = "carrier.timeout"}};
  say(*this, "hi");
  EXPECT_EQ(deliveries(), "hi|unknown:carrier.timeout ");
  clock.advance(59s);  // the first one is free again meanwhile
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi");
  clock.advance(1s);
  work();
  EXPECT_THAT(carrier.connections_asked, ElementsAre("vonage"));
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: hi|vonage: hi");
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_possible_doubles_total{connection=\"vonage\"} 1"));
}

TEST_F(NeverDouble, ARetryOfAnUnknownThatComesBackMayGoElsewhere) {
  name_a_fallback(*this);
  carrier.answers_of["twilio"] = {SubmitUnknown{.code = "carrier.timeout"}, later(30s)};
  say(*this, "hi");
  clock.advance(1min);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|twilio: hi|vonage: hi");
  EXPECT_EQ(deliveries(), "hi|sent ");
}

TEST_F(NeverDouble, AnUnknownWaitsForItsConnectionThoughAnotherIsFree) {
  name_a_fallback(*this);
  carrier.answers_of["twilio"] = {SubmitUnknown{.code = "carrier.timeout"}};
  say(*this, "hi");
  carrier.connections = {"vonage"};
  clock.advance(1h);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi");
  EXPECT_EQ(deliveries(), "hi|unknown:carrier.timeout ");
  clock.advance(4h);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi");
  EXPECT_EQ(deliveries(), "hi|failed:outcome_unknown ");
}

// What a carrier may have was not blocked, nor was it late, though a later attempt was put off.
TEST_F(NeverLose, ATextThatMayHaveLeftAndWasThenPutOffEndsAsUnknown) {
  carrier.answers_of["twilio"] = {SubmitUnknown{.code = "carrier.timeout"}, later(1h)};
  say(*this, "hi");
  clock.advance(1min);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|twilio: hi");
  EXPECT_THAT(deliveries(), StartsWith("hi|queued"));
  ASSERT_TRUE(run(desk->change_session(caller, session.session.id, {.close = true})).has_value());
  clock.advance(1h);
  work();
  EXPECT_EQ(deliveries(), "hi|failed:outcome_unknown ");
}

TEST_F(NeverLose, ATextThatMayHaveLeftAndWasThenPutOffUntilItsDeadlineEndsAsUnknown) {
  carrier.answers_of["twilio"] = {SubmitUnknown{.code = "carrier.timeout"}, later(1h)};
  say(*this, "hi");
  clock.advance(1min);
  work();
  clock.advance(5h);
  work();
  EXPECT_EQ(deliveries(), "hi|failed:outcome_unknown ");
}

TEST_F(NeverDouble, AnUnknownOfAConnectionThatIsNotTheNumbersAnyMoreIsADeadLetter) {
  name_a_fallback(*this);
  carrier.answers_of["twilio"] = {SubmitUnknown{.code = "carrier.timeout"}};
  text(kA, seat_number(0), "hi");
  clock.advance(1ms);  // deliveries() goes by the time in their ids
  say(*this, "next");
  change(*this, {.connection = "vonage", .fallbacks = std::vector<std::string>{}});
  clock.advance(1min);
  work();
  EXPECT_EQ(carrier.handed, "twilio: hi|vonage: next");
  EXPECT_EQ(deliveries(), "hi|failed:outcome_unknown next|sent ");
}

TEST_F(NeverDouble, AReceiptCountsOnlyByTheConnectionThatTookTheText) {
  name_a_fallback(*this);
  carrier.carries_reference = false;
  carrier.answers_of["twilio"] = {later(10s)};
  carrier.answers_of["vonage"] = {SubmitAccepted{{"one"}}};
  say(*this, "hi");
  const auto tell = [&](const std::string& connection) {
    return *run(receipts.apply({.connection = connection,
                                .provider_id = "one",
                                .word = {.status = ReceiptStatus::delivered}}));
  };
  EXPECT_EQ(tell("twilio"), ReceiptOutcome::held_for_its_send);
  EXPECT_EQ(deliveries(), "hi|sent ");
  EXPECT_EQ(tell("vonage"), ReceiptOutcome::applied);
  EXPECT_EQ(deliveries(), "hi|delivered ");
}

TEST_F(NeverReorder, TheNextTextWaitsWhileTheFirstIsPutOffByAll) {
  name_a_fallback(*this);
  carrier.answers_of["twilio"] = {later(5s)};
  carrier.answers_of["vonage"] = {later(5s)};
  text(kA, seat_number(0), "first");
  clock.advance(1ms);  // deliveries() goes by the time in their ids
  say(*this, "second");
  EXPECT_EQ(carrier.handed, "twilio: first|vonage: first");
  clock.advance(5s);
  work();
  EXPECT_EQ(carrier.handed, "twilio: first|vonage: first|twilio: first|twilio: second");
  EXPECT_EQ(deliveries(), "first|sent second|sent ");
}

TEST_F(NeverMisroute, AFallbackOnlySends) {
  name_a_fallback(*this);
  auto forged = inbound(kA, seat_number(0), "hi", "");
  forged.connection = "vonage";
  EXPECT_EQ(run(relay.accept(std::move(forged))), InboundOutcome::refused);
  work();
  EXPECT_EQ(carrier.handed, "");
}

}  // namespace
}  // namespace bauta
