#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "routing/webhooks/queue.h"
#include "routing/webhooks/webhooks.h"
#include "storage/store/store.h"
#include "storage/store/task.h"

namespace bauta {

/// One webhook as its driver knows it, on the driver's thread; held by the coroutines that work on it.
struct DrivenWebhook {
  using WakeTimer = boost::asio::basic_waitable_timer<
      std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

  DrivenWebhook(const Executor& executor, Stored<Webhook> found)
      : webhook(std::move(found)), wake(executor) {}

  Stored<Webhook> webhook;
  WakeTimer wake;
  std::unique_ptr<Subscription> hints;
  /// Replaced when it is to begin anew; who settles an event of an older one is too late.
  std::shared_ptr<WebhookQueue> queue;
  WebhookAttempts attempts;
  bool reads_texts = false;
  /// By which one in so many is told apart, where a webhook is to misbehave.
  std::uint64_t attempts_begun = 0;
  std::optional<DisabledBecause> to_be_disabled;
  bool is_stale = true;  // its record is to be read
  bool is_unread = true;
  bool is_gone = false;
  bool settled_since_filed = false;
  bool read_since_filed = false;
  std::chrono::steady_clock::time_point filed_at{};
  std::chrono::steady_clock::time_point look_at{};
  /// Until then nobody asks again whether it may be told texts.
  std::chrono::steady_clock::time_point rights_until{};
  /// The store did not answer: nothing is asked of it before.
  std::chrono::steady_clock::time_point not_before{};

  WebhookId id() const { return webhook.value.id; }
  ServiceId service() const { return webhook.value.service; }
  bool is_active() const { return queue != nullptr && !webhook.value.disabled; }
  /// Whether `webhook`, as it is now, may be told texts; good until then.
  void has_rights(bool to_texts, std::chrono::steady_clock::time_point until) {
    reads_texts = to_texts;
    rights_until = until;
  }
};
using DrivenWebhookPtr = std::shared_ptr<DrivenWebhook>;

}  // namespace bauta
