#include "routing/outbox/outcome.h"

#include <algorithm>

#include "routing/outbox/way_out.h"

namespace bauta {
namespace {

TimePoint may_come_back(const Delivery& delivery, const SubmitLater& later, TimePoint now,
                        const RelayLimits& limits, Random& random) {
  if (later.retry_after)
    return now + std::clamp<Duration>(*later.retry_after, Duration{1}, limits.retry_backoff_max);
  const auto doublings = std::min(delivery.attempt, 20U) - 1;
  const auto backoff = std::min(limits.retry_backoff_first * (std::int64_t{1} << doublings),
                                limits.retry_backoff_max);
  // Up to a quarter on top, so that lanes that were put off together do not come back together.
  return now + backoff + backoff * static_cast<std::int64_t>(random.next() % 256) / 1024;
}

}  // namespace

Delivery delivery_after(const Delivery& claimed, const SubmitOutcome& outcome, TimePoint now,
                        const std::vector<std::string>& connections, const RelayLimits& limits,
                        Random& random) {
  Delivery changed = claimed;
  changed.updated_at = now;
  if (std::holds_alternative<SubmitAccepted>(outcome)) {
    changed.state = DeliveryState::sent;
    changed.put_off.clear();
    changed.error_code.clear();  // of the answer that was lost, if the carrier had to be asked
    changed.error_detail.clear();
  } else if (const auto* refused = std::get_if<SubmitRefused>(&outcome)) {
    changed.state = DeliveryState::failed;
    changed.put_off.clear();
    changed.error_code = refused->code;
    changed.error_detail = refused->detail;
  } else if (const auto* later = std::get_if<SubmitLater>(&outcome)) {
    changed.state = DeliveryState::queued;
    changed.error_code = later->code;
    std::erase_if(changed.put_off,
                  [&](const PutOff& earlier) { return earlier.connection == claimed.connection; });
    changed.put_off.push_back({.connection = claimed.connection,
                               .until = may_come_back(claimed, *later, now, limits, random)});
    changed.not_before = first_free(changed, connections, now);
  } else {
    changed.state = DeliveryState::unknown;
    changed.error_code = std::get<SubmitUnknown>(outcome).code;
  }
  return changed;
}

void count_outcome(metrics::Instruments& metrics, const Delivery& claimed,
                   const SubmitOutcome& outcome, TimePoint now) {
  if (std::holds_alternative<SubmitAccepted>(outcome)) {
    metrics.text_out(claimed.connection, "accepted");
    metrics.segments_out(claimed.connection, encoding_name(claimed.encoding), claimed.segments);
    metrics.relayed_after(now - claimed.received_at);
  } else if (std::holds_alternative<SubmitRefused>(outcome)) {
    metrics.text_out(claimed.connection, "refused");
  } else if (std::holds_alternative<SubmitLater>(outcome)) {
    metrics.text_out(claimed.connection, "later");
  } else {
    metrics.text_out(claimed.connection, "unknown");
  }
}

}  // namespace bauta
