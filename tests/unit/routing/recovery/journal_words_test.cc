#include "routing/recovery/journal_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/world/conversation.h"

namespace bauta {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using testing_routing::Conversation;
using testing_routing::World;

class JournalWords : public testing::Test {
 protected:
  template <class Word>
  static Word only_word(const Commit& commit) {
    const auto entries = journal_entries_of(commit);
    BAUTA_ASSERT(entries.size() == 1);
    return std::get<Word>(*read_journal_word(entries.front()));
  }

  Conversation world;
};

TEST_F(JournalWords, AStopIsToldByItsHash) {
  const auto who = world.consenter_of(Conversation::kA);
  const auto line = world.session.session.seats[0].number;
  Commit commit;
  Ledger::record_line(commit, who, line, {},
                      {.state = ConsentState::opted_out,
                       .source = ConsentSource::carrier,
                       .since = world.clock.now()});
  const auto word = only_word<RecordedConsent>(commit);
  EXPECT_EQ(word.who.person, who.person);
  EXPECT_EQ(word.number, line);
  EXPECT_EQ(word.consent.state, ConsentState::opted_out);
  EXPECT_EQ(word.consent.source, ConsentSource::carrier);
  EXPECT_EQ(word.consent.since, world.clock.now());
  EXPECT_EQ(word.key, Ledger::line_key_of(who, line));
}

TEST_F(JournalWords, ALineThatIsGivenOutIsToldWithoutItsAddress) {
  const auto& seat = world.session.session.seats[0];
  const auto route = *world.route(Conversation::kA, seat.number);
  Commit commit;
  RouteTable::take(commit, route.value, kAbsent);
  EXPECT_THAT(commit.puts.front().value, testing::HasSubstr("2025550142"));
  EXPECT_THAT(journal_entries_of(commit).front(), Not(testing::HasSubstr("2025550142")));
  const auto word = only_word<GrantedLine>(commit);
  EXPECT_EQ(word.person, seat.person);
  EXPECT_EQ(word.number, seat.number);
  EXPECT_EQ(word.session, world.session.session.id);
  EXPECT_EQ(word.seat, seat.id);

  Commit end;
  RouteTable::cool(end, route, world.clock.now(), std::chrono::hours(1));
  EXPECT_THAT(journal_entries_of(end), IsEmpty()) << "who knows of it knows that it is taken";
}

TEST_F(JournalWords, ErasuresOfSessionsAndPeopleAreTold) {
  Commit erasure;
  erasure.erase(Sessions::key_of(world.service.id, world.session.session.id));
  EXPECT_EQ(only_word<ErasedSession>(erasure).session, world.session.session.id);

  Job job{.id = JobId::make(1, world.random),
          .service = world.service.id,
          .created_at = world.clock.now(),
          .people = {world.hash_of(Conversation::kA)}};
  Commit begun;
  Jobs::write(begun, job, kAbsent);
  EXPECT_EQ(only_word<Job>(begun).people, job.people);
  job.phase = 2;
  Commit step;
  Jobs::write(step, job, Version{1});
  EXPECT_THAT(journal_entries_of(step), IsEmpty()) << "what it did is told of its sessions";
  job.kind = JobKind::import_of_numbers;
  Commit import;
  Jobs::write(import, job, kAbsent);
  EXPECT_THAT(journal_entries_of(import), IsEmpty());
}

TEST_F(JournalWords, ATextIsNone) {
  Commit commit;
  commit.put(Key("msg").u64(1), "hi").put(Key("dlv").u64(1), "to").put(Key("ses").u64(1), "begun");
  commit.append(Key("ev").u64(1), "accepted").erase(Key("dead").u64(1));
  EXPECT_THAT(journal_entries_of(commit), IsEmpty());
}

TEST_F(JournalWords, WhatCannotBeReadIsAnError) {
  for (const auto* entry : {"", "\xff\xff", "\x22\x01x"})
    EXPECT_EQ(read_journal_word(entry).error().code, "storage.corrupt");
}

}  // namespace
}  // namespace bauta
