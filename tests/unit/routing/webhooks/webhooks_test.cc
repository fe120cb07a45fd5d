#include "routing/webhooks/webhooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/routing/world/world.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class WebhookRecords : public testing::Test, public testing_routing::World {
 protected:
  Webhook make() {
    clock.advance(1ms);
    return *run(webhooks.create({.service = service.id,
                                 .account = service.account,
                                 .url = "https://example.com/hook",
                                 .types = {"message.*"}},
                                20, clock.now()));
  }
  Stored<Webhook> found(const Webhook& webhook) {
    return *run(webhooks.find(service.id, webhook.id));
  }
  void happen(EventType type, std::vector<std::pair<std::string, std::string>> data = {}) {
    clock.advance(1s);
    Commit commit;
    EventLog::append(commit, service.id,
                     EventLog::make(type, {}, clock.now(), random, std::move(data)));
    static_cast<void>(memory.apply(commit));
  }
  std::vector<Event> log_of() { return run(events.after(service.id, 0, 1'000))->events; }
  std::size_t signatures(const Webhook& webhook) {
    const auto all =
        signatures_of(webhook, {.id = "evt_1", .timestamp = 1, .body = "{}"}, clock.now());
    return static_cast<std::size_t>(std::ranges::count(all, ','));
  }

  Webhooks webhooks{store, random};
};

TEST(WebhookTypes, AreNamedWholeOrByTheirFirstPart) {
  for (const auto* pattern : {"*", "message.*", "session.*", "message.delivered", "webhook.*"})
    EXPECT_TRUE(is_type_pattern(pattern)) << pattern;
  for (const auto* pattern : {"", "message", "message.", "mess*", "*.delivered", "message.lost",
                              ".*", "nothing.*", "message.delivered.*"})
    EXPECT_FALSE(is_type_pattern(pattern)) << pattern;
  const Webhook webhook{.types = {"message.*", "session.closed"}};
  EXPECT_TRUE(wants(webhook, EventType::message_held));
  EXPECT_TRUE(wants(webhook, EventType::session_closed));
  EXPECT_FALSE(wants(webhook, EventType::session_created));
}

TEST_F(WebhookRecords, AreToldWhatHappensFromThenOn) {
  happen(EventType::message_sent);
  happen(EventType::message_sent);
  const auto made = make();
  EXPECT_EQ(made.start, 2U);
  EXPECT_EQ(run(webhooks.state_of(made))->progress.read_to, 2U);
  const auto read = found(made).value;
  EXPECT_EQ(read.url, "https://example.com/hook");
  EXPECT_THAT(read.types, ElementsAre("message.*"));
  EXPECT_EQ(read.created_at, clock.now());
  EXPECT_EQ(read.secrets.front().key, made.secrets.front().key);
}

TEST_F(WebhookRecords, AreLimitedInNumber) {
  make();
  const auto refused =
      run(webhooks.create({.service = service.id, .url = "https://example.com"}, 1, clock.now()));
  EXPECT_EQ(refused.error().code, "webhook.too_many");
}

TEST_F(WebhookRecords, SecretsOverlapWhenTheyAreRotated) {
  const auto first = make();
  const auto second = *run(webhooks.rotate(service.id, first.id, 24h, clock.now()));
  ASSERT_THAT(second.secrets, SizeIs(2));
  EXPECT_NE(second.secrets[0].key, first.secrets[0].key);
  EXPECT_EQ(second.secrets[1].key, first.secrets[0].key);
  EXPECT_EQ(signatures(second), 2U);
  clock.advance(24h);
  EXPECT_EQ(signatures(second), 1U);
  const auto third = *run(webhooks.rotate(service.id, first.id, 0s, clock.now()));
  EXPECT_THAT(third.secrets, SizeIs(1)) << "a secret that leaked signs no more";
}

TEST_F(WebhookRecords, ASecondRotationMakesNoOldSecretLiveLonger) {
  const auto first = make();
  ASSERT_TRUE(run(webhooks.rotate(service.id, first.id, 24h, clock.now())).has_value());
  clock.advance(20h);
  const auto third = *run(webhooks.rotate(service.id, first.id, 24h, clock.now()));
  EXPECT_EQ(signatures(third), 3U);
  clock.advance(4h);
  EXPECT_EQ(signatures(third), 2U);
}

TEST_F(WebhookRecords, DisablingTellsTheService) {
  const auto made = make();
  EXPECT_TRUE(*run(webhooks.disable(found(made), DisabledBecause::gone, clock.now())));
  EXPECT_EQ(found(made).value.disabled->reason, DisabledBecause::gone);
  const auto told = log_of().back();
  EXPECT_EQ(told.type, EventType::webhook_disabled);
  EXPECT_EQ(datum(told, "webhook"), made.id.str());
  EXPECT_EQ(datum(told, "reason"), "gone");
  clock.advance(1h);
  const auto enabled = *run(webhooks.enable(service.id, made.id, clock.now()));
  EXPECT_FALSE(enabled.disabled.has_value());
  EXPECT_EQ(enabled.active_since, clock.now());
}

TEST_F(WebhookRecords, WhatWasChangedMeanwhileIsNotDisabled) {
  const auto made = make();
  const auto was = found(made);
  const auto edit = [](Webhook& webhook) { webhook.url = "https://example.org"; };
  ASSERT_TRUE(run(webhooks.change(service.id, made.id, edit, clock.now())).has_value());
  EXPECT_FALSE(*run(webhooks.disable(was, DisabledBecause::failing, clock.now())));
  EXPECT_FALSE(found(made).value.disabled.has_value());
  EXPECT_TRUE(log_of().empty());
}

TEST_F(WebhookRecords, CountWhatChangesWhatTheyAreTold) {
  const auto made = make();
  const auto revision = [&] { return found(made).value.revision; };
  EXPECT_EQ(revision(), 0U);
  const auto change = [&](std::function<void(Webhook&)> edit) {
    return run(webhooks.change(service.id, made.id, std::move(edit), clock.now())).has_value();
  };
  ASSERT_TRUE(change([](Webhook& webhook) { webhook.url = "https://example.org"; }));
  EXPECT_EQ(revision(), 1U);
  ASSERT_TRUE(change([](Webhook& webhook) { webhook.url = "https://example.org"; }));
  EXPECT_EQ(revision(), 1U) << "it says what it said";
  ASSERT_TRUE(run(webhooks.rotate(service.id, made.id, 1h, clock.now())).has_value());
  EXPECT_EQ(revision(), 2U);
  ASSERT_TRUE(run(webhooks.replay(service.id, made.id, Position{1}, clock.now())).has_value());
  ASSERT_TRUE(*run(webhooks.disable(found(made), DisabledBecause::failing, clock.now())));
  EXPECT_EQ(revision(), 2U) << "nothing that a platform wished otherwise";
  ASSERT_TRUE(run(webhooks.enable(service.id, made.id, clock.now())).has_value());
  EXPECT_EQ(revision(), 3U);
}

TEST_F(WebhookRecords, ProgressIsFiledOnlyForTheWebhookAsItIs) {
  const auto made = make();
  const auto was = found(made);
  Webhooks::State state{.progress = {.generation = 1, .read_to = 9}, .attempts = {}};
  EXPECT_TRUE(*run(webhooks.file(made, was.version, state)));
  EXPECT_EQ(run(webhooks.state_of(made))->progress.read_to, 9U);
  ASSERT_TRUE(run(webhooks.remove(service.id, made.id)).has_value());
  EXPECT_FALSE(*run(webhooks.file(made, was.version, state)));
  for (const auto& record : memory.everything())
    EXPECT_FALSE(record.key.octets().starts_with("hook")) << "nothing of it is left";
}

TEST_F(WebhookRecords, AReplayBeginsWithTheEventThatIsNamed) {
  for (int i = 0; i < 40; ++i) happen(EventType::message_sent);
  const auto made = make();
  const auto events = log_of();
  const auto replayed = *run(webhooks.replay(service.id, made.id, events[10].id, clock.now()));
  EXPECT_EQ(replayed.start, events[10].sequence - 1);
  const auto state =
      progress_of(replayed, WebhookProgress{.generation = made.generation, .read_to = 40});
  EXPECT_EQ(state.read_to, events[10].sequence - 1);
  const auto nobody = EventId::make(to_millis(clock.now()), random);
  EXPECT_EQ(run(webhooks.replay(service.id, made.id, nobody, clock.now())).error().code,
            "event.not_found");
}

TEST_F(WebhookRecords, AReplayOfARangeOpensWhatWasToldAndLeavesWhereItWas) {
  auto made = make();
  for (int i = 0; i < 20; ++i)
    happen(i % 2 == 0 ? EventType::message_sent : EventType::session_created);
  const auto events = log_of();
  const auto version = found(made).version;
  // It has read to 15; 9 waits after a failure.
  Webhooks::State state{.progress = {.generation = made.generation,
                                     .read_to = 15,
                                     .open = {{.position = 9, .attempts = 2}}},
                        .attempts = {}};
  ASSERT_TRUE(*run(webhooks.file(made, version, state)));
  const auto replay = [&](std::size_t from, std::size_t to) {
    return run(webhooks.replay_range(service.id, made.id, events[from - 1].id, events[to - 1].id,
                                     clock.now()));
  };
  const auto replayed = *replay(6, 18);
  EXPECT_EQ(replayed.generation, made.generation + 1);
  const auto progress = run(webhooks.state_of(replayed))->progress;
  EXPECT_EQ(progress.read_to, 15U);
  std::vector<Position> open;
  for (const auto& one : progress.open) open.push_back(one.position);
  EXPECT_THAT(open, ElementsAre(7, 9, 11, 13, 15)) << "what it wants, and behind 15 as it comes";
  EXPECT_EQ(progress.open[1].attempts, 2U);
  EXPECT_THAT(*run(webhooks.open_events(service.id, progress)), SizeIs(5));
  EXPECT_FALSE(*run(webhooks.file(made, version, state))) << "who drove it meanwhile begins anew";
  EXPECT_EQ(replay(6, 5).error().code, "webhook.replay_range");
  EXPECT_TRUE(replay(5, 5).has_value());
}

TEST_F(WebhookRecords, AReplayOfARangeIsBounded) {
  const auto made = make();
  for (Position i = 0; i <= Webhooks::kReplayedMax; ++i) happen(EventType::message_sent);
  const auto oldest = run(events.after(service.id, 0, 2))->events;
  const auto last = run(events.after(service.id, Webhooks::kReplayedMax, 1))->events.front();
  EXPECT_EQ(run(webhooks.replay_range(service.id, made.id, oldest[0].id, last.id, clock.now()))
                .error()
                .code,
            "webhook.replay_range");
  EXPECT_TRUE(run(webhooks.replay_range(service.id, made.id, oldest[1].id, last.id, clock.now())));
}

TEST_F(WebhookRecords, EveryEventIsFoundByItsId) {
  for (int i = 0; i < 300; ++i) happen(EventType::message_sent);
  for (const Event& event : log_of())
    EXPECT_EQ(*run(events.find(service.id, event.id)), event.sequence);
  const auto old = EventId::make(to_millis(clock.now() - 24h), random);
  EXPECT_EQ(*run(events.find(service.id, old)), std::nullopt);
}

TEST_F(WebhookRecords, AnEventIsFoundBehindThoseThatAreKeptNoMore) {
  for (int i = 0; i < 100; ++i) happen(EventType::message_sent);
  const auto all = log_of();
  Commit forget;
  for (Position position = 1; position <= 60; ++position)
    forget.erase(EventLog::prefix(service.id).u64(position));
  static_cast<void>(memory.apply(forget));
  for (const Event& event : all) {
    const auto found = *run(events.find(service.id, event.id));
    EXPECT_EQ(found, event.sequence > 60 ? std::optional(event.sequence) : std::nullopt);
  }
}

TEST_F(WebhookRecords, TextsAreToldAsLongAsTheKeyMayReadThem) {
  auto made = make();
  ApiKeys& keys = desk->keys();
  const auto may = [&] { return *run(webhooks.may_read_texts(keys, made, clock.now())); };
  const auto key_with = [&](std::vector<Scope> scopes) {
    ApiKey key;
    key.account = service.account;
    key.scopes = std::move(scopes);
    key.created_at = clock.now();
    key.expires_at = clock.now() + 1h;
    return run(keys.create(std::move(key), random))->key.id;
  };
  made.key = key_with({Scope::messages_read});
  EXPECT_FALSE(may()) << "it did not ask for them";
  made.include_text = true;
  EXPECT_TRUE(may());
  clock.advance(1h);
  EXPECT_FALSE(may()) << "the key has expired";
  made.key = key_with({Scope::webhooks_write});
  EXPECT_FALSE(may()) << "the key may not read texts";
  made.key = key_with({Scope::messages_read});
  EXPECT_TRUE(may());
  ASSERT_TRUE(run(keys.revoke(service.account, made.key)).has_value());
  EXPECT_FALSE(may()) << "the key is revoked";
}

TEST_F(WebhookRecords, ATextIsFoundByItsEventUntilItIsErased) {
  add({"+12025550177", "+442079460177"});
  const auto session = open({"+12025550142", "+442079460142"}).session.id;
  send(session, "the secret plan");
  const auto told = log_of().back();
  ASSERT_EQ(told.type, EventType::message_received);
  EXPECT_EQ(*run(webhooks.text_of(service.id, told)), "the secret plan");
  ASSERT_TRUE(run(desk->erase_session(caller, session)).has_value());
  EXPECT_EQ(*run(webhooks.text_of(service.id, told)), std::nullopt);
}

}  // namespace
}  // namespace bauta
