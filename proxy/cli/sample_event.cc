#include "proxy/cli/sample_event.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "proxy/net/rfc3339.h"
#include "routing/events/event_log.h"
#include "routing/webhooks/webhook.h"
#include "storage/seal/system_random.h"
#include "storage/store/clock.h"
#include "storage/store/id.h"

namespace bauta {
namespace {

/// Ids are made anew for each sample; whatever else is said is an example.
constexpr std::string_view kMessage = "msg_", kSeat = "par_", kWebhook = "whk_";
// Nobody's (47 CFR 52.15(f)(1)(vi): 555-01XX).
constexpr std::string_view kNumber = "+12025550134";
constexpr std::string_view kConnection = "simulated";

struct Datum {
  std::string_view name = {};
  std::string_view example = {};
};

struct Sample {
  std::string_view type;
  /// Else it is of no session.
  bool is_in_session;
  std::array<Datum, 5> data = {};
};

constexpr Datum kMessageId{"message", kMessage}, kTo{"to", kSeat}, kOurNumber{"number", kNumber},
    kBy{"connection", kConnection}, kParticipant{"participant", kSeat},
    kSince{"since", "2026-03-01T09:30:00Z"};

constexpr std::array kSamples = std::to_array<Sample>({
    {"session.created", true, {{{"status", "open"}}}},
    {"session.in_progress", true},
    {"session.closed", true, {{{"reason", "expired"}}}},
    {"session.reopened", true},
    {"session.erased", true},
    {"participant.joined", true, {{kParticipant}}},
    {"participant.left", true, {{kParticipant}}},
    {"participant.opted_out", true, {{kOurNumber, {"source", "person"}, kParticipant}}},
    {"participant.opted_in", true, {{kOurNumber, {"source", "person"}, kParticipant}}},
    {"participant.blocked", true, {{kParticipant, {"state", "blocked"}}}},
    {"message.received", true, {{kMessageId, {"from", kSeat}}}},
    {"message.held", true, {{kMessageId, kTo, kOurNumber}}},
    {"message.sent", true, {{kMessageId, kTo, kOurNumber, kBy}}},
    {"message.delivered", true, {{kMessageId, kTo, kOurNumber, kBy}}},
    {"message.unconfirmed", true, {{kMessageId, kTo, kOurNumber, kBy}}},
    {"message.unknown", true, {{kMessageId, kTo, kOurNumber, kBy}}},
    {"message.undelivered",
     true,
     {{kMessageId, kTo, kOurNumber, kBy, {"code", "carrier.undelivered"}}}},
    {"message.failed", true, {{kMessageId, kTo, kOurNumber, kBy, {"code", "carrier.refused"}}}},
    {"message.blocked", true, {{kMessageId, kTo, kOurNumber, {"code", "consent.opted_out"}}}},
    {"inbound.unrouted", false, {{kOurNumber, {"code", "inbound.no_route"}}}},
    {"number.added", false, {{kOurNumber}}},
    {"number.draining", false, {{kOurNumber}}},
    {"number.removed", false, {{kOurNumber}}},
    {"pool.low",
     false,
     {{{"country", "US"},
       {"area_code", "202"},
       {"numbers", "20"},
       {"lines", "16"},
       {"percent", "80"}}}},
    {"pool.exhausted", false, {{{"country", "US"}, {"area_code", "202"}, {"needed", "1"}}}},
    {"carrier.down", false, {{kBy, {"code", "http.connect_failed"}, kSince}}},
    {"carrier.up", false, {{kBy, {"code", "http.connect_failed"}, kSince, {"down_seconds", "95"}}}},
    {"webhook.disabled", false, {{{"webhook", kWebhook}, {"reason", "failing"}}}},
});

std::string fresh(std::string_view example, std::int64_t millis, Random& random) {
  if (example == kMessage) return MessageId::make(millis, random).str();
  if (example == kSeat) return SeatId::make(millis, random).str();
  if (example == kWebhook) return WebhookId::make(millis, random).str();
  return std::string(example);
}

}  // namespace

Json::Value sample_event(const std::string& type) {
  SystemRandom random;
  const auto now = SystemClock().now();
  const auto millis = to_millis(now);
  const auto* const sample = std::ranges::find(kSamples, type, &Sample::type);
  const bool is_known = sample != kSamples.end();
  Json::Value event(Json::objectValue);
  event["id"] = EventId::make(millis, random).str();
  event["type"] = type;
  event["created_at"] = format_rfc3339(now);
  event["session"] = is_known && sample->is_in_session
                         ? Json::Value(SessionId::make(millis, random).str())
                         : Json::Value();
  event["sequence"] = 1;
  auto& data = event["data"] = Json::Value(Json::objectValue);
  if (!is_known) return event;
  for (const auto& [name, example] : sample->data)
    if (!name.empty()) data[std::string(name)] = fresh(example, millis, random);
  return event;
}

}  // namespace bauta
