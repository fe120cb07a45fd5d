#include "routing/recovery/replay.h"

#include <gtest/gtest.h>

#include "storage/journal/journal_files.h"
#include "tests/conformance/ground/temporary_folder.h"
#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::Conversation;
using testing_routing::World;

/// A store as it was backed up; what was done after that stands only in the journal.
class Replaying : public testing::Test {
 protected:
  static constexpr const char* kC = "+12025550143";

  Replaying() {
    recovery = {
        .backup = 3, .backed_up_at = world.clock.now(), .restored_at = world.clock.now() + 6h};
  }

  void journal(const Commit& commit, Duration after_backup = 1h) {
    if (!writer) {
      writer.emplace(
          *JournalWriter::begin(temporary.path(), {.number = 1,
                                                   .begun_at = recovery.backed_up_at - 24h,
                                                   .store = "",
                                                   .follows_gap = true}));
    }
    BAUTA_ASSERT(writer->append(recovery.backed_up_at + after_backup, journal_entries_of(commit))
                     .has_value());
  }
  void journal_consent(const std::string& address, ConsentState state, Duration after_backup) {
    Commit commit;
    Ledger::record(commit, world.consenter_of(address), {},
                   {.state = state, .since = recovery.backed_up_at + after_backup});
    journal(commit, after_backup);
  }
  SessionId journal_line(const std::string& address, const VirtualNumber& number) {
    return journal_line(address, world.hash_of(address), number);
  }
  SessionId journal_line(const std::string& address, PersonHash person,
                         const VirtualNumber& number) {
    const auto session = SessionId::make(to_millis(recovery.backed_up_at), world.random);
    Commit commit;
    RouteTable::take(commit,
                     {.service = world.service.id,
                      .address = World::person(address),
                      .person = person,
                      .number = number,
                      .session = session,
                      .seat = SeatId::make(1, world.random)},
                     kAbsent);
    journal(commit);
    return session;
  }

  /// At the time of the restore, as at a start.
  ReplayReport replay() {
    if (world.clock.now() < recovery.restored_at)
      world.clock.advance(
          std::chrono::duration_cast<Duration>(recovery.restored_at - world.clock.now()));
    Replay replay(world.parts, {.journal = JournalReader(temporary.path()),
                                .until_file = 2,
                                .was_journaled = was_journaled,
                                .recovery = recovery});
    const auto report = world.run(replay.run());
    BAUTA_ASSERT(report.has_value());
    return *report;
  }
  VirtualNumber line_of(std::size_t at) const { return world.session.session.seats[at].number; }
  bool is_out(const std::string& address) {
    Ledger ledger(world.store);
    return world.run(ledger.look_up(world.consenter_of(address), line_of(0)))->is_out();
  }

  Conversation world;
  TemporaryFolder temporary;
  Recovery recovery;
  bool was_journaled = true;
  std::optional<JournalWriter> writer;
};

TEST_F(Replaying, AStopOfThatTimeHolds) {
  journal_consent(Conversation::kB, ConsentState::opted_out, 1h);
  EXPECT_FALSE(is_out(Conversation::kB));
  EXPECT_EQ(replay().counts.consents, 1U);
  EXPECT_TRUE(is_out(Conversation::kB));
}

TEST_F(Replaying, TheLastWordCountsAndNoneThatIsOlderThanTheStores) {
  world.text(Conversation::kA, world.seat_number(0), "STOP");
  journal_consent(Conversation::kA, ConsentState::opted_in, -10min);
  journal_consent(Conversation::kB, ConsentState::opted_out, 1h);
  journal_consent(Conversation::kB, ConsentState::opted_in, 2h);
  EXPECT_EQ(replay().counts.consents, 2U);
  EXPECT_TRUE(is_out(Conversation::kA));
  EXPECT_FALSE(is_out(Conversation::kB));
}

TEST_F(Replaying, AnErasedSessionIsErasedAgain) {
  world.send(world.session.session.id, "the key is under the mat");
  Commit commit;
  commit.erase(Sessions::key_of(world.service.id, world.session.session.id));
  journal(commit);
  EXPECT_EQ(replay().counts.sessions_erased, 1U);
  EXPECT_FALSE(world.holds("under the mat"));
  EXPECT_EQ(world.line(Conversation::kA, line_of(0)), "cooling");
}

TEST_F(Replaying, AnErasedPersonIsErasedBeforeAnybodyIsServed) {
  world.send(world.session.session.id, "the key is under the mat");
  Commit commit;
  Jobs::write(commit,
              {.id = JobId::make(to_millis(recovery.backed_up_at + 1h), world.random),
               .service = world.service.id,
               .created_at = recovery.backed_up_at + 1h,
               .people = {world.hash_of(Conversation::kA)},
               .consenting = world.consenter_of(Conversation::kA).person},
              kAbsent);
  journal(commit);
  EXPECT_EQ(replay().counts.people, 1U);
  EXPECT_FALSE(world.holds("under the mat"));
  EXPECT_FALSE(world.holds("2025550142"));
}

// Promise 1: whoever gets the pair next would be reached by a late text of those who had it when the store was lost.
TEST_F(Replaying, ALineThatWasGivenOutRestsUntilNothingOfThatTimeCanCome) {
  world.add({"+12025550176"});
  const auto number = World::number("+12025550176");
  const auto session = journal_line(kC, number);
  EXPECT_EQ(replay().counts.lines, 1U);
  const auto route = world.route(kC, number);
  EXPECT_EQ(route->value.state, RouteState::cooling);
  EXPECT_EQ(route->value.session, session);
  EXPECT_FALSE(route->value.address.has_value());
  // Deadline, the step that it is rounded up to, and cooling.
  EXPECT_EQ(route->value.reusable_at, recovery.restored_at + 4h + 10min + 24h);
  auto request = World::session_of({kC, Conversation::kX});
  request.participants[0].number = number;
  EXPECT_EQ(world.open_or_code(request), "number.in_use_by_address");
  EXPECT_EQ(world.outcome_of_text(kC, number.str(), "late"), "ended");
  world.clock.advance(28h + 11min);
  EXPECT_TRUE(world.open_or_code(request).starts_with(number.str()));
}

TEST_F(Replaying, ASessionWhoseLineWentToAnotherIsClosed) {
  const auto other = journal_line(Conversation::kA, line_of(0));
  const auto report = replay();
  EXPECT_EQ(report.counts.sessions_closed, 1U);
  EXPECT_EQ(report.counts.lines, 1U);
  EXPECT_TRUE(world.show(world.session.session.id).ending);
  EXPECT_EQ(world.route(Conversation::kA, line_of(0))->value.session, other);
  EXPECT_EQ(world.line(Conversation::kB, line_of(1)), "cooling");
}

TEST_F(Replaying, WhatTheStoreKnowsStaysAsItIs) {
  Commit commit;
  RouteTable::take(commit, world.route(Conversation::kA, line_of(0))->value, kAbsent);
  journal(commit, -1min);
  const auto report = replay();
  EXPECT_EQ(report.counts, ReplayCounts());
  EXPECT_TRUE(report.covers(recovery.backed_up_at));
  EXPECT_EQ(world.line(Conversation::kA, line_of(0)), "live");
}

TEST_F(Replaying, WhatIsMuchOlderThanTheBackupIsLeft) {
  journal_consent(Conversation::kB, ConsentState::opted_out, -2h);
  EXPECT_EQ(replay().counts.consents, 0U);
}

// Else a session of now would be closed at the next start, for the pair that somebody had before the loss.
TEST_F(Replaying, IsDoneOnceForARestore) {
  const auto number = line_of(0);
  journal_line(kC, number);
  const auto first = replay();
  world.clock.advance(48h);
  auto request = World::session_of({kC, Conversation::kX});
  request.participants[0].number = number;
  const auto opened = world.try_open(request);
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(replay().counts, first.counts);
  EXPECT_FALSE(world.show(opened->session.id).ending);
  recovery.restored_at += 72h;
  EXPECT_EQ(replay().counts.sessions_closed, 1U) << "another restore is told all of it";
}

// Found by reading: entries from before the backup are read again, and the older word closed the session that has the line now.
TEST_F(Replaying, OfALineOnlyTheLastWordCountsOfThoseThatTheBackupMayHold) {
  journal_line(Conversation::kA, line_of(0));
  for (int i = 0; i < 300; ++i) journal_line(kC, PersonHash::make(i, world.random), line_of(0));
  const auto& seat = world.session.session.seats[0];
  Commit own;
  RouteTable::take(own,
                   {.service = world.service.id,
                    .address = seat.address,
                    .person = seat.person,
                    .number = seat.number,
                    .session = world.session.session.id,
                    .seat = seat.id},
                   kAbsent);
  journal(own);
  const auto report = replay();
  EXPECT_EQ(report.counts.sessions_closed, 0U);
  EXPECT_EQ(report.counts.lines, 300U);
  EXPECT_EQ(world.line(Conversation::kA, line_of(0)), "live");
}

TEST_F(Replaying, GoesOnWhereItWasCutOff) {
  std::vector<PersonHash> people;
  for (int i = 0; i < 300; ++i) {
    people.push_back(PersonHash::make(i, world.random));
    journal_line(kC, people.back(), line_of(0));
  }
  world.clock.advance(6h);
  {
    Replay cut_off(world.parts, {.journal = JournalReader(temporary.path()),
                                 .until_file = 2,
                                 .was_journaled = true,
                                 .recovery = recovery});
    // The first chunk's lines are written, and the note of it is not.
    world.store.meanwhile = [this] {
      world.store.meanwhile = [this] { world.store.unknown_commits = 1; };
    };
    EXPECT_EQ(world.run(cut_off.run()).error().code, "storage.unknown");
  }
  const auto report = replay();
  EXPECT_EQ(report.counts.lines, 100U) << "the others were at rest already";
  for (const auto person : people) {
    const auto key = RouteTable::key_of(world.service.id, person, line_of(0));
    ASSERT_TRUE(world.run(world.store.get(key))->has_value());
  }
}

TEST_F(Replaying, AGapIsTold) {
  EXPECT_FALSE(replay().covers(recovery.backed_up_at)) << "there is no journal";
}

TEST_F(Replaying, OfAStoreThatHadNoJournalNothingIsCovered) {
  was_journaled = false;
  journal_consent(Conversation::kB, ConsentState::opted_out, 1h);
  const auto report = replay();
  EXPECT_EQ(report.counts.consents, 1U);
  EXPECT_FALSE(report.covers(recovery.backed_up_at));
}

TEST_F(Replaying, ServicesThatTheStoreDoesNotHaveAreSkipped) {
  Commit commit;
  commit.erase(Sessions::key_of(ServiceId::make(1, world.random), SessionId()));
  journal(commit);
  EXPECT_EQ(replay().counts.skipped, 1U);
}

}  // namespace
}  // namespace bauta
