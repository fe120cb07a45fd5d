#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "routing/webhooks/webhooks.h"
#include "tests/unit/routing/recovery/restored/restored.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;

class ReplayedAccess : public testing_routing::Restored {
 protected:
  NewApiKey new_key() {
    return *world.run(world.desk->keys().create({.id = {},
                                                 .account = world.service.account,
                                                 .service = {},
                                                 .scopes = {Scope::account},
                                                 .label = {},
                                                 .hint = {},
                                                 .created_at = world.clock.now(),
                                                 .expires_at = {}},
                                                world.random));
  }
  std::string authenticate(const NewApiKey& key) {
    const auto known = world.run(world.desk->keys().authenticate(key.secret, world.clock.now()));
    return known ? "taken" : std::string(known.error().code);
  }

  Webhook new_webhook() {
    world.clock.advance(1ms);
    return *world.run(webhooks.create({.service = world.service.id,
                                       .account = world.service.account,
                                       .url = "https://example.com/hook",
                                       .types = {"message.*"}},
                                      20, world.clock.now()));
  }
  void change_in_lost(const Webhook& webhook, std::function<void(Webhook&)> edit) {
    BAUTA_ASSERT(
        world
            .run(Webhooks(lost, world.random)
                     .change(world.service.id, webhook.id, std::move(edit), world.clock.now()))
            .has_value());
  }
  /// "active", the reason why not, or the code of an error.
  std::string state_of(const Webhook& webhook) {
    const auto found = world.run(webhooks.find(world.service.id, webhook.id));
    if (!found) return std::string(found.error().code);
    if (!found->value.disabled) return "active";
    return std::string(disabled_reason_name(found->value.disabled->reason));
  }
  std::vector<std::string> told_reasons() {
    std::vector<std::string> reasons;
    for (const auto& event : world.run(world.events.after(world.service.id, 0, 1'000))->events) {
      if (event.type == EventType::webhook_disabled) reasons.emplace_back(datum(event, "reason"));
    }
    return reasons;
  }

  Webhooks webhooks{world.store, world.random};
};

// Found by reading: a key that leaked and was revoked opened the restored store, with all that it could do before.
TEST_F(ReplayedAccess, AKeyThatWasRevokedOpensNothing) {
  const auto leaked = new_key();
  const auto kept = new_key();
  ApiKeys in_lost(lost, world.index_key);
  ASSERT_TRUE(world.run(in_lost.revoke(world.service.account, leaked.key.id)));
  EXPECT_EQ(authenticate(leaked), "taken") << "the backup knows nothing of it";
  EXPECT_EQ(replay(), ReplayCounts{.keys_revoked = 1});
  EXPECT_EQ(authenticate(leaked), "auth.invalid_key");
  EXPECT_EQ(authenticate(kept), "taken");
  const auto all = *world.run(world.desk->keys().all_of(world.service.account));
  EXPECT_EQ(std::ranges::count(all, leaked.key.id, &ApiKey::id), 0);
}

TEST_F(ReplayedAccess, AKeyThatTheBackupDoesNotHaveIsNoError) {
  const auto key = new_key();
  ApiKeys in_lost(lost, world.index_key);
  ASSERT_TRUE(world.run(in_lost.revoke(world.service.account, key.key.id)));
  ASSERT_TRUE(world.run(world.desk->keys().revoke(world.service.account, key.key.id)));
  EXPECT_EQ(replay(), ReplayCounts());
}

TEST_F(ReplayedAccess, AWebhookThatWasRemovedIsRemoved) {
  const auto removed = new_webhook();
  const auto kept = new_webhook();
  ASSERT_TRUE(
      world.run(Webhooks(lost, world.random).remove(world.service.id, removed.id)).has_value());
  EXPECT_EQ(replay(), ReplayCounts{.webhooks_removed = 1});
  EXPECT_EQ(state_of(removed), "webhook.not_found");
  EXPECT_EQ(state_of(kept), "active");
  EXPECT_THAT(told_reasons(), testing::IsEmpty());
}

// Found by reading: after the release, events went on to the endpoint that the platform had taken them from.
TEST_F(ReplayedAccess, AWebhookThatWasChangedIsToldNothingUntilItsPlatformLooksAtIt) {
  const auto moved = new_webhook();
  const auto kept = new_webhook();
  change_in_lost(moved, [](Webhook& webhook) { webhook.url = "https://example.org/new"; });
  EXPECT_EQ(replay(), ReplayCounts{.webhooks_disabled = 1});
  EXPECT_EQ(state_of(moved), "restored");
  EXPECT_EQ(state_of(kept), "active");
  EXPECT_THAT(told_reasons(), testing::ElementsAre("restored"));
  const auto now = world.clock.now();
  ASSERT_TRUE(world.run(webhooks.enable(world.service.id, moved.id, now)).has_value());
  EXPECT_EQ(state_of(moved), "active");
}

TEST_F(ReplayedAccess, ItIsDisabledForWhateverItWasToldOtherwise) {
  const std::vector<std::function<void(Webhook&)>> edits{
      [](Webhook& webhook) { webhook.secrets = {{.key = "another"}}; },
      [](Webhook& webhook) { webhook.include_text = true; },
      [](Webhook& webhook) { webhook.types = {"session.*"}; },
      [this](Webhook& webhook) {
        webhook.disabled = {.reason = DisabledBecause::request, .at = world.clock.now()};
      },
  };
  std::vector<Webhook> changed;
  for (const auto& edit : edits) change_in_lost(changed.emplace_back(new_webhook()), edit);
  EXPECT_EQ(replay(), ReplayCounts{.webhooks_disabled = edits.size()});
  for (const auto& webhook : changed) EXPECT_EQ(state_of(webhook), "restored");
}

TEST_F(ReplayedAccess, ThatItWasToldSomethingAgainDisablesNothing) {
  const auto webhook = new_webhook();
  ASSERT_TRUE(world
                  .run(Webhooks(lost, world.random)
                           .replay(world.service.id, webhook.id, Position{1}, world.clock.now()))
                  .has_value());
  ASSERT_TRUE(*world.run(Webhooks(lost, world.random)
                             .disable(*world.run(webhooks.find(world.service.id, webhook.id)),
                                      DisabledBecause::failing, world.clock.now())))
      << "whether it still fails is found out anew";
  EXPECT_EQ(replay(), ReplayCounts());
  EXPECT_EQ(state_of(webhook), "active");
}

// Entries from an hour before the backup are read again.
TEST_F(ReplayedAccess, AChangeThatTheBackupHoldsDisablesNothing) {
  const auto webhook = new_webhook();
  for (const auto* url : {"https://example.com/first", "https://example.com/second"}) {
    const auto edit = [url](Webhook& changed) { changed.url = url; };
    change_in_lost(webhook, edit);
    ASSERT_TRUE(world.run(webhooks.change(world.service.id, webhook.id, edit, world.clock.now())));
  }
  EXPECT_EQ(replay(), ReplayCounts());
  EXPECT_EQ(state_of(webhook), "active");
}

TEST_F(ReplayedAccess, OneThatWasChangedOftenIsDisabledOnceAndStaysSo) {
  auto webhook = new_webhook();
  for (webhook.revision = 1; webhook.revision <= 3; ++webhook.revision) {
    Commit commit;
    commit.put(webhook_key(webhook.service, webhook.id), encode_webhook(webhook));
    journal(commit);
  }
  EXPECT_EQ(replay(), ReplayCounts{.webhooks_disabled = 1});
  EXPECT_THAT(told_reasons(), testing::ElementsAre("restored"));
  // A change from now on is one that a later restore does not know, either.
  const auto now = world.clock.now();
  const auto enabled = *world.run(webhooks.enable(webhook.service, webhook.id, now));
  EXPECT_EQ(enabled.revision, 4U);
}

TEST_F(ReplayedAccess, OneThatWasDisabledOnRequestSaysWhatElseThereIs) {
  const auto webhook = new_webhook();
  const auto disable = [this](Webhook& changed) {
    changed.disabled = {.reason = DisabledBecause::request, .at = world.clock.now()};
  };
  ASSERT_TRUE(world.run(webhooks.change(world.service.id, webhook.id, disable, world.clock.now())));
  change_in_lost(webhook, [](Webhook& changed) { changed.disabled.reset(); });
  EXPECT_EQ(replay(), ReplayCounts{.webhooks_disabled = 1});
  EXPECT_EQ(state_of(webhook), "restored");
}

}  // namespace
}  // namespace bauta
