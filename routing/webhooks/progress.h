#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "routing/webhooks/endpoint_port.h"
#include "routing/webhooks/webhook.h"

namespace bauta {

/// How far a webhook has come in its service's log: everything up to `read_to` is delivered or does not concern it, but for `open`.
/// Key: `hookat/<svc>/<whk>`, written by the one who drives it, who expects the webhook's own record.
struct WebhookProgress {
  struct Open {
    Position position = 0;
    std::uint32_t attempts = 0;
    std::optional<TimePoint> first_failed_at = {};
    TimePoint not_before{};
  };
  std::uint32_t generation = 0;
  Position read_to = 0;
  std::vector<Open> open = {};  // in the log's order
  /// The endpoint asked to be left alone until then.
  TimePoint paused_until{};
};
Key progress_key(ServiceId service, WebhookId id);
std::string encode_progress(const WebhookProgress& progress);
Result<WebhookProgress> decode_progress(const Record& record);
/// Where `webhook` stands by what was filed: at its start where that is of another generation, with failures from before it was enabled forgiven.
WebhookProgress progress_of(const Webhook& webhook, std::optional<WebhookProgress> filed);

/// One attempt, as the API shows it.
struct WebhookAttempt {
  std::uint64_t number = 0;
  EventId event{};
  std::string type = {};
  Position sequence = 0;
  /// The first is 1.
  std::uint32_t attempt = 0;
  TimePoint at{};
  EndpointAnswer answer = {};
};

/// The latest attempts: so many that delivered and so many that did not, since many of the one kind would push out the few of the other.
/// Key: `hooklog/<svc>/<whk>`.
struct WebhookAttempts {
  std::uint64_t last_number = 0;
  std::deque<WebhookAttempt> delivered = {};
  std::deque<WebhookAttempt> failed = {};

  void add(WebhookAttempt attempt, std::size_t kept_max);
  /// Of both kinds, the newest first.
  std::vector<WebhookAttempt> newest_first() const;
};
Key attempts_key(ServiceId service, WebhookId id);
std::string encode_attempts(const WebhookAttempts& attempts);
Result<WebhookAttempts> decode_attempts(const Record& record);

}  // namespace bauta
