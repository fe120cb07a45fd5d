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

TEST_F(JournalWords, AKeyIsToldByItsIdsWhoeverErasesIt) {
  const auto made = *world.run(world.desk->keys().create({.id = {},
                                                          .account = world.service.account,
                                                          .service = world.service.id,
                                                          .scopes = {},
                                                          .label = {},
                                                          .hint = {},
                                                          .created_at = world.clock.now(),
                                                          .expires_at = {}},
                                                         world.random));
  Commit making;
  world.desk->keys().write_new(making, made);
  EXPECT_THAT(journal_entries_of(making), IsEmpty()) << "a key that is not known opens nothing";
  // As who removes its service does.
  Commit removal;
  const auto records = *world.run(world.desk->keys().records_of({made.key}));
  ASSERT_EQ(records.size(), 2U);
  for (const Key& key : records) removal.erase(key);
  const auto word = only_word<RevokedKey>(removal);
  EXPECT_EQ(word.account, world.service.account);
  EXPECT_EQ(word.key, made.key.id);
  const auto hash = records[0].octets().substr(std::string_view("key/").size());
  EXPECT_THAT(journal_entries_of(removal).front(), Not(testing::HasSubstr(hash)));
}

TEST_F(JournalWords, AWebhookIsToldByHowOftenItChangedAndNotByWhat) {
  Webhook webhook{.id = WebhookId::make(1, world.random),
                  .service = world.service.id,
                  .account = world.service.account,
                  .url = "https://example.com/token",
                  .secrets = {{.key = "signs"}}};
  Commit made;
  made.put(webhook_key(webhook.service, webhook.id), encode_webhook(webhook));
  EXPECT_THAT(journal_entries_of(made), IsEmpty());
  webhook.revision = 3;
  Commit changed;
  changed.put(webhook_key(webhook.service, webhook.id), encode_webhook(webhook));
  const auto word = only_word<ChangedWebhook>(changed);
  EXPECT_EQ(word.service, webhook.service);
  EXPECT_EQ(word.webhook, webhook.id);
  EXPECT_EQ(word.revision, 3U);
  for (const auto* part : {"example", "token", "signs"})
    EXPECT_THAT(journal_entries_of(changed).front(), Not(testing::HasSubstr(part)));
  Commit removed;
  removed.erase(webhook_key(webhook.service, webhook.id));
  EXPECT_EQ(only_word<ChangedWebhook>(removed).revision, std::nullopt);
  Commit progress;
  progress.put(Key("hookat").id(webhook.service).id(webhook.id), "far");
  progress.erase(Key("hooklog").id(webhook.service).id(webhook.id));
  EXPECT_THAT(journal_entries_of(progress), IsEmpty());
}

TEST_F(JournalWords, ATextIsNone) {
  Commit commit;
  commit.put(Key("msg").u64(1), "hi").put(Key("dlv").u64(1), "to").put(Key("ses").u64(1), "begun");
  commit.append(Key("ev").u64(1), "accepted").erase(Key("dead").u64(1));
  EXPECT_THAT(journal_entries_of(commit), IsEmpty());
}

TEST_F(JournalWords, WhatCannotBeReadIsAnError) {
  // Nothing, no record, a job that is none, a key and a webhook without ids, a kind of a later version.
  for (const auto* entry :
       {"", "\xff\xff", "\x22\x01x", "\x2a\x03\x0a\x01k", "\x32\x03\x0a\x01s", "\x7a\x01x"})
    EXPECT_EQ(read_journal_word(entry).error().code, "storage.corrupt");
}

}  // namespace
}  // namespace bauta
