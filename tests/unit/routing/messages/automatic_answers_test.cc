#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// What Bauta says of itself on a line, and what people's words of consent change.
using AutomaticAnswers = testing_routing::Talking;
using NeverExceedConsent = AutomaticAnswers;

TEST_F(AutomaticAnswers, AreOneADayOnALineWhateverTheySayButForTheAnswersToKeywords) {
  change_settings([](ServiceSettings& settings) { settings.cooling_seconds = 72h; });
  auto picture = inbound(kA, seat_number(0), "", "MM1");
  picture.media_count = 1;
  ASSERT_EQ(*run(relay.accept(picture)), InboundOutcome::relayed);
  EXPECT_THAT(told_to(kA), HasSubstr("Pictures cannot be passed on"));
  close(session.session.id);
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hello?"), "ended");
  EXPECT_EQ(told_to(kA), "");
  // Somebody who asks is answered.
  text(kA, seat_number(0), "STOP");
  EXPECT_THAT(told_to(kA), HasSubstr("no more messages"));
  text(kA, seat_number(0), "START");
  EXPECT_THAT(told_to(kA), HasSubstr("You get messages again"));
  text(kA, seat_number(0), "HELP");
  EXPECT_THAT(told_to(kA), HasSubstr("both numbers stay private"));
  clock.advance(24h - 1ms);
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hello?"), "ended");
  EXPECT_EQ(told_to(kA), "");
  clock.advance(1ms);
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "hello?"), "ended");
  EXPECT_THAT(told_to(kA), HasSubstr("has ended"));
}

TEST_F(NeverExceedConsent, AStopAfterAStartWinsAndIsConfirmedAgain) {
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(outcome_of_text(kB, seat_number(1), "STOP"), "keyword");
    EXPECT_THAT(told_to(kB), HasSubstr("no more messages"));
    if (time == 0) {
      EXPECT_EQ(outcome_of_text(kB, seat_number(1), "START"), "keyword");
      EXPECT_THAT(told_to(kB), HasSubstr("You get messages again"));
    }
  }
  text(kA, seat_number(0), "are you there?");
  EXPECT_EQ(told_to(kB), "");
  EXPECT_THAT(deliveries(), HasSubstr("are you there?|blocked:consent.opted_out"));
  EXPECT_EQ(log("participant."),
            "participant.opted_out participant.opted_in participant.opted_out");
}

TEST_F(NeverExceedConsent, AStopThatTheCarrierBringsAgainAfterAStartIsNotASecondOne) {
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "STOP", "SM-stop"), "keyword");
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "START", "SM-start"), "keyword");
  told_to(kB);
  EXPECT_EQ(outcome_of_text(kB, seat_number(1), "STOP", "SM-stop"), "duplicate");
  text(kA, seat_number(0), "welcome back");
  EXPECT_EQ(told_to(kB), "welcome back");
}

TEST_F(NeverExceedConsent, EveryWordThatLetsSomebodyInAgainActsForWhoIsOutAndTellsThem) {
  for (const auto* word : {"START", "YES", "unstop", "Starten", "Ja"}) {
    SCOPED_TRACE(word);
    // Who is in says an ordinary word.
    EXPECT_EQ(outcome_of_text(kB, seat_number(1), word), "relayed");
    EXPECT_EQ(told_to(kA), word);
    text(kB, seat_number(1), "STOP");
    told_to(kB);
    EXPECT_EQ(outcome_of_text(kB, seat_number(1), word), "keyword");
    EXPECT_THAT(told_to(kB), HasSubstr("You get messages again"));
    EXPECT_EQ(told_to(kA), "");
    text(kA, seat_number(0), "hi");
    EXPECT_EQ(told_to(kB), "hi");
  }
}

TEST_F(AutomaticAnswers, ToHilfeComesInTheSeatsLanguageAndTheWordGoesOn) {
  ASSERT_TRUE(run(desk->change_participant(caller, session.session.id, session.session.seats[0].id,
                                           {.language = "de"})));
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "HILFE"), "relayed");
  EXPECT_THAT(told_to(kA), HasSubstr("beide Nummern bleiben geheim"));
  EXPECT_EQ(told_to(kB), "HILFE");
}

}  // namespace
}  // namespace bauta
