#include <algorithm>

#include "routing/recovery/replay.h"
#include "routing/webhooks/webhooks.h"

namespace bauta {

Task<Status> Replay::replay_revocation(RevokedKey revoked) {
  const auto done = co_await bench_.keys.revoke(revoked.account, revoked.key);
  if (done) ++progress_.report.counts.keys_revoked;
  // The backup had it no more, or never had it.
  if (!done && done.error().code != "key.not_found") co_return done;
  co_return Status{};
}

/// What it was changed to stands nowhere any more, a URL being nothing for the journal: its platform must say it again.
Task<Status> Replay::replay_webhook(ChangedWebhook changed) {
  const Webhooks webhooks(bench_.parts.store, bench_.parts.random);
  const auto known = co_await webhooks.find(changed.service, changed.webhook);
  if (!known && known.error().code != "webhook.not_found") co_return std::unexpected(known.error());
  // Made since the backup, or removed before it.
  if (!known) co_return Status{};
  if (!changed.revision) {
    BAUTA_CO_CHECK(co_await webhooks.remove(changed.service, changed.webhook));
    ++progress_.report.counts.webhooks_removed;
    co_return Status{};
  }
  if (known->value.revision >= *changed.revision) co_return Status{};
  const auto now = bench_.now(changed.service);
  const auto distrust = [now, revision = *changed.revision](Webhook& webhook) {
    webhook.revision = std::max(webhook.revision, revision);
    if (!webhook.disabled || webhook.disabled->reason != DisabledBecause::restored)
      webhook.disabled = {.reason = DisabledBecause::restored, .at = now};
  };
  const auto disabled = co_await webhooks.change(changed.service, changed.webhook, distrust, now);
  if (!disabled) co_return std::unexpected(disabled.error());
  const bool is_first =
      !known->value.disabled || known->value.disabled->reason != DisabledBecause::restored;
  if (is_first) ++progress_.report.counts.webhooks_disabled;
  co_return Status{};
}

}  // namespace bauta
