#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// What is done when its time has come.
class DueTime : public testing_routing::Talking {
 protected:
  std::size_t sweep() { return *run(desk->sweep()); }
  std::size_t timers() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        memory.everything(), [](const auto& one) { return one.key.octets().starts_with("due/"); }));
  }
  SessionId open_for(std::optional<std::chrono::seconds> ttl,
                     std::optional<std::chrono::seconds> idle_ttl) {
    auto request = session_of({kA, "+442079460143"});
    request.ttl = ttl;
    request.idle_ttl = idle_ttl;
    session = *try_open(std::move(request));
    return session.session.id;
  }
};

TEST_F(DueTime, TheEndOfASessionIsWrittenDown) {
  open_for(60s, {});
  EXPECT_EQ(sweep(), 0U);
  clock.advance(60s);
  EXPECT_EQ(sweep(), 1U);
  EXPECT_EQ(sweep(), 0U);
  EXPECT_THAT(log("session.closed"), HasSubstr("session.closed(expired)"));
  EXPECT_EQ(line("+442079460143", session.session.seats[1].number), "cooling");
}

TEST_F(DueTime, AnIdleSessionEndsOnlyWhenNobodyTexts) {
  open_for({}, 100s);
  for (int time = 0; time < 5; ++time) {
    clock.advance(90s);
    text(kA, seat_number(0), "still here");
    EXPECT_EQ(sweep(), 0U);
  }
  clock.advance(99s);
  EXPECT_EQ(sweep(), 0U);
  clock.advance(2s);
  EXPECT_EQ(sweep(), 1U);
}

TEST_F(DueTime, AClockThatIsMovedIsFollowed) {
  const auto id = open_for(60s, {});
  ASSERT_TRUE(run(desk->change_session(caller, id, {.ttl = 10min})));
  clock.advance(61s);
  EXPECT_EQ(sweep(), 0U);
  ASSERT_TRUE(run(desk->change_session(caller, id, {.ttl = 10s})));
  clock.advance(10s);
  EXPECT_EQ(sweep(), 1U);
}

TEST_F(DueTime, WhatIsNotDueIsNotRead) {
  for (int at = 0; at < 50; ++at) {
    auto request = session_of({"+120255501" + std::to_string(10 + at % 30), kX});
    request.ttl = 1h;
    static_cast<void>(try_open(std::move(request)));
  }
  const auto before = store.commits;
  EXPECT_EQ(sweep(), 0U);
  EXPECT_EQ(store.commits, before);
}

TEST_F(DueTime, TextsAreDeletedWhenTheirRetentionIsOver) {
  change_settings([](ServiceSettings& settings) { settings.retention_seconds = 1h; });
  text(kA, seat_number(0), "to be forgotten");
  work();
  close(session.session.id);
  clock.advance(59min);
  sweep();
  EXPECT_TRUE(holds("to be forgotten"));
  clock.advance(2min);
  sweep();
  EXPECT_FALSE(holds("to be forgotten"));
  EXPECT_EQ(show(session.session.id).session.status, SessionStatus::closed);
  EXPECT_EQ(timers(), 0U);
}

TEST_F(DueTime, ALongerRetentionKeepsThemLonger) {
  change_settings([](ServiceSettings& settings) { settings.retention_seconds = 1h; });
  text(kA, seat_number(0), "kept");
  close(session.session.id);
  change_settings([](ServiceSettings& settings) { settings.retention_seconds = 2h; });
  clock.advance(61min);
  sweep();
  EXPECT_TRUE(holds("kept"));
  clock.advance(1h);
  sweep();
  EXPECT_FALSE(holds("kept"));
}

TEST_F(DueTime, ASessionThatWasBroughtBackKeepsItsTexts) {
  change_settings([](ServiceSettings& settings) { settings.retention_seconds = 1h; });
  text(kA, seat_number(0), "kept");
  close(session.session.id);
  ASSERT_TRUE(run(desk->change_session(caller, session.session.id, {.reopen = true})));
  clock.advance(2h);
  sweep();
  EXPECT_TRUE(holds("kept"));
}

// ---- No receipt ----

TEST_F(DueTime, ATextWithoutAReceiptIsUnconfirmedAfterThreeDays) {
  text(kA, seat_number(0), "one");
  work();
  clock.advance(71h);
  text(kA, seat_number(0), "two");
  work();
  EXPECT_EQ(*run(desk->end_unconfirmed()), 0U);
  clock.advance(1h + 1s);
  EXPECT_EQ(*run(desk->end_unconfirmed()), 1U);
  EXPECT_EQ(deliveries(), "one|unconfirmed two|sent ");
  EXPECT_THAT(told(), HasSubstr("message.unconfirmed"));
  EXPECT_TRUE(run(desk->list_dead_letters(caller, 10, ""))->data.empty());
  // Better late than never.
  receipt(carrier.taken[0], ReceiptStatus::delivered);
  EXPECT_EQ(deliveries(), "one|delivered two|sent ");
  clock.advance(72h);
  EXPECT_EQ(*run(desk->end_unconfirmed()), 1U);
  EXPECT_EQ(*run(desk->end_unconfirmed()), 0U);
}

// Found by reading: the event of the first time that it was sent ended it an hour after the second.
TEST_F(DueTime, ATextThatWasSentOnceMoreHasItsThreeDaysFromThen) {
  text(kA, seat_number(0), "one");
  work();
  receipt(carrier.taken[0], ReceiptStatus::undelivered, "30003");
  clock.advance(71h);
  const auto letters = *run(desk->list_dead_letters(caller, 10, ""));
  ASSERT_EQ(letters.data.size(), 1U);
  ASSERT_TRUE(run(desk->retry_dead_letter(caller, letters.data[0].message, letters.data[0].seat)));
  work();
  clock.advance(2h);
  EXPECT_EQ(*run(desk->end_unconfirmed()), 0U);
  EXPECT_EQ(deliveries(), "one|sent ");
  clock.advance(71h);
  EXPECT_EQ(*run(desk->end_unconfirmed()), 1U);
  EXPECT_EQ(deliveries(), "one|unconfirmed ");
}

TEST_F(DueTime, ATextThatAReceiptWasHadForIsNotTouched) {
  text(kA, seat_number(0), "one");
  work();
  receipt(carrier.taken[0], ReceiptStatus::undelivered, "30003");
  clock.advance(80h);
  EXPECT_EQ(*run(desk->end_unconfirmed()), 0U);
  EXPECT_THAT(told(), Not(HasSubstr("message.unconfirmed")));
}

}  // namespace
}  // namespace bauta
