#pragma once

#include <cstdint>

#include "proxy/delivery/webhook_driver.h"
#include "routing/events/event_log.h"
#include "routing/webhooks/endpoint_port.h"
#include "routing/webhooks/webhooks.h"
#include "storage/store/task.h"

namespace bauta {

/// A copy of all that it goes by: a text goes nowhere but to the URL for which it was judged, and what is changed meanwhile counts from the
/// next attempt on.
struct WebhookAttemptCall {
  Webhook webhook;
  /// Whether `webhook` may be told texts.
  bool reads_texts = false;
  Event event;
  TimePoint at{};
  /// Of this attempt among all of its webhook's; the first is 1.
  std::uint64_t number = 1;
};

/// Makes one attempt, signed, and with the misbehaviour that the webhook asks for.
Task<EndpointAnswer> attempt_webhook(WebhookParts parts, WebhookAttemptCall attempt);

}  // namespace bauta
