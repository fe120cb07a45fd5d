#include "routing/messages/relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using testing_routing::Conversation;

using Accept = testing_routing::Talking;
using NeverMisroute = Accept;
using NeverDouble = Accept;
using NeverLose = Accept;
using NeverReveal = Accept;
using NeverExceedConsent = Accept;

TEST_F(Accept, RelaysBothWaysFromTheOthersOwnVirtualNumber) {
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hi"), "relayed");
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "hello"), "relayed");
  work();
  EXPECT_THAT(carrier.log(), HasSubstr(seat_number(1) + " > " + kB + ": hi\n"));
  EXPECT_THAT(carrier.log(), HasSubstr(seat_number(0) + " > " + kA + ": hello\n"));
}

TEST_F(NeverDouble, ARedeliveryIsSeenBefore) {
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hi", "SM1"), "relayed");
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hi", "SM1"), "duplicate");
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hi", "SM2"),
            "relayed");  // two "hi" in a row are two texts
  work();
  EXPECT_THAT(carrier.taken, SizeIs(2));
}

TEST_F(NeverDouble, RedeliveriesAtTheSameTimeAreOne) {
  std::vector<Task<Result<InboundOutcome>>> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(relay.accept(inbound(kA, seat_number(0), "hi", "SM1")));
  }
  int relayed = 0;
  for (const auto& outcome : run_all(std::move(all))) {
    ASSERT_TRUE(outcome.has_value());
    if (*outcome == InboundOutcome::relayed) ++relayed;
  }
  EXPECT_EQ(relayed, 1);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
}

TEST_F(NeverLose, AnUnknownCommitIsSettledByWhatTheStoreHolds) {
  store.unknown_commits = 1;
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "written"), "relayed");
  store.unknown_commits = 1;
  store.unknown_are_written = false;
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "not written", "SM9"), "storage.unknown");
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "not written", "SM9"),
            "relayed");  // the carrier comes again
  work();
  EXPECT_THAT(carrier.taken, SizeIs(2));
}

TEST_F(NeverMisroute, ATextCountsOnlyFromTheConnectionOfItsNumber) {
  auto foreign = inbound(kA, seat_number(0), "hi", "");
  foreign.connection = "other";
  const auto outcome = run(relay.accept(foreign));
  EXPECT_EQ(*outcome, InboundOutcome::refused);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(0));
  // It was answered with success, and nothing ends silently: whoever moved the number has to see it.
  EXPECT_EQ(log("inbound."), "inbound.unrouted(inbound.wrong_connection)");
  EXPECT_THAT(metrics.expose(),
              HasSubstr("bauta_refusals_total{code=\"inbound.wrong_connection\"} 1"));
  EXPECT_EQ(*run(relay.accept(foreign)), InboundOutcome::duplicate);
  EXPECT_EQ(log("inbound."), "inbound.unrouted(inbound.wrong_connection)");
}

TEST_F(NeverMisroute, ATextToANumberOfNobodyIsCountedAndSeenOnce) {
  const auto lost = inbound(kA, "+12025550170", "hi", "SM-lost");
  EXPECT_EQ(*run(relay.accept(lost)), InboundOutcome::refused);
  EXPECT_EQ(*run(relay.accept(lost)), InboundOutcome::duplicate);
  EXPECT_THAT(metrics.expose(),
              HasSubstr("bauta_refusals_total{code=\"inbound.not_our_number\"} 1"));
  EXPECT_EQ(log("inbound."), "");
}

// C31: answers crossed when one number served two sessions of a person.
TEST_F(NeverMisroute, APersonWithTwoSessionsAnswersEachOnItsOwnNumber) {
  const auto other = *try_open(session_of({kA, "+442079460143"}));
  ASSERT_NE(other.session.seats[0].number, session.session.seats[0].number);
  text(kB, seat_number(1), "from B");
  text("+442079460143", other.session.seats[1].number.str(), "from C");
  text(kA, seat_number(0), "to B");
  text(kA, other.session.seats[0].number.str(), "to C");
  work();
  EXPECT_THAT(carrier.log(), HasSubstr(seat_number(0) + " > " + kA + ": from B\n"));
  EXPECT_THAT(carrier.log(),
              HasSubstr(other.session.seats[0].number.str() + " > " + kA + ": from C\n"));
  EXPECT_THAT(carrier.log(), HasSubstr("> " + std::string(kB) + ": to B\n"));
  EXPECT_THAT(carrier.log(), HasSubstr("> +442079460143: to C\n"));
  EXPECT_THAT(carrier.taken, SizeIs(4));
}

// C33: a driver's late text went to the next rider.
TEST_F(NeverMisroute, ALateTextAfterTheSessionMeetsEndedOnceADay) {
  ASSERT_TRUE(run(desk->change_session(caller, session.session.id, {.close = true})).has_value());
  const auto next = *try_open(session_of({kA, "+442079460143"}));
  EXPECT_NE(next.session.seats[0].number.str(), seat_number(0));
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "I found your umbrella"), "ended");
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "are you there?"), "ended");
  work();
  ASSERT_THAT(carrier.taken, SizeIs(1));
  EXPECT_EQ(carrier.taken[0].to.reveal(), kA);
  EXPECT_EQ(carrier.taken[0].from.str(), seat_number(0));
  EXPECT_THAT(carrier.log(), Not(HasSubstr("umbrella")));
  clock.advance(23h);
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hello?"), "ended");
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
}

TEST_F(NeverMisroute, WhenCoolingIsOverTheSenderIsAStranger) {
  ASSERT_TRUE(run(desk->change_session(caller, session.session.id, {.close = true})).has_value());
  clock.advance(24h);
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hello?"), "refused");
  work();
  EXPECT_THAT(carrier.taken, SizeIs(0));
}

TEST_F(NeverMisroute, BothClocksEndASessionAtTheMomentAnyoneLooks) {
  ASSERT_TRUE(
      run(desk->change_session(caller, session.session.id, {.idle_ttl = 600s})).has_value());
  clock.advance(599s);
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "still here"), "relayed");
  clock.advance(599s);
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "me too"), "relayed");
  clock.advance(601s);
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "too late"), "ended");
}

// C34 (a): a number of ours that texts another one.
TEST_F(Accept, ATextFromANumberOfOursIsALoop) {
  EXPECT_EQ(outcome_of_text(seat_number(1), seat_number(0), "hi"), "refused");
  work();
  EXPECT_THAT(carrier.taken, SizeIs(0));
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_refusals_total{code=\"inbound.loop\"} 1"));
}

// C34 (b): large bills by answers to strangers.
TEST_F(Accept, AStrangerGetsNothing) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(outcome_of_text(kX, seat_number(0), "anyone?"), "refused");
  work();
  EXPECT_THAT(carrier.taken, SizeIs(0));
  EXPECT_THAT(told(), HasSubstr("inbound.unrouted"));
}

// C37
TEST_F(NeverExceedConsent, SentencesThatHoldStopAreRelayed) {
  for (const auto* words : {"We have got to STOP this", "STOP 12345", "please stop by at 5", "No",
                            "unsubscribed from my gym"}) {
    EXPECT_EQ(outcome_of_text(kB, seat_number(1), words), "relayed") << words;
  }
  work();
  EXPECT_THAT(carrier.taken, SizeIs(5));
}

TEST_F(NeverExceedConsent, StopIsConfirmedOnceAndStartLiftsIt) {
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "YES"),
            "relayed");  // B is not out: a word like any other
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "STOP"), "keyword");
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "STOP"), "keyword");
  text(kA, seat_number(0), "are you there?");
  work();
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "I can still write"),
            "relayed");  // STOP blocks to, never from
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "start"), "keyword");
  text(kA, seat_number(0), "welcome back");
  work();
  std::vector<std::string> to_b;
  for (const auto& message : carrier.taken) {
    if (message.to.reveal() == kB) to_b.push_back(message.text.reveal());
  }
  ASSERT_THAT(to_b, SizeIs(3));  // one confirmation each, and what came after
  EXPECT_EQ(to_b[2], "welcome back");
  EXPECT_THAT(told(), HasSubstr("participant.opted_out"));
  EXPECT_THAT(told(), HasSubstr("participant.opted_in"));
}

TEST_F(NeverExceedConsent, StopCountsWithoutARoute) {
  EXPECT_EQ(outcome_of_text(kX, seat_number(0), "STOP"), "keyword");
  const auto later = *try_open(session_of({kX, "+442079460143"}));
  text("+442079460143", later.session.seats[1].number.str(), "hi");
  EXPECT_EQ(told_to(kX), "You will get no more messages. Reply START to get them again.");
}

TEST_F(NeverExceedConsent, NoConfirmationWhereTheCarrierSentItsOwn) {
  auto stop = inbound(kB, seat_number(1), "STOP", "");
  stop.carrier_answered_keyword = true;
  EXPECT_EQ(*run(relay.accept(stop)), InboundOutcome::keyword);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(0));
}

// C03: a picture without a caption became an empty text.
TEST_F(Accept, APictureRelaysItsWordsAndTheSenderIsToldThatItCannotPass) {
  const auto send = [this](const std::string& id, const std::string& words) {
    auto picture = inbound(kA, seat_number(0), words, id);
    picture.media_count = 1;
    return run(relay.accept(picture));
  };
  EXPECT_EQ(*send("MM1", ""), InboundOutcome::relayed);
  work();
  ASSERT_THAT(carrier.taken, SizeIs(1));
  EXPECT_EQ(carrier.taken[0].to.reveal(), kA);
  EXPECT_FALSE(carrier.taken[0].text.empty());
  EXPECT_EQ(*send("MM2", "look"), InboundOutcome::relayed);
  work();
  ASSERT_THAT(carrier.taken, SizeIs(2));
  EXPECT_EQ(carrier.log(), carrier.taken[0].from.str() + " > " + kA + ": " +
                               carrier.taken[0].text.reveal() + "\n" + seat_number(1) + " > " + kB +
                               ": look\n");
}

TEST_F(NeverReveal, NoEventHoldsAnAddressOrAText) {
  text(kA, seat_number(0), "secret plan");
  text(kX, seat_number(0), "who is this");
  text(kB, seat_number(1), "STOP");
  work();
  const auto page = *run(events.after(service.id, 0, 500));
  for (const auto& event : page.events) {
    for (const auto& [name, value] : event.data) {
      for (const auto* hidden : {"2025550142", "2079460142", "2025550199", "secret plan"}) {
        EXPECT_THAT(value, Not(HasSubstr(hidden))) << event_type_name(event.type) << " " << name;
      }
    }
  }
}

}  // namespace
}  // namespace bauta
