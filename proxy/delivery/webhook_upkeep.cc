#include "proxy/delivery/webhook_upkeep.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "proxy/config/log.h"

namespace bauta {
namespace {

using std::chrono::steady_clock;

constexpr std::uint32_t kEventsPage = 200;

bool is_filing_due(const DrivenWebhook& driven) {
  const auto now = steady_clock::now();
  return (driven.settled_since_filed && now >= driven.filed_at + WebhookUpkeep::kFileSettled) ||
         (driven.read_since_filed && now >= driven.filed_at + WebhookUpkeep::kFileRead);
}

}  // namespace

Task<Result<bool>> WebhookUpkeep::look_after(DrivenWebhookPtr driven) {
  if (driven->is_stale) BAUTA_CO_CHECK(co_await reload(driven));
  if (driven->is_gone || driven->is_stale) co_return false;
  if (driven->to_be_disabled) BAUTA_CO_CHECK(co_await disable(driven));
  if (!driven->is_active() || driven->is_stale) co_return false;
  if (is_filing_due(*driven)) BAUTA_CO_CHECK(co_await file(driven));
  if (driven->is_stale) co_return false;
  const auto now = steady_clock::now();
  if (now >= driven->look_at) driven->is_unread = true;
  // Its key may be revoked, however much there is to read meanwhile.
  if (now >= driven->rights_until) {
    BAUTA_CO_TRY(const bool reads_texts, co_await may_read_texts(driven->webhook.value));
    driven->has_rights(reads_texts, now + options_.look_interval);
  }
  if (driven->is_unread && driven->queue->room() > 0) {
    driven->look_at = now + options_.look_interval;
    BAUTA_CO_CHECK(co_await read_on(driven));
  }
  co_return true;
}

/// What a platform changed counts from now on.
Task<Status> WebhookUpkeep::reload(DrivenWebhookPtr driven) {
  driven->is_stale = false;
  auto found = co_await parts_.webhooks.find(driven->service(), driven->id());
  if (!found && found.error().code == "webhook.not_found") {
    driven->is_gone = true;
    co_return Status();
  }
  auto reads_texts =
      found ? co_await may_read_texts(found->value) : Result<bool>(std::unexpected(found.error()));
  if (!reads_texts) {
    driven->is_stale = true;
    co_return std::unexpected(std::move(reads_texts).error());
  }
  const Webhook before = std::exchange(driven->webhook, *std::move(found)).value;
  driven->has_rights(*reads_texts, steady_clock::now() + options_.look_interval);
  const Webhook& after = driven->webhook.value;
  driven->is_unread = true;
  if (after.disabled) {
    driven->to_be_disabled.reset();
    co_return Status();
  }
  const bool is_same = driven->queue != nullptr && before.generation == after.generation &&
                       before.active_since == after.active_since;
  if (!is_same) co_return co_await begin(driven);
  driven->queue->misbehave(after.misbehave);
  driven->queue->drop_unless([&](const Event& event) { return wants(after, event.type); });
  if (before.url != after.url) {
    driven->queue->forgive();
    driven->to_be_disabled.reset();
  }
  co_return Status();
}

Task<Result<bool>> WebhookUpkeep::may_read_texts(Webhook webhook) {
  co_return co_await parts_.webhooks.may_read_texts(parts_.keys, std::move(webhook), now());
}

/// From what was filed.
Task<Status> WebhookUpkeep::begin(DrivenWebhookPtr driven) {
  driven->queue.reset();
  driven->is_stale = true;  // until all of it is known
  driven->to_be_disabled.reset();
  BAUTA_CO_TRY(auto state, co_await parts_.webhooks.state_of(driven->webhook.value));
  BAUTA_CO_TRY(auto open, co_await parts_.webhooks.open_events(driven->service(), state.progress));
  driven->queue = std::make_shared<WebhookQueue>(state.progress, std::move(open), options_.limits,
                                                 driven->webhook.value.misbehave);
  driven->attempts_begun = std::max(driven->attempts_begun, state.attempts.last_number);
  // Attempts of an older queue that were not filed yet are newer than what was.
  if (state.attempts.last_number > driven->attempts.last_number)
    driven->attempts = std::move(state.attempts);
  driven->is_stale = false;
  driven->settled_since_filed = true;
  co_return Status();
}

Task<Status> WebhookUpkeep::disable(DrivenWebhookPtr driven) {
  BAUTA_CO_CHECK(co_await file(driven));
  if (driven->is_stale) co_return Status();
  const auto reason = *std::exchange(driven->to_be_disabled, std::nullopt);
  const auto disabled = co_await parts_.webhooks.disable(driven->webhook, reason, now());
  if (!disabled) {
    driven->to_be_disabled = reason;
    co_return std::unexpected(disabled.error());
  }
  driven->is_stale = true;
  if (!*disabled) co_return Status();  // a platform changed it: what it says now counts
  parts_.metrics.webhook_disabled(disabled_reason_name(reason));
  log::warn("webhook disabled webhook={} reason={}", driven->id().str(),
            disabled_reason_name(reason));
  co_return co_await reload(driven);
}

Task<Status> WebhookUpkeep::read_on(DrivenWebhookPtr driven) {
  const auto queue = driven->queue;
  driven->is_unread = false;
  const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(kEventsPage, queue->room()));
  auto page = co_await events_.after(driven->service(), queue->read_to(), most);
  if (!page) {
    driven->is_unread = true;
    co_return std::unexpected(std::move(page).error());
  }
  for (Event& event : page->events) {
    const bool is_wanted = wants(driven->webhook.value, event.type);
    queue->read(std::move(event), is_wanted);
    driven->read_since_filed = true;
  }
  if (page->next) driven->is_unread = true;
  co_return Status();
}

Task<Status> WebhookUpkeep::file(DrivenWebhookPtr driven) {
  if (!driven->is_active() || driven->is_stale) co_return Status();
  if (!driven->settled_since_filed && !driven->read_since_filed) co_return Status();
  driven->settled_since_filed = driven->read_since_filed = false;
  driven->filed_at = steady_clock::now();
  const auto filed = co_await parts_.webhooks.file(
      driven->webhook.value, driven->webhook.version,
      {.progress = driven->queue->progress(), .attempts = driven->attempts});
  if (!filed || !*filed) driven->settled_since_filed = true;
  if (!filed) co_return std::unexpected(filed.error());
  if (!*filed) driven->is_stale = true;
  co_return Status();
}

}  // namespace bauta
