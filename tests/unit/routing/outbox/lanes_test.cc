#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing_routing::World;

/// Of every number.
void set_rate(testing_routing::Conversation& talk, double rate) {
  for (const auto* number : {"+12025550177", "+12025550178", "+442079460177"}) {
    ASSERT_TRUE(talk.run(
        talk.desk->change_number(talk.caller, World::number(number), {.rate_per_second = rate})));
  }
}

using Lanes = testing_routing::Talking;
using NeverDouble = testing_routing::Talking;
using NeverLose = testing_routing::Talking;

// ---- Rates ----

TEST_F(Lanes, ALongCodeSendsOneTextASecondAndAHundredWaitTheirTurn) {
  set_rate(*this, 1);
  for (int at = 0; at < 90; ++at) text(kA, seat_number(0), "text " + std::to_string(at));
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
  for (int second = 1; second < 90; ++second) {
    clock.advance(1s);
    work();
    ASSERT_THAT(carrier.taken, SizeIs(static_cast<std::size_t>(second) + 1)) << second;
  }
  EXPECT_EQ(carrier.taken.back().text.reveal(), "text 89");
}

TEST_F(Lanes, ANumberThatWaitsBlocksNoOtherNumber) {
  set_rate(*this, 1);
  for (int at = 0; at < 20; ++at) text(kA, seat_number(0), "text " + std::to_string(at));
  work();
  text(kB, seat_number(1), "the other way");
  work();
  EXPECT_EQ(told_to(kA), "the other way");
}

TEST_F(Lanes, LanesOfANumberTakeTurns) {
  set_rate(*this, 1);
  // Two people at B's number: who wrote twenty texts first does not keep the other waiting for twenty seconds.
  auto request = session_of({kX, "+442079460143"});
  request.participants[1].number = World::number(seat_number(1));
  const auto other = *try_open(request);
  for (int at = 0; at < 20; ++at) text(kA, seat_number(0), "text " + std::to_string(at));
  text(kX, other.session.seats[0].number.str(), "hello");
  work();
  clock.advance(1s);
  work();
  clock.advance(1s);
  work();
  EXPECT_EQ(told_to("+442079460143"), "hello");
}

TEST_F(Lanes, AHigherRateLetsMoreThrough) {
  set_rate(*this, 10);
  for (int at = 0; at < 20; ++at) text(kA, seat_number(0), "text " + std::to_string(at));
  work();
  EXPECT_THAT(carrier.taken, SizeIs(10));
}

TEST_F(Lanes, AConnectionsTurnIsWaitedForToo) {
  carrier.turn_at = clock.steady() + 5s;
  text(kA, seat_number(0), "hi");
  work();
  EXPECT_THAT(carrier.taken, SizeIs(0));
  clock.advance(5s);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
}

/// So many people write, each to another one, all of whom know their counterpart under one number: as many lanes, of `texts` texts each.
void crowd_at_one_number(testing_routing::Conversation& talk, int people, int texts) {
  for (int at = 0; at < people; ++at) {
    const auto writer = "+120255501" + std::to_string(10 + at);
    auto request = talk.session_of({writer, "+4420794601" + std::to_string(50 + at)});
    request.participants[1].number = World::number(talk.seat_number(1));
    const auto opened = *talk.try_open(request);
    for (int text = 0; text < texts; ++text)
      talk.text(writer, opened.session.seats[0].number.str(), "text " + std::to_string(text));
  }
}

// Found by thinking: all that wait for the connection had their number's turn before, and left at once when it let them.
TEST_F(Lanes, ANumberDoesNotMakeUpForTheTurnsThatPassedWhileItsConnectionLetNobodyGo) {
  set_rate(*this, 1);
  crowd_at_one_number(*this, 5, 2);
  carrier.turn_at = clock.steady() + 30s;
  for (int second = 0; second < 30; ++second) {
    work();
    ASSERT_EQ(carrier.taken.size(), 0U) << second;
    clock.advance(1s);
  }
  for (std::size_t second = 0; second < 10; ++second) {
    work();
    ASSERT_EQ(carrier.taken.size(), second + 1);
    clock.advance(1s);
  }
}

TEST_F(Lanes, ANumberOfAHigherRateMayLeaveWithASecondsWorth) {
  set_rate(*this, 4);
  crowd_at_one_number(*this, 20, 1);
  carrier.turn_at = clock.steady() + 30s;
  for (int tick = 0; tick < 300; ++tick) {
    work();
    ASSERT_EQ(carrier.taken.size(), 0U) << tick;
    clock.advance(100ms);
  }
  work();
  EXPECT_EQ(carrier.taken.size(), 4U);
  for (std::size_t quarter = 1; quarter <= 16; ++quarter) {
    clock.advance(250ms);
    work();
    ASSERT_EQ(carrier.taken.size(), 4 + quarter) << quarter;
  }
}

TEST_F(Lanes, AConnectionThatIsSlowerThanItsNumbersIsUsedToItsFull) {
  for (const auto& [of_number, of_connection] :
       {std::pair(10.0, 8.0), {10.0, 3.0}, {1.0, 0.5}, {100.0, 20.0}, {8.0, 10.0}}) {
    SCOPED_TRACE(std::to_string(of_number) + " over " + std::to_string(of_connection));
    testing_routing::Conversation fresh;
    set_rate(fresh, of_number);
    fresh.carrier.rate = of_connection;
    crowd_at_one_number(fresh, 20, 15);
    constexpr int kSeconds = 10;
    std::vector<std::size_t> left{0};
    for (int tick = 0; tick < kSeconds * 100; ++tick) {
      fresh.work();
      left.push_back(fresh.carrier.taken.size());
      fresh.clock.advance(10ms);
    }
    const double slower = std::min(of_number, of_connection);
    EXPECT_GE(static_cast<double>(left.back()), 0.95 * slower * kSeconds);
    // No second, wherever it begins, has more than the number's rate and the second's worth that its bucket holds.
    for (std::size_t tick = 100; tick < left.size(); ++tick)
      ASSERT_LE(static_cast<double>(left[tick] - left[tick - 100]), 2 * slower) << tick;
  }
}

TEST_F(Lanes, AClockThatIsSetForwardLetsNobodyGoBeforeTheirTurn) {
  set_rate(*this, 1);
  crowd_at_one_number(*this, 10, 1);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
  clock.leap(1min);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
  for (std::size_t second = 1; second < 10; ++second) {
    clock.advance(1s);
    work();
    ASSERT_THAT(carrier.taken, SizeIs(second + 1)) << second;
  }
}

TEST_F(Lanes, AClockThatIsSetBackLetsNobodyWaitForTurnsOfTheTimeBefore) {
  set_rate(*this, 1);
  text(kA, seat_number(0), "before");
  work();
  clock.leap(-1min);
  clock.advance(1s);
  text(kA, seat_number(0), "after");
  work();
  EXPECT_EQ(told_to(kB), "before|after");
}

TEST_F(Lanes, AConnectionThatIsBehindHoldsTextsBackWhoseTurnsHaveCome) {
  carrier.use_at = clock.steady() + 5s;
  text(kA, seat_number(0), "hi");
  work();
  EXPECT_THAT(carrier.taken, SizeIs(0));
  clock.advance(5s);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
}

/// The store lets nobody go, or there is no place: the turns of all that wait have come when it does.
TEST_F(Lanes, TurnsThatNobodyCouldUseAreNotUsedAllAtOnce) {
  set_rate(*this, 1);
  crowd_at_one_number(*this, 10, 1);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
  clock.advance(20s);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(3));  // what is late is made up for by a second
  for (std::size_t second = 1; second < 8; ++second) {
    clock.advance(1s);
    work();
    ASSERT_THAT(carrier.taken, SizeIs(second + 3)) << second;
  }
}

TEST_F(Lanes, ATextWhoseTurnComesAfterItsDeadlineIsADeadLetter) {
  set_rate(*this, 1);
  change_settings([](ServiceSettings& settings) { settings.deadline_seconds = 60s; });
  for (int at = 0; at < 70; ++at) text(kA, seat_number(0), "text " + std::to_string(at));
  for (int second = 0; second < 65; ++second) {
    work();
    clock.advance(1s);
  }
  EXPECT_THAT(deliveries(), HasSubstr("text 69|failed:delivery.deadline_passed"));
}

TEST_F(Lanes, ServicesTakeTurns) {
  // Two services whose numbers share a partition: one with many lanes, one with one.
  const auto p = partition_of(World::number(seat_number(1)));
  std::string theirs;
  for (int at = 0; theirs.empty(); ++at) {
    const auto number = "+44207946" + std::to_string(1000 + at);
    if (partition_of(World::number(number)) == p && number != seat_number(1)) theirs = number;
  }
  Caller others = caller;
  others.service = *run(desk->services().create(service.account, "rides", {}, clock.now(), random));
  ASSERT_TRUE(run(desk->add_number(
      others, {.number = World::number(theirs), .connection = "twilio", .rate_per_second = 1000},
      {})));
  ASSERT_TRUE(run(desk->open_session(others, session_of({kB, "+442079460199"}), {})));
  for (int at = 0; at < 20; ++at) {
    auto request = session_of(
        {"+120255501" + std::to_string(10 + at), "+4420794601" + std::to_string(50 + at)});
    request.participants[1].number = World::number(seat_number(1));
    const auto opened = *try_open(request);
    text("+120255501" + std::to_string(10 + at), opened.session.seats[0].number.str(), "ours");
  }
  text(kB, theirs, "theirs");
  const auto partition =
      std::ranges::find(partitions, p, [](const auto& one) { return one.first; });
  ASSERT_TRUE(run(partition->second->read_on()));
  const auto ready = partition->second->take_ready(clock.now(), 2);
  ASSERT_THAT(ready, SizeIs(2));
  EXPECT_NE(ready[0].service, ready[1].service);
  for (const auto& lane : ready) run(partition->second->step(lane));
}

// ---- The limit ----

TEST_F(NeverLose, WhatComesBeyondAHundredEndsAtOnceWithAnEvent) {
  set_rate(*this, 1);
  for (int at = 0; at < 103; ++at) text(kA, seat_number(0), "text " + std::to_string(at));
  work();
  const auto told = deliveries();
  EXPECT_THAT(told, HasSubstr("text 99|received"));
  EXPECT_THAT(told, HasSubstr("text 100|failed:lane.full"));
  EXPECT_THAT(told, HasSubstr("text 102|failed:lane.full"));
  const auto page = *run(desk->list_dead_letters(caller, 10, ""));
  EXPECT_THAT(page.data, SizeIs(3));
  EXPECT_EQ(log("message.failed"),
            "message.failed(lane.full) message.failed(lane.full) message.failed(lane.full)");
  // Room again, room for more.
  clock.advance(1s);
  work();
  text(kA, seat_number(0), "one more");
  work();
  EXPECT_THAT(deliveries(), HasSubstr("one more|received"));
}

TEST_F(Lanes, WhenTooManyTextsWaitNoMoreAreTakenInUntilSomeHaveLeft) {
  RelayParts narrow = parts;
  narrow.limits.texts_waiting_max = 3;
  Relay gate(narrow);
  const auto take = [&](const std::string& words) {
    const auto outcome = run(gate.accept(inbound(kA, seat_number(0), words, "")));
    return outcome ? std::string(inbound_outcome_name(*outcome))
                   : std::string(outcome.error().code);
  };
  for (const auto* words : {"one", "two", "three"}) EXPECT_EQ(take(words), "relayed");
  for (const auto& [p, partition] : partitions) ASSERT_TRUE(run(partition->read_on()));
  EXPECT_EQ(take("four"), "overloaded");
  // A STOP is heard all the same.
  EXPECT_EQ(take("STOP"), "keyword");
  work();
  EXPECT_EQ(take("four"), "relayed");
}

TEST_F(NeverLose, ADeadLetterThatIsTriedAgainWhileTheLaneIsStillFullIsADeadLetterAgain) {
  set_rate(*this, 1);
  for (int at = 0; at < 102; ++at) text(kA, seat_number(0), "text " + std::to_string(at));
  work();
  const auto page = *run(desk->list_dead_letters(caller, 10, ""));
  ASSERT_THAT(page.data, SizeIs(2));
  for (const auto& letter : page.data)
    ASSERT_TRUE(run(desk->retry_dead_letter(caller, letter.message, letter.seat)));
  work();
  const auto told = deliveries();
  // There was room for one: the first text has left meanwhile.
  EXPECT_EQ(told.find("queued"), told.rfind("queued"));
  EXPECT_THAT(run(desk->list_dead_letters(caller, 10, ""))->data, SizeIs(1));
}

// ---- Asking ----

TEST_F(NeverDouble, ACarrierThatHasTheTextIsNotSentItAgain) {
  carrier.answers.push_back(SubmitUnknown{.code = "carrier.timeout"});
  carrier.answer_when_asked = AskedFound{{"SM-found"}};
  text(kA, seat_number(0), "hi");
  work();
  EXPECT_EQ(deliveries(), "hi|unknown:carrier.timeout ");
  clock.advance(61s);
  work();
  EXPECT_EQ(deliveries(), "hi|sent ");
  EXPECT_THAT(carrier.taken, SizeIs(1));
  ASSERT_THAT(carrier.asked, SizeIs(1));
  EXPECT_EQ(carrier.asked[0].from.str(), seat_number(1));
  EXPECT_EQ(carrier.asked[0].text.reveal(), "hi");
}

TEST_F(NeverDouble, ACarrierThatDoesNotHaveItIsSentItAgainAndThatCounts) {
  carrier.answers.push_back(SubmitUnknown{.code = "carrier.timeout"});
  carrier.answer_when_asked = AskedNotFound{};
  text(kA, seat_number(0), "hi");
  work();
  clock.advance(61s);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(2));
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_possible_doubles_total{connection=\"twilio\"} 1"));
}

// Seed 498 of the simulation: a carrier took its time to answer, and the text was sent again four seconds after its deadline.
TEST_F(NeverDouble, ATextWhoseDeadlinePassesWhileACarrierIsAskedIsNotSentAgain) {
  change_settings([](ServiceSettings& settings) { settings.deadline_seconds = 70s; });
  carrier.answers.push_back(SubmitUnknown{.code = "carrier.timeout"});
  carrier.answer_when_asked = AskedNotFound{};
  carrier.while_asked = [this] { clock.advance(10s); };
  text(kA, seat_number(0), "hi");
  work();
  clock.advance(61s);
  work();
  EXPECT_EQ(deliveries(), "hi|failed:outcome_unknown ");
  EXPECT_THAT(carrier.taken, SizeIs(1));
}

// Found by trying: somebody wrote "ok" twice, the second one never reached the carrier, and the first was taken for it.
TEST_F(NeverLose, TheSameWordsThatWereSentBeforeAreNotTakenForThisText) {
  carrier.answers.push_back(SubmitAccepted{{"SM-first"}});
  carrier.answers.push_back(SubmitUnknown{.code = "carrier.timeout"});
  carrier.answer_when_asked = AskedFound{{"SM-first"}};
  text(kA, seat_number(0), "ok");
  text(kA, seat_number(0), "ok");
  work();
  EXPECT_EQ(deliveries(), "ok|sent ok|unknown:carrier.timeout ");
  clock.advance(61s);
  work();
  EXPECT_EQ(deliveries(), "ok|sent ok|sent ");
  EXPECT_THAT(carrier.taken, SizeIs(3));
}

// ---- Segments ----

TEST_F(Lanes, CountsWhatACarrierWillBill) {
  ASSERT_TRUE(run(desk->change_participant(caller, session.session.id, session.session.seats[0].id,
                                           {.label = "Host"})));
  ASSERT_TRUE(
      run(desk->add_participant(caller, session.session.id, {.address = World::person(kX)}, {})));
  // With its label it does not fit one SMS any more.
  text(kA, seat_number(0), std::string(158, 'a'));
  const auto page = *run(desk->list_messages(caller, session.session.id, 1, ""));
  EXPECT_EQ(page.data[0].deliveries[0].segments, 2U);
  work();
  EXPECT_THAT(metrics.expose(),
              HasSubstr("bauta_segments_total{connection=\"twilio\",encoding=\"gsm7\"} 4"));
}

}  // namespace
}  // namespace bauta
