#include <gtest/gtest.h>

#include "routing/recovery/replay.h"
#include "storage/journal/journal_files.h"
#include "tests/conformance/ground/temporary_folder.h"
#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using testing_routing::Conversation;
using testing_routing::World;

/// What is replayed when the machine's clock was set, or leapt, around a backup.
class ReplayingByOrder : public testing::Test {
 protected:
  /// `after_backup`: as the clock said.
  void begin_file(Duration after_backup, bool follows_gap = false) {
    begun_at = recovery.backed_up_at + after_backup;
    auto begun = JournalWriter::begin(
        temporary.path(),
        {.number = ++files, .begun_at = begun_at, .store = "", .follows_gap = follows_gap});
    BAUTA_ASSERT(begun.has_value());
    writer.emplace(*std::move(begun));
  }
  void journal(const Commit& commit, Duration after_backup) {
    BAUTA_ASSERT(writer->append(recovery.backed_up_at + after_backup, journal_entries_of(commit))
                     .has_value());
  }
  /// The relay doubts a clock that leaps: the word itself is of the time that it was.
  void journal_stop(const std::string& address, Duration stamp) {
    Commit commit;
    Ledger::record(commit, world.consenter_of(address), {},
                   {.state = ConsentState::opted_out, .since = recovery.backed_up_at + 1h});
    journal(commit, stamp);
  }
  void journal_line(PersonHash person, SessionId session, SeatId seat, Duration stamp) {
    Commit commit;
    RouteTable::take(commit,
                     {.service = world.service.id,
                      .address = World::person(Conversation::kA),
                      .person = person,
                      .number = world.session.session.seats[0].number,
                      .session = session,
                      .seat = seat},
                     kAbsent);
    journal(commit, stamp);
  }
  void back_up() {
    recovery.journal = {.file = files, .entry = writer->entries(), .begun_at = begun_at};
  }
  ReplayReport replay() {
    world.clock.advance(6h);
    Replay replay(world.parts, {.journal = JournalReader(temporary.path()),
                                .until_file = files + 1,
                                .was_journaled = true,
                                .recovery = recovery});
    const auto report = world.run(replay.run());
    BAUTA_ASSERT(report.has_value());
    return *report;
  }
  bool covers(const ReplayReport& report) const { return report.covers(recovery.backed_up_at); }

  static constexpr const char* kFirst = "+12025550150";
  static constexpr const char* kSecond = "+12025550151";

  Conversation world;
  TemporaryFolder temporary;
  Recovery recovery{
      .backup = 3, .backed_up_at = world.clock.now(), .restored_at = world.clock.now() + 6h};
  std::uint64_t files = 0;
  TimePoint begun_at;
  std::optional<JournalWriter> writer;
};

// Promise 6.  Found by reading: a clock that leapt back by more than an hour behind a backup stamped a STOP which was then left out as older
// than it, and all was said to be known.
TEST_F(ReplayingByOrder, AStopThatALeaptClockStampedHolds) {
  begin_file(-24h, true);
  journal_stop(kFirst, -2h);
  back_up();
  journal_stop(kSecond, -3h);
  const auto report = replay();
  EXPECT_EQ(report.counts.consents, 1U) << "what stands in front of the place is in the backup";
  EXPECT_TRUE(covers(report));
}

TEST_F(ReplayingByOrder, AFileThatALeaptClockBeganHidesNoneInFrontOfIt) {
  begin_file(-24h, true);
  back_up();
  journal_stop(kFirst, 2h);
  begin_file(-20h);
  journal_stop(kSecond, -19h);
  const auto report = replay();
  EXPECT_EQ(report.counts.consents, 2U);
  EXPECT_TRUE(covers(report));
}

TEST_F(ReplayingByOrder, OfABackupWithoutAPlaceAllIsReplayedFromWhereTheClockFell) {
  begin_file(-24h, true);
  journal_stop(kFirst, -4h);
  journal_stop(kSecond, 1h);
  begin_file(-20h);
  journal_stop(Conversation::kB, -19h);
  EXPECT_EQ(replay().counts.consents, 2U);
}

TEST_F(ReplayingByOrder, AGapBehindThePlaceIsToldWhateverItWasStampedWith) {
  begin_file(-24h, true);
  back_up();
  begin_file(-2h, true);
  EXPECT_FALSE(covers(replay()));
}

TEST_F(ReplayingByOrder, AGapInFrontOfThePlaceIsNone) {
  begin_file(-24h, true);
  // By a clock that was ahead.
  begin_file(2h, true);
  back_up();
  journal_stop(kFirst, 1h);
  const auto report = replay();
  EXPECT_EQ(report.counts.consents, 1U);
  EXPECT_TRUE(covers(report));
}

TEST_F(ReplayingByOrder, APlaceThatIsNotThereAnyMoreIsToldAndAllIsReplayed) {
  begin_file(-24h, true);
  journal_stop(kFirst, -23h);
  back_up();
  recovery.journal->begun_at -= 1h;
  const auto report = replay();
  EXPECT_EQ(report.counts.consents, 1U);
  EXPECT_FALSE(covers(report));
}

TEST_F(ReplayingByOrder, AFileThatEndsInFrontOfThePlaceIsDamaged) {
  begin_file(-24h, true);
  back_up();
  recovery.journal->entry = 1;
  const auto report = replay();
  EXPECT_TRUE(report.is_damaged);
  EXPECT_FALSE(covers(report));
}

TEST_F(ReplayingByOrder, WhatTheBackupHoldsAlreadyDoesNoHarmASecondTime) {
  begin_file(-24h, true);
  back_up();
  const auto& seat = world.session.session.seats[0];
  journal_line(seat.person, world.session.session.id, seat.id, -1min);
  journal_stop(kFirst, 1h);
  EXPECT_EQ(replay().counts.consents, 1U);
  EXPECT_EQ(world.line(Conversation::kA, seat.number), "live");
  recovery.restored_at += 1h;
  const auto again = replay();
  EXPECT_EQ(again.counts, ReplayCounts()) << "another restore, by another clock";
  EXPECT_TRUE(covers(again));
}

// A store that lost its end holds nearly all that the journal tells: a word of yesterday would close the session that has the line now.
TEST_F(ReplayingByOrder, AfterALossOnlyTheLastWordOfALineCounts) {
  begin_file(-24h, true);
  back_up();
  const auto& seat = world.session.session.seats[0];
  const auto earlier = SessionId::make(to_millis(recovery.backed_up_at), world.random);
  journal_line(seat.person, earlier, SeatId::make(1, world.random), 2h);
  for (int i = 0; i < 300; ++i)
    journal_line(PersonHash::make(i, world.random), earlier, SeatId::make(1, world.random), 3h);
  journal_line(seat.person, world.session.session.id, seat.id, 4h);
  recovery.is_after_loss = true;
  const auto report = replay();
  EXPECT_EQ(report.counts.sessions_closed, 0U);
  EXPECT_EQ(report.counts.lines, 300U);
  EXPECT_EQ(world.line(Conversation::kA, seat.number), "live");
}

}  // namespace
}  // namespace bauta
