#include <gtest/gtest.h>

#include "tests/unit/routing/recovery/restored/restored.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::Conversation;

class ReplayedWords : public testing_routing::Restored {
 protected:
  void journal_word(ConsentState state, ConsentSource source, Duration since) {
    Commit commit;
    Ledger::record(commit, world.consenter_of(Conversation::kB), {},
                   {.state = state, .source = source, .since = recovery.backed_up_at + since});
    journal(commit);
  }
  void stop(Duration since) { journal_word(ConsentState::opted_out, ConsentSource::person, since); }
  void start(Duration since) { journal_word(ConsentState::opted_in, ConsentSource::person, since); }
  void platform(ConsentState state, Duration since) {
    journal_word(state, ConsentSource::platform, since);
  }
  std::string word() {
    const Ledger ledger(world.store);
    const auto view = *world.run(ledger.look_up(world.consenter_of(Conversation::kB), line_of(0)));
    if (!view.everywhere) return "none";
    const auto& consent = view.everywhere->value;
    return std::string(consent.state == ConsentState::opted_out ? "out" : "in") +
           (consent.source == ConsentSource::platform ? " by the platform" : "");
  }
};

// Promise 6, found by reading: an entry is written before its commit.  A platform's "opted_in" that met a STOP was answered with 409 and stood in
// the journal all the same, with the later time of the two.
TEST_F(ReplayedWords, APlatformsWordThatAStopRefusedCountsForNothing) {
  stop(1h);
  platform(ConsentState::opted_in, 1h + 1ms);
  EXPECT_EQ(replay().consents, 1U);
  EXPECT_EQ(word(), "out");
}

TEST_F(ReplayedWords, NorWhenItStandsBeforeTheStop) {
  platform(ConsentState::opted_in, 1h + 1ms);
  stop(1h);
  replay();
  EXPECT_EQ(word(), "out");
}

TEST_F(ReplayedWords, AStopThatTheBackupHoldsIsTakenBackByNobodyElse) {
  world.text(Conversation::kB, world.seat_number(1), "STOP");
  platform(ConsentState::opted_in, 1h);
  EXPECT_EQ(replay().consents, 0U);
  EXPECT_EQ(word(), "out");
}

// Else the opt-out would be the platform's, and theirs to take back.
TEST_F(ReplayedWords, AStopStaysThePersonsThoughThePlatformSaysItAgain) {
  stop(1h);
  platform(ConsentState::opted_out, 2h);
  replay();
  EXPECT_EQ(word(), "out");
}

TEST_F(ReplayedWords, AfterTheirOwnStartThePlatformsWordCounts) {
  stop(1h);
  start(2h);
  EXPECT_EQ(replay().consents, 2U);
  EXPECT_EQ(word(), "in");
  platform(ConsentState::opted_in, 3h);
  recovery.restored_at += 1h;
  replay();
  EXPECT_EQ(word(), "in by the platform");
}

TEST_F(ReplayedWords, APlatformTakesBackItsOwnOptOut) {
  platform(ConsentState::opted_out, 1h);
  platform(ConsentState::opted_in, 2h);
  EXPECT_EQ(replay().consents, 2U);
  EXPECT_EQ(word(), "in by the platform");
}

class ReplayedLines : public testing_routing::Restored {};

// Found by reading: seat 1 left after the backup and came back as seat 2 on the same number.  The line was put to rest, and whoever sat there was
// answered "ended", while the session that was open still texted them.  It is the same person on the same line of the same session: it stays.
TEST_F(ReplayedLines, OneThatItsSessionGaveToAnotherSeatOfThePersonLeadsOn) {
  auto route = world.route(Conversation::kA, line_of(0))->value;
  route.seat = SeatId::make(1, world.random);
  Commit commit;
  RouteTable::take(commit, route, kAbsent);
  journal(commit);
  EXPECT_EQ(replay(), ReplayCounts());
  EXPECT_EQ(world.line(Conversation::kA, line_of(0)), "live");
  EXPECT_FALSE(world.show(world.session.session.id).ending);
  world.text(Conversation::kA, world.seat_number(0), "I am back");
  EXPECT_EQ(world.told_to(Conversation::kB), "I am back");
  world.text(Conversation::kB, world.seat_number(1), "so you are");
  EXPECT_EQ(world.told_to(Conversation::kA), "so you are");
}

TEST_F(ReplayedLines, OneThatHadEndedInTheBackupRestsForAllOfThatTime) {
  const auto live = *world.route(Conversation::kA, line_of(0));
  auto again = live.value;
  again.seat = SeatId::make(1, world.random);
  Commit taken;
  RouteTable::take(taken, again, kAbsent);
  journal(taken);
  world.close(world.session.session.id);
  EXPECT_EQ(replay().lines, 1U);
  EXPECT_EQ(world.route(Conversation::kA, line_of(0))->value.reusable_at,
            recovery.restored_at + 4h + 10min + 24h);
}

}  // namespace
}  // namespace bauta
