#pragma once

#include <chrono>

#include "proxy/delivery/driven_webhook.h"
#include "proxy/delivery/webhook_driver.h"
#include "routing/events/event_log.h"
#include "storage/store/result.h"
#include "storage/store/task.h"

namespace bauta {

/// What a webhook needs from the store between its attempts: its record when it was changed, what happened since, its rights; and how far it
/// has come is filed.  Lives on the driver's thread.
class WebhookUpkeep {
 public:
  /// What was settled is filed so soon: what a crash repeats at most.  What only was read and is not wanted can wait.
  static constexpr std::chrono::milliseconds kFileSettled{200};
  static constexpr std::chrono::seconds kFileRead{5};

  WebhookUpkeep(WebhookDriverOptions options, WebhookParts parts)
      : options_(options), parts_(parts), events_(parts.store) {}

  /// Brings it up to date; true: its queue may be handed over from.  Errors: the store's, and it is tried again.
  Task<Result<bool>> look_after(DrivenWebhookPtr driven);
  /// How far it has come; nothing if that is filed, or if its record is to be read first.
  Task<Status> file(DrivenWebhookPtr driven);

 private:
  Task<Status> reload(DrivenWebhookPtr driven);
  Task<Result<bool>> may_read_texts(Webhook webhook);
  Task<Status> begin(DrivenWebhookPtr driven);
  Task<Status> disable(DrivenWebhookPtr driven);
  Task<Status> read_on(DrivenWebhookPtr driven);
  TimePoint now() const { return parts_.clock.now(); }

  WebhookDriverOptions options_;
  WebhookParts parts_;
  EventLog events_;
};

}  // namespace bauta
