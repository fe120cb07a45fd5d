#include "routing/messages/receipts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing_routing::Conversation;

class Receipt : public ::testing::Test, public Conversation {
 protected:
  /// One text of A's, taken by the carrier.
  OutboundMessage sent_text() {
    text(kA, seat_number(0), "hi");
    work();
    return carrier.taken.back();
  }
  DeliveryReceipt by_id(const std::string& id, ReceiptStatus status) {
    return {.connection = "twilio", .provider_id = id, .word = {.status = status}};
  }
};

// C04: statuses shared one idempotency key with the inbound text, so `delivered` was thrown away.
TEST_F(Receipt, SentThenDeliveredThenBothAgainMakeTwoEvents) {
  const auto of = sent_text();
  for (int i = 0; i < 2; ++i) {
    receipt(of, ReceiptStatus::sent);
    receipt(of, ReceiptStatus::delivered);
  }
  EXPECT_EQ(deliveries(), "hi|delivered ");
  EXPECT_EQ(told(), "session.in_progress message.received message.sent message.delivered ");
}

// C08: a late `sent` overwrote `delivered`; an unknown word was taken for a failure.
TEST_F(Receipt, ALateOrUnknownWordNeverLowersAStatus) {
  const auto of = sent_text();
  EXPECT_EQ(receipt(of, ReceiptStatus::delivered), ReceiptOutcome::applied);
  EXPECT_EQ(receipt(of, ReceiptStatus::sent), ReceiptOutcome::repeated);
  EXPECT_EQ(receipt(of, ReceiptStatus::queued), ReceiptOutcome::repeated);
  EXPECT_EQ(receipt(of, ReceiptStatus::unknown_word), ReceiptOutcome::unknown_word);
  EXPECT_EQ(receipt(of, ReceiptStatus::undelivered, "30003"), ReceiptOutcome::repeated);
  EXPECT_EQ(deliveries(), "hi|delivered ");
  EXPECT_THAT(metrics.expose(),
              HasSubstr("bauta_unknown_status_words_total{connection=\"twilio\"} 1"));
}

TEST_F(Receipt, DeliveredReplacesABadEndAndTakesItsDeadLetterBack) {
  const auto of = sent_text();
  receipt(of, ReceiptStatus::undelivered, "30003");
  EXPECT_EQ(deliveries(), "hi|undelivered:carrier.undelivered ");
  EXPECT_EQ(run(desk->list_dead_letters(caller, 10, ""))->data.size(), 1U);
  receipt(of, ReceiptStatus::delivered);
  EXPECT_EQ(deliveries(), "hi|delivered ");
  EXPECT_EQ(run(desk->list_dead_letters(caller, 10, ""))->data.size(), 0U);
}

TEST_F(Receipt, OneThatComesBeforeTheAnswerToItsSendIsNotForgotten) {
  text(kA, seat_number(0), "hi");
  carrier.meanwhile = [this](const OutboundMessage& of) {
    boost::asio::io_context inner;
    boost::asio::co_spawn(inner,
                          receipts.apply({.connection = "twilio",
                                          .reference = of.reference,
                                          .word = {.status = ReceiptStatus::delivered}}),
                          [](const std::exception_ptr&, const Result<ReceiptOutcome>& outcome) {
                            EXPECT_EQ(*outcome, ReceiptOutcome::applied);
                          });
    inner.run();
  };
  work();
  EXPECT_EQ(deliveries(), "hi|delivered ");
  const auto page = *run(desk->list_messages(caller, session.session.id, 10, ""));
  EXPECT_EQ(page.data[0].deliveries[0].provider_ids, std::vector<std::string>{"SM1"});
}

TEST_F(Receipt, ABadWordAboutAnEarlierAttemptDoesNotEndALaterOne) {
  carrier.answers = {SubmitUnknown{.code = "http.read_timeout"}};
  text(kA, seat_number(0), "hi");
  work();
  clock.advance(std::chrono::minutes(1));
  work();
  ASSERT_EQ(carrier.taken.size(), 2U);
  EXPECT_EQ(receipt(carrier.taken[0], ReceiptStatus::undelivered), ReceiptOutcome::repeated);
  EXPECT_EQ(deliveries(), "hi|sent ");
  EXPECT_EQ(receipt(carrier.taken[0], ReceiptStatus::delivered), ReceiptOutcome::applied);
  EXPECT_EQ(deliveries(), "hi|delivered ");
}

TEST_F(Receipt, WithAForgedReferenceChangesNothing) {
  auto of = sent_text();
  of.reference[10] = of.reference[10] == '0' ? '1' : '0';
  EXPECT_EQ(receipt(of, ReceiptStatus::delivered), ReceiptOutcome::forged_reference);
  EXPECT_EQ(deliveries(), "hi|sent ");
}

TEST_F(Receipt, IsMatchedByTheProvidersIdWhereTheCarrierKnowsNoReference) {
  carrier.carries_reference = false;
  static_cast<void>(sent_text());
  EXPECT_EQ(*run(receipts.apply(by_id("SM1", ReceiptStatus::delivered))), ReceiptOutcome::applied);
  EXPECT_EQ(deliveries(), "hi|delivered ");
}

TEST_F(Receipt, UnderAnIdThatNobodyKnowsYetWaitsForTheAnswerToItsSend) {
  carrier.carries_reference = false;
  EXPECT_EQ(*run(receipts.apply(by_id("SM1", ReceiptStatus::delivered))),
            ReceiptOutcome::held_for_its_send);
  EXPECT_EQ(*run(receipts.apply(by_id("SM1", ReceiptStatus::sent))),
            ReceiptOutcome::held_for_its_send);
  sent_text();
  EXPECT_EQ(deliveries(), "hi|delivered ");
}

TEST_F(Receipt, OfAnIdThatIsOlderThanSevenDaysIsOfItsNewSend) {
  carrier.carries_reference = false;
  static_cast<void>(sent_text());
  clock.advance(7 * 24h - 1ms);
  EXPECT_EQ(*run(receipts.apply(by_id("SM1", ReceiptStatus::sent))), ReceiptOutcome::repeated);
  clock.advance(1ms);
  EXPECT_EQ(*run(receipts.apply(by_id("SM1", ReceiptStatus::undelivered))),
            ReceiptOutcome::held_for_its_send);
  carrier.answers = {SubmitAccepted{{"SM1"}}};
  text(kA, seat_number(0), "a week later");
  work();
  EXPECT_EQ(deliveries(), "hi|sent a week later|undelivered:carrier.undelivered ");
  EXPECT_EQ(*run(receipts.apply(by_id("SM1", ReceiptStatus::delivered))), ReceiptOutcome::applied);
  EXPECT_EQ(deliveries(), "hi|sent a week later|delivered ");
}

const std::vector<ReceiptStatus> kNotDelivered = {ReceiptStatus::queued, ReceiptStatus::sent,
                                                  ReceiptStatus::undelivered, ReceiptStatus::failed,
                                                  ReceiptStatus::rejected};

TEST_F(Receipt, AFinalStatusIsReplacedByDeliveredOnly) {
  struct End {
    ReceiptStatus first;
    std::string state;
  };
  const std::vector<End> ends = {
      {ReceiptStatus::undelivered, "hi|undelivered:carrier.undelivered "},
      {ReceiptStatus::failed, "hi|failed:carrier.failed "},
      {ReceiptStatus::rejected, "hi|failed:carrier.rejected "}};
  for (const auto& [first, state] : ends) {
    SCOPED_TRACE(state);
    Conversation talk;
    talk.text(kA, talk.seat_number(0), "hi");
    talk.work();
    const auto of = talk.carrier.taken.back();
    EXPECT_EQ(talk.receipt(of, first, "30003"), ReceiptOutcome::applied);
    for (const auto word : kNotDelivered) {
      EXPECT_EQ(talk.receipt(of, word, "30005"), ReceiptOutcome::repeated);
      EXPECT_EQ(talk.deliveries(), state);
    }
    EXPECT_EQ(talk.receipt(of, ReceiptStatus::delivered), ReceiptOutcome::applied);
    EXPECT_EQ(talk.deliveries(), "hi|delivered ");
  }
}

TEST_F(Receipt, OfATextThatWasNeverConfirmedMeansSomethingOnlyIfItArrived) {
  const auto of = sent_text();
  clock.advance(73h);
  ASSERT_EQ(*run(desk->end_unconfirmed()), 1U);
  for (const auto word : kNotDelivered) {
    EXPECT_EQ(receipt(of, word), ReceiptOutcome::repeated);
    EXPECT_EQ(deliveries(), "hi|unconfirmed ");
  }
  EXPECT_EQ(receipt(of, ReceiptStatus::delivered), ReceiptOutcome::applied);
  EXPECT_EQ(deliveries(), "hi|delivered ");
}

// The carrier put it off, and has it all the same; it was blocked before it was tried again.
TEST_F(Receipt, OfATextThatWasBlockedSinceMeansSomethingOnlyIfItArrived) {
  carrier.answers = {SubmitLater{.code = "carrier.throttled", .retry_after = 10s}};
  const auto of = sent_text();
  close(session.session.id);
  clock.advance(11s);
  work();
  ASSERT_EQ(deliveries(), "hi|blocked:session.ended ");
  for (const auto word : kNotDelivered) {
    EXPECT_EQ(receipt(of, word), ReceiptOutcome::repeated);
    EXPECT_EQ(deliveries(), "hi|blocked:session.ended ");
  }
  EXPECT_EQ(receipt(of, ReceiptStatus::delivered), ReceiptOutcome::applied);
  EXPECT_EQ(deliveries(), "hi|delivered ");
}

TEST_F(Receipt, OfAnOptOutWritesTheLedger) {
  const auto of = sent_text();
  EXPECT_EQ(
      *run(receipts.apply(
          {.connection = "twilio",
           .reference = of.reference,
           .word = {.status = ReceiptStatus::failed, .carrier_code = "21610", .opted_out = true}})),
      ReceiptOutcome::applied);
  text(kA, seat_number(0), "again");
  work();
  EXPECT_EQ(deliveries(), "hi|failed:carrier.opted_out again|blocked:consent.opted_out ");
}

}  // namespace
}  // namespace bauta
