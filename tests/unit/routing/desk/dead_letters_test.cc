#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using DeadLetterCalls = testing_routing::Talking;

const DeadLetter& only(const Page<DeadLetter>& page) {
  BAUTA_ASSERT(page.data.size() == 1);
  return page.data.front();
}

// As docs/openapi.yaml says: what died last may stand last.
TEST_F(DeadLetterCalls, AreListedByTheirTextsAndNotByWhenTheyDied) {
  text(kA, seat_number(0), "first");
  clock.advance(1s);
  text(kA, seat_number(0), "second");
  work();
  const auto taken = carrier.taken;
  ASSERT_THAT(taken, SizeIs(2));
  receipt(taken.at(1), ReceiptStatus::undelivered, "30003");
  const auto of_second = only(*run(desk->list_dead_letters(caller, 10, "")));
  clock.advance(1h);
  receipt(taken.at(0), ReceiptStatus::undelivered, "30003");
  const auto page = run(desk->list_dead_letters(caller, 10, ""))->data;
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_EQ(page[0].message, of_second.message);
  EXPECT_EQ(page[1].at - page[0].at, 1h);
}

TEST_F(DeadLetterCalls, AreSentAgainWithANewDeadline) {
  carrier.answers.push_back(SubmitRefused{.code = "carrier.refused", .detail = "30007"});
  text(kA, seat_number(0), "hi");
  work();
  const auto letter = only(*run(desk->list_dead_letters(caller, 10, "")));
  clock.advance(10h);
  const auto again = run(desk->retry_dead_letter(caller, letter.message, letter.seat));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state, DeliveryState::queued);
  work();
  EXPECT_EQ(deliveries(), "hi|sent ");
  EXPECT_THAT(run(desk->list_dead_letters(caller, 10, ""))->data, SizeIs(0));
  EXPECT_EQ(run(desk->retry_dead_letter(caller, letter.message, letter.seat)).error().code,
            "dead_letter.not_found");
}

TEST_F(DeadLetterCalls, AreJudgedAgainByConsent) {
  text(kB, seat_number(1), "STOP");
  text(kA, seat_number(0), "hi");
  work();
  const auto letter = only(*run(desk->list_dead_letters(caller, 10, "")));
  ASSERT_TRUE(run(desk->retry_dead_letter(caller, letter.message, letter.seat)));
  work();
  EXPECT_EQ(deliveries(), "hi|blocked:consent.opted_out ");
  EXPECT_THAT(run(desk->list_dead_letters(caller, 10, ""))->data, SizeIs(1));
}

TEST_F(DeadLetterCalls, OfAnEndedSessionStayDead) {
  text(kA, seat_number(0), "hi");
  close(session.session.id);
  work();
  const auto letter = only(*run(desk->list_dead_letters(caller, 10, "")));
  EXPECT_EQ(run(desk->retry_dead_letter(caller, letter.message, letter.seat)).error().code,
            "session.closed");
}

TEST_F(DeadLetterCalls, AreDeletedWhileTheTextsStatusStays) {
  carrier.answers.push_back(SubmitRefused{.code = "carrier.refused", .detail = "30007"});
  text(kA, seat_number(0), "hi");
  work();
  const auto letter = only(*run(desk->list_dead_letters(caller, 10, "")));
  ASSERT_TRUE(run(desk->dismiss_dead_letter(caller, letter.message, letter.seat)));
  EXPECT_EQ(run(desk->dismiss_dead_letter(caller, letter.message, letter.seat)).error().code,
            "dead_letter.not_found");
  EXPECT_EQ(deliveries(), "hi|failed:carrier.refused ");
}

TEST_F(DeadLetterCalls, OneThatMayHaveLeftCountsAsAPossibleDouble) {
  change_settings([](ServiceSettings& settings) { settings.unknown = UnknownPolicy::dead_letter; });
  carrier.answers.push_back(SubmitUnknown{.code = "carrier.timeout"});
  text(kA, seat_number(0), "hi");
  work();
  clock.advance(61s);
  work();
  const auto letter = only(*run(desk->list_dead_letters(caller, 10, "")));
  ASSERT_TRUE(run(desk->retry_dead_letter(caller, letter.message, letter.seat)));
  EXPECT_THAT(metrics.expose(), HasSubstr("bauta_possible_doubles_total{connection=\"twilio\"} 1"));
}

// Found by reading: a late or repeated receipt of the attempt before was taken for one of the new attempt, and the text was never handed over.
TEST_F(DeadLetterCalls, AreNotSwallowedByALateWordAboutTheAttemptBefore) {
  for (const auto word : {ReceiptStatus::sent, ReceiptStatus::undelivered, ReceiptStatus::failed}) {
    carrier.taken.clear();
    text(kA, seat_number(0), "hi");
    work();
    const auto first = carrier.taken.at(0);
    receipt(first, ReceiptStatus::undelivered, "30003");
    const auto letter = only(*run(desk->list_dead_letters(caller, 10, "")));
    ASSERT_TRUE(run(desk->retry_dead_letter(caller, letter.message, letter.seat)));
    EXPECT_EQ(receipt(first, word), ReceiptOutcome::repeated);
    work();
    ASSERT_THAT(carrier.taken, SizeIs(2));
    EXPECT_EQ(receipt(first, word), ReceiptOutcome::repeated);
    EXPECT_EQ(receipt(carrier.taken.at(1), ReceiptStatus::delivered), ReceiptOutcome::applied);
  }
  EXPECT_EQ(deliveries(), "hi|delivered hi|delivered hi|delivered ");
}

TEST_F(DeadLetterCalls, AreNotSwallowedByALateWordThatNamesTheProvidersId) {
  carrier.carries_reference = false;
  const auto say = [&](ReceiptStatus status) {
    return *run(
        receipts.apply({.connection = "twilio", .provider_id = "SM1", .word = {.status = status}}));
  };
  text(kA, seat_number(0), "hi");
  work();
  say(ReceiptStatus::undelivered);
  const auto letter = only(*run(desk->list_dead_letters(caller, 10, "")));
  ASSERT_TRUE(run(desk->retry_dead_letter(caller, letter.message, letter.seat)));
  EXPECT_EQ(say(ReceiptStatus::sent), ReceiptOutcome::repeated);
  EXPECT_EQ(say(ReceiptStatus::undelivered), ReceiptOutcome::repeated);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(2));
  EXPECT_EQ(deliveries(), "hi|sent ");
}

TEST_F(DeadLetterCalls, ThatArrivedAfterAllAreNotSentAgain) {
  text(kA, seat_number(0), "hi");
  work();
  receipt(carrier.taken.at(0), ReceiptStatus::undelivered, "30003");
  const auto letter = only(*run(desk->list_dead_letters(caller, 10, "")));
  ASSERT_TRUE(run(desk->retry_dead_letter(caller, letter.message, letter.seat)));
  EXPECT_EQ(receipt(carrier.taken.at(0), ReceiptStatus::delivered), ReceiptOutcome::applied);
  work();
  EXPECT_THAT(carrier.taken, SizeIs(1));
  EXPECT_EQ(deliveries(), "hi|delivered ");
}

}  // namespace
}  // namespace bauta
