#include "routing/outbox/opt_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "routing/outbox/erased.h"
#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_routing::Conversation;
using testing_routing::World;

using NeverExceedConsent = testing_routing::Talking;
using NeverReveal = testing_routing::Talking;

const ReceiptWord kOptOut = {
    .status = ReceiptStatus::failed, .carrier_code = "21610", .opted_out = true};

ReceiptOutcome opt_out_receipt(Conversation& talk, const OutboundMessage& of) {
  return *talk.run(
      talk.receipts.apply({.connection = "twilio", .reference = of.reference, .word = kOptOut}));
}
ReceiptOutcome opt_out_receipt(Conversation& talk, const std::string& provider_id) {
  return *talk.run(
      talk.receipts.apply({.connection = "twilio", .provider_id = provider_id, .word = kOptOut}));
}
void erase(Conversation& talk) {
  BAUTA_ASSERT(talk.run(talk.desk->erase_session(talk.caller, talk.session.session.id)));
}
/// What B is told in a session that is opened afterwards.
std::string told_in_a_new_session(Conversation& talk) {
  talk.clock.advance(48h);
  const auto opened = *talk.try_open(talk.session_of({talk.kA, talk.kB}));
  talk.told_to(talk.kB);
  talk.text(talk.kA, opened.session.seats[0].number.str(), "hi");
  return talk.told_to(talk.kB);
}
std::size_t stayed(const Conversation& talk) {
  return static_cast<std::size_t>(std::ranges::count_if(
      talk.memory.everything(),
      [](const KeyedRecord& keyed) { return keyed.key.octets().starts_with("gone/"); }));
}

TEST_F(NeverExceedConsent, AReceiptThatSaysOptedOutCountsThoughItsTextWasErased) {
  text(kA, seat_number(0), "hi");
  work();
  erase(*this);
  EXPECT_EQ(opt_out_receipt(*this, carrier.taken[0]), ReceiptOutcome::applied);
  EXPECT_EQ(opt_out_receipt(*this, carrier.taken[0]), ReceiptOutcome::repeated);
  EXPECT_THAT(told(), HasSubstr("session.erased participant.opted_out "));
  EXPECT_THAT(told_of("participant"), HasSubstr("participant.opted_out"));
  EXPECT_EQ(told_in_a_new_session(*this), "");
}

TEST_F(NeverExceedConsent, SoItDoesWhereTheCarrierKnowsNoReference) {
  carrier.carries_reference = false;
  text(kA, seat_number(0), "hi");
  work();
  erase(*this);
  EXPECT_EQ(opt_out_receipt(*this, "SM1"), ReceiptOutcome::applied);
  EXPECT_EQ(told_in_a_new_session(*this), "");
}

// The answer to its send meets no delivery any more, and its receipt comes later still, or came before.
TEST_F(NeverExceedConsent, SoItDoesWhenTheTextWasErasedWhileItWasHandedOver) {
  for (const bool before : {true, false}) {
    SCOPED_TRACE(before);
    Conversation talk;
    talk.carrier.carries_reference = false;
    talk.text(kA, talk.seat_number(0), "hi");
    talk.carrier.meanwhile = [&](const OutboundMessage&) {
      Commit erasure;
      for (const auto& keyed : talk.memory.everything()) {
        if (!keyed.key.octets().starts_with("dlv/")) continue;
        erasure.erase(keyed.key);
        leave_behind_erased(erasure, talk.index_key, decode_delivery(keyed.record)->value,
                            talk.clock.now(), talk.clock.now());
      }
      if (before) {
        erasure.put(provider_id_key(talk.index_key, "twilio", "SM1"),
                    encode_provider_id({.early = kOptOut}));
      }
      BAUTA_ASSERT(std::holds_alternative<Committed>(talk.memory.apply(erasure)));
    };
    talk.work();
    EXPECT_EQ(opt_out_receipt(talk, "SM1"),
              before ? ReceiptOutcome::repeated : ReceiptOutcome::applied);
    EXPECT_EQ(talk.told_to(kB), "hi");
    talk.text(kA, talk.seat_number(0), "again");
    EXPECT_EQ(talk.told_to(kB), "");
  }
}

TEST_F(NeverExceedConsent, OfTheLineOnlyWhereTheServiceSaysSo) {
  change_settings([](ServiceSettings& settings) { settings.consent_scope = ConsentScope::line; });
  text(kA, seat_number(0), "hi");
  work();
  erase(*this);
  EXPECT_EQ(opt_out_receipt(*this, carrier.taken[0]), ReceiptOutcome::applied);
  EXPECT_TRUE(
      run(Ledger(store).look_up(consenter_of(kB), World::number(seat_number(1))))->is_out());
  EXPECT_FALSE(
      run(Ledger(store).look_up(consenter_of(kB), World::number("+12025550178")))->is_out());
}

TEST_F(NeverExceedConsent, WhatTheySaidThemselvesSinceStands) {
  text(kA, seat_number(0), "hi");
  work();
  text(kB, seat_number(1), "STOP");
  clock.advance(1s);
  text(kB, seat_number(1), "START");
  erase(*this);
  EXPECT_EQ(opt_out_receipt(*this, carrier.taken[0]), ReceiptOutcome::repeated);
  EXPECT_EQ(told_in_a_new_session(*this), "hi");
}

// Found by thinking: a bad word about an earlier attempt changes nothing, and the opt-out that it brought was dropped with it.
TEST_F(NeverExceedConsent, AWordAboutAnEarlierAttemptCountsForThePerson) {
  carrier.answers = {SubmitUnknown{.code = "http.read_timeout"}};
  text(kA, seat_number(0), "hi");
  work();
  clock.advance(1min);
  work();
  ASSERT_EQ(carrier.taken.size(), 2U);
  EXPECT_EQ(opt_out_receipt(*this, carrier.taken[0]), ReceiptOutcome::applied);
  EXPECT_EQ(deliveries(), "hi|sent ");
  text(kA, seat_number(0), "again");
  work();
  EXPECT_THAT(deliveries(), HasSubstr("again|blocked:consent.opted_out"));
  // The carrier repeats itself; they came back meanwhile.
  clock.advance(1s);
  text(kB, seat_number(1), "START");
  EXPECT_EQ(opt_out_receipt(*this, carrier.taken[0]), ReceiptOutcome::repeated);
}

// Found by reading: a word that came before the answer to its send ended the delivery, and what it said of the person was dropped.
TEST_F(NeverExceedConsent, AnEarlyReceiptThatSaysOptedOutIsBelievedWithTheAnswerToItsSend) {
  const ReceiptWord delivered{.status = ReceiptStatus::delivered};
  for (const auto& words :
       {std::vector{kOptOut}, std::vector{kOptOut, delivered}, std::vector{delivered, kOptOut}}) {
    SCOPED_TRACE(words.size());
    Conversation talk;
    talk.carrier.carries_reference = false;
    for (const auto& word : words) {
      EXPECT_EQ(*talk.run(talk.receipts.apply(
                    {.connection = "twilio", .provider_id = "SM1", .word = word})),
                ReceiptOutcome::held_for_its_send);
    }
    talk.text(kA, talk.seat_number(0), "hi");
    EXPECT_EQ(talk.told_to(kB), "hi");
    EXPECT_EQ(talk.deliveries(),
              words.size() == 1 ? "hi|failed:carrier.opted_out " : "hi|delivered ");
    EXPECT_EQ(talk.log("participant."), "participant.opted_out");
    EXPECT_THAT(talk.told_to(kA), HasSubstr("cannot be reached"));
    talk.text(kA, talk.seat_number(0), "again");
    EXPECT_EQ(talk.told_to(kB), "");
    EXPECT_EQ(talk.told_to(kA), "");
    EXPECT_THAT(talk.deliveries(), HasSubstr("again|blocked:consent.opted_out "));
  }
}

TEST_F(NeverExceedConsent, AWordThatNobodyKnowsOptsThePersonOutByItsCodeAndMovesNoStatus) {
  const ReceiptWord banana{
      .status = ReceiptStatus::unknown_word, .carrier_code = "21610", .opted_out = true};
  text(kA, seat_number(0), "hi");
  work();
  const DeliveryReceipt receipt{
      .connection = "twilio", .reference = carrier.taken[0].reference, .word = banana};
  EXPECT_EQ(*run(receipts.apply(receipt)), ReceiptOutcome::applied);
  EXPECT_EQ(*run(receipts.apply(receipt)), ReceiptOutcome::repeated);
  EXPECT_EQ(deliveries(), "hi|sent ");
  EXPECT_EQ(log("participant."), "participant.opted_out");
  EXPECT_THAT(metrics.expose(),
              HasSubstr("bauta_unknown_status_words_total{connection=\"twilio\"} 2"));
  text(kA, seat_number(0), "again");
  work();
  EXPECT_THAT(deliveries(), HasSubstr("again|blocked:consent.opted_out "));
}

TEST_F(NeverExceedConsent, SoItDoesWhenItWaitsForTheAnswerToItsSend) {
  carrier.carries_reference = false;
  EXPECT_EQ(
      *run(receipts.apply({.connection = "twilio",
                           .provider_id = "SM1",
                           .word = {.status = ReceiptStatus::unknown_word, .opted_out = true}})),
      ReceiptOutcome::held_for_its_send);
  text(kA, seat_number(0), "hi");
  work();
  EXPECT_EQ(deliveries(), "hi|sent ");
  EXPECT_EQ(log("participant."), "participant.opted_out");
}

/// One that brings no reference of ours, but says of whom and of which number it speaks.
ReceiptOutcome opt_out_receipt_of(Conversation& talk, const std::string& provider_id,
                                  const std::string& number,
                                  const std::string& connection = "twilio") {
  return *talk.run(talk.receipts.apply(
      {.connection = connection,
       .provider_id = provider_id,
       .word = kOptOut,
       .line = ToldLine{.from = World::number(number), .to = World::person(Conversation::kB)}}));
}

// C40: it waited for the answer to its send, which had been given and never looked for it, and nobody heard it.
TEST_F(NeverExceedConsent, AReceiptThatNamesNoSendCountsForThePersonAndTheNumberThatItNames) {
  text(kA, seat_number(0), "hi");
  EXPECT_EQ(told_to(kB), "hi");
  EXPECT_EQ(opt_out_receipt_of(*this, "SM-a", "+12025550170"), ReceiptOutcome::held_for_its_send);
  EXPECT_EQ(opt_out_receipt_of(*this, "SM-b", seat_number(1), "vonage"),
            ReceiptOutcome::held_for_its_send);
  EXPECT_EQ(log("participant."), "");

  EXPECT_EQ(opt_out_receipt_of(*this, "SM1", seat_number(1)), ReceiptOutcome::applied);
  EXPECT_EQ(log("participant."), "participant.opted_out");
  text(kA, seat_number(0), "again");
  EXPECT_EQ(told_to(kB), "");
  EXPECT_THAT(told_to(kA), HasSubstr("cannot be reached"));
  // The carrier says it again; they came back meanwhile.
  text(kB, seat_number(1), "START");
  told_to(kB);
  EXPECT_EQ(opt_out_receipt_of(*this, "SM1", seat_number(1)), ReceiptOutcome::held_for_its_send);
  text(kA, seat_number(0), "welcome back");
  EXPECT_EQ(told_to(kB), "welcome back");
}

TEST_F(NeverExceedConsent, WhatCountedAtOnceIsNotBelievedAgainWithTheAnswerToItsSend) {
  carrier.carries_reference = false;
  EXPECT_EQ(opt_out_receipt_of(*this, "SM1", seat_number(1)), ReceiptOutcome::applied);
  text(kB, seat_number(1), "START");
  clock.advance(1s);
  carrier.answers = {SubmitAccepted{{"SM2"}}, SubmitAccepted{{"SM1"}}};
  EXPECT_THAT(told_to(kB), HasSubstr("You get messages again"));
  text(kA, seat_number(0), "hi");
  EXPECT_EQ(told_to(kB), "hi");
  EXPECT_EQ(deliveries(), "hi|failed:carrier.failed ");
  EXPECT_EQ(log("participant."), "participant.opted_out participant.opted_in");
}

TEST(ReceiptWords, TheStrongerOneKeepsThatEitherSaidOptedOut) {
  const auto told = [](const ReceiptWord& word) {
    return std::to_string(static_cast<int>(word.status)) + (word.opted_out ? " out" : "");
  };
  const ReceiptWord sent{.status = ReceiptStatus::sent};
  const ReceiptWord undelivered{.status = ReceiptStatus::undelivered, .carrier_code = "30003"};
  EXPECT_EQ(told(stronger(sent, undelivered)), told(undelivered));
  EXPECT_EQ(told(stronger(undelivered, sent)), told(undelivered));
  EXPECT_EQ(told(stronger(sent, kOptOut)), told(kOptOut));
  EXPECT_EQ(told(stronger({.status = ReceiptStatus::delivered}, kOptOut)),
            std::to_string(static_cast<int>(ReceiptStatus::delivered)) + " out");
  // Of two that weigh the same the first stands, but for one that says why.
  EXPECT_EQ(stronger(undelivered, {.status = ReceiptStatus::failed}).carrier_code, "30003");
  EXPECT_EQ(stronger(undelivered, kOptOut).carrier_code, "21610");
  EXPECT_EQ(stronger(kOptOut, undelivered).carrier_code, "21610");
}

TEST_F(NeverReveal, WhatStaysOfAnErasedTextHoldsNoAddressAndOnlyWhileAReceiptMayCome) {
  text(kA, seat_number(0), "the key is under the mat");
  text(kA, seat_number(0), "delivered");
  work();
  receipt(carrier.taken[1], ReceiptStatus::delivered);
  text(kA, seat_number(0), "never handed over");
  erase(*this);
  EXPECT_EQ(stayed(*this), 1U);
  EXPECT_FALSE(holds("2079460142"));
  EXPECT_FALSE(holds("under the mat"));
  clock.advance(kErasedKept);
  EXPECT_EQ(opt_out_receipt(*this, carrier.taken[0]), ReceiptOutcome::repeated);
}

TEST_F(NeverReveal, NothingStaysOfATextThatIsForgottenWithItsTime) {
  text(kA, seat_number(0), "hi");
  work();
  close(session.session.id);
  clock.advance(7 * 24h + 1h);
  ASSERT_TRUE(run(desk->sweep()));
  EXPECT_FALSE(holds(std::string("dlv/")));
  EXPECT_EQ(stayed(*this), 0U);
}

}  // namespace
}  // namespace bauta
