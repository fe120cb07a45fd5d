#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing_routing::World;

/// What people are told, and what of their own words goes on.
using OwnWordsCase = testing_routing::Talking;
using NeverExceedConsent = OwnWordsCase;
using NeverReveal = OwnWordsCase;

// ---- HELP ----

TEST_F(OwnWordsCase, HelpIsAnsweredAndForwarded) {
  text(kA, seat_number(0), "HELP");
  EXPECT_THAT(told_to(kA), HasSubstr("both numbers stay private"));
  EXPECT_EQ(told_to(kB), "HELP");
  text(kA, seat_number(0), "Info");
  EXPECT_THAT(told_to(kA), HasSubstr("Reply STOP"));
}

TEST_F(NeverExceedConsent, HelpIsAnsweredAlsoToWhoSaidStop) {
  text(kA, seat_number(0), "STOP");
  told_to(kA);
  text(kA, seat_number(0), "HELP");
  EXPECT_THAT(told_to(kA), HasSubstr("both numbers stay private"));
  EXPECT_EQ(told_to(kB), "HELP");
}

TEST_F(OwnWordsCase, HelpIsAnsweredToStrangersAndOnEndedLines) {
  text(kX, seat_number(0), "HELP");
  EXPECT_THAT(told_to(kX), HasSubstr("both numbers stay private"));
  close(session.session.id);
  text(kA, seat_number(0), "HELP");
  EXPECT_THAT(told_to(kA), HasSubstr("both numbers stay private"));
}

// ---- "cannot be reached" ----

TEST_F(NeverExceedConsent, TheirCounterpartIsToldOnceADayAndNeutrally) {
  text(kB, seat_number(1), "STOP");
  told_to(kB);
  text(kA, seat_number(0), "one");
  text(kA, seat_number(0), "two");
  EXPECT_EQ(told_to(kA),
            "The other person cannot be reached here, your message was not delivered.");
  EXPECT_EQ(told_to(kB), "");
  clock.advance(25h);
  text(kA, seat_number(0), "three");
  EXPECT_THAT(told_to(kA), HasSubstr("cannot be reached"));
}

TEST_F(NeverExceedConsent, AfterACarriersWordTheWriterIsToldToo) {
  carrier.answers.push_back(
      SubmitRefused{.code = "carrier.opted_out", .detail = "21610", .opted_out = true});
  text(kA, seat_number(0), "one");
  EXPECT_THAT(told_to(kA), HasSubstr("cannot be reached"));
  told_to(kB);
  text(kA, seat_number(0), "two");
  EXPECT_EQ(told_to(kB), "");
  EXPECT_EQ(told_to(kA), "");
  text(kB, seat_number(1), "START");
  told_to(kB);
  text(kA, seat_number(0), "three");
  EXPECT_EQ(told_to(kB), "three");
}

TEST_F(NeverExceedConsent, APlatformsTextToWhoSaidStopIsAnsweredToNobody) {
  text(kB, seat_number(1), "STOP");
  told_to(kB);
  send(session.session.id, "from the platform", {session.session.seats[1].id});
  EXPECT_EQ(told_to(kA), "");
  EXPECT_EQ(told_to(kB), "");
}

// ---- Per line ----

TEST_F(NeverExceedConsent, AStopClosesOneLineWhereTheServiceSaysSo) {
  change_settings([](ServiceSettings& settings) { settings.consent_scope = ConsentScope::line; });
  const auto other = *try_open(session_of({kA, "+442079460143"}));
  const auto other_number = other.session.seats[0].number.str();
  ASSERT_NE(other_number, seat_number(0));
  text(kA, seat_number(0), "STOP");
  told_to(kA);
  text(kB, seat_number(1), "closed");
  EXPECT_EQ(told_to(kA), "");
  text("+442079460143", other.session.seats[1].number.str(), "open");
  EXPECT_EQ(told_to(kA), "open");
  // And no new seat is given to them there.
  close(session.session.id);
  clock.advance(48h);
  for (int time = 0; time < 3; ++time) {
    const auto again = try_open(session_of({kA, "+442079460144"}));
    if (again) {
      EXPECT_NE(again->session.seats[0].number.str(), seat_number(0));
    }
  }
  text(kA, seat_number(0), "start");
  EXPECT_THAT(told_to(kA), HasSubstr("You get messages again"));
}

// ---- Languages ----

TEST_F(OwnWordsCase, ASeatsLanguageComesBeforeThatOfTheCountryAndOfTheService) {
  const auto say_stop = [&](const std::string& address, const std::string& number) {
    text(address, number, "STOP");
    return told_to(address);
  };
  ASSERT_TRUE(run(desk->change_participant(caller, session.session.id, session.session.seats[0].id,
                                           {.language = "de-AT"})));
  EXPECT_THAT(say_stop(kA, seat_number(0)), HasSubstr("keine Nachrichten mehr"));
  EXPECT_THAT(say_stop("+493023125142", seat_number(0)), HasSubstr("keine Nachrichten mehr"));
  EXPECT_THAT(say_stop(kX, seat_number(0)), HasSubstr("no more messages"));
  change_settings([](ServiceSettings& settings) { settings.language = "de"; });
  EXPECT_THAT(say_stop("+12025550198", seat_number(0)), HasSubstr("keine Nachrichten mehr"));
}

TEST_F(OwnWordsCase, APlatformsWordsComeBeforeOurs) {
  change_settings([](ServiceSettings& settings) {
    settings.display_name = "Harbour";
    settings.texts = {{.name = "help", .language = "en", .text = "Ask {service}."},
                      {.name = "help", .language = "fr", .text = "Demandez à {service}."}};
  });
  text(kA, seat_number(0), "HELP");
  EXPECT_EQ(told_to(kA), "Ask Harbour.");
  ASSERT_TRUE(run(desk->change_participant(caller, session.session.id, session.session.seats[0].id,
                                           {.language = "fr"})));
  text(kA, seat_number(0), "HELP");
  EXPECT_EQ(told_to(kA), "Demandez à Harbour.");
}

// ---- Strangers and machines ----

// C34 b: every text of a stranger was answered, to a large bill.
TEST_F(OwnWordsCase, AStrangerIsToldOnceADayIfTheServiceWantsIt) {
  text(kX, seat_number(0), "hello?");
  EXPECT_EQ(told_to(kX), "");
  change_settings([](ServiceSettings& settings) { settings.answer_strangers = true; });
  for (int time = 0; time < 20; ++time) text(kX, seat_number(0), "hello?");
  EXPECT_EQ(told_to(kX), "There is no conversation here, your message was not delivered.");
}

// C34 c: two auto-responders answered each other without end.
TEST_F(OwnWordsCase, TheSameWordsAgainAndAgainAreCutWithAnEvent) {
  const std::string reply = "I am driving and will answer later.";
  int relayed = 0;
  for (int time = 0; time < 30; ++time) {
    clock.advance(2s);
    if (outcome_of_text(kA, seat_number(0), reply) == "relayed") ++relayed;
  }
  EXPECT_EQ(relayed, 10);
  EXPECT_THAT(log("inbound."), HasSubstr("inbound.unrouted(inbound.repeated)"));
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), "really me"), "relayed");
  clock.advance(61s);
  EXPECT_EQ(outcome_of_text(kA, seat_number(0), reply), "relayed");
}

// ---- Addresses in texts ----

TEST_F(NeverReveal, WhatParticipantsWriteOfTheirOwnAddressesIsMaskedWithAnEvent) {
  text(kA, seat_number(0), "call me at (202) 555-0142, or 020 7946 0142?");
  EXPECT_EQ(told_to(kB), "call me at ***, or ***?");
  EXPECT_EQ(told_of("masked"), "message.received ");
  send(session.session.id, "the guest is +44 20 7946 0142");
  EXPECT_EQ(told_to(kA), "the guest is ***");
  EXPECT_FALSE(holds("(202) 555-0142"));
}

TEST_F(NeverReveal, AServiceMayTurnMaskingOff) {
  change_settings([](ServiceSettings& settings) { settings.mask_addresses = false; });
  text(kA, seat_number(0), "call me at 202-555-0142");
  EXPECT_EQ(told_to(kB), "call me at 202-555-0142");
  EXPECT_EQ(told_of("masked"), "");
}

TEST_F(NeverReveal, ALabelThatIsAnAddressIsMaskedToo) {
  ASSERT_TRUE(run(desk->add_participant(caller, session.session.id,
                                        {.address = World::person(kX), .label = kX}, {})));
  text(kX, show(session.session.id).session.seats[2].number.str(), "hi");
  EXPECT_EQ(told_to(kA), "***: hi");
}

// ---- Possible against valid ----

TEST_F(OwnWordsCase, WhoHasNoMobileIsSeatedWithAWarning) {
  // "Possible" is enough: metadata is older than area codes.
  ASSERT_TRUE(try_open(session_of({kA, "+442079460150"})));
  EXPECT_EQ(told_of("warning"), "session.created session.created ");
}

}  // namespace
}  // namespace bauta
