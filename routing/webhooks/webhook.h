#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/events/event_log.h"
#include "routing/webhooks/signature.h"
#include "storage/store/records.h"

namespace bauta {

struct WebhookTag {
  static constexpr const char* kPrefix = "whk_";
};
using WebhookId = Id<WebhookTag>;

/// On disk and in the API by name: never rename.
enum class DisabledBecause : std::uint8_t {
  request,  // a platform asked for it
  failing,  // it refused an event for too long
  gone,     // its endpoint answered 410
  restored  // its store came from a backup, and it had been changed since
};
std::string_view disabled_reason_name(DisabledBecause reason);

struct Disabled {
  DisabledBecause reason = DisabledBecause::request;
  TimePoint at{};
};

/// A key that signs.  Records are sealed; the API shows it once.
struct WebhookSecret {
  std::string key;
  /// None: the one in use; else one from before a rotation, which signs beside it until then.
  std::optional<TimePoint> signs_until = {};

  friend bool operator==(const WebhookSecret&, const WebhookSecret&) = default;
};

/// How a webhook is to misbehave, so that a platform can see that it bears what the network does to others: sandbox only.
struct Misbehaviour {
  /// Each event that is taken is handed over once more.
  bool twice = false;
  /// Each event is handed over so long after it happened.
  std::chrono::seconds late{0};
  /// Sessions are told out of order: every second event is held until the next has overtaken it.
  bool shuffle = false;
  /// One hand-over in so many is answered with a 503 before it reaches the endpoint; 0: none.
  std::uint32_t fail_one_in = 0;

  friend bool operator==(const Misbehaviour&, const Misbehaviour&) = default;
};

/// A platform's wish to hear of a service's events.  Key: `hook/<svc>/<whk>`, the guard of what is filed about it.
struct Webhook {
  WebhookId id{};
  ServiceId service{};
  AccountId account{};
  /// Who asked for it, or for texts last: texts are told only as long as this key may read them.
  ApiKeyId key{};
  std::string url{};
  /// "*", "message.*", "session.closed"
  std::vector<std::string> types{};
  bool include_text = false;
  SignatureKind signature = SignatureKind::v1;
  /// The newest first, and at least one.
  std::vector<WebhookSecret> secrets{};
  std::optional<Disabled> disabled{};
  TimePoint created_at{};
  /// Since it was made or enabled last: failures from before are forgiven.
  TimePoint active_since{};
  /// What it is told begins behind this position; counts when `generation` is another one than that of its progress.
  Position start = 0;
  std::uint32_t generation = 1;
  Misbehaviour misbehave{};
  /// How often it was changed so that is_told_otherwise().  By it a store that was restored knows that its own word is out of date.
  std::uint32_t revision = 0;
};

/// Whether one of them is told other things, elsewhere, at another's wish, signed by other keys, or not at all.
bool is_told_otherwise(const Webhook& one, const Webhook& other);

Key webhook_key(ServiceId service, WebhookId id);
/// Of one service; of all.
Key webhooks_prefix(ServiceId service);
Key webhooks_prefix();
std::string encode_webhook(const Webhook& webhook);
Result<Stored<Webhook>> decode_webhook(const KeyedRecord& keyed);

/// "*", a type, or a type's first part and ".*".
bool is_type_pattern(std::string_view pattern);
bool wants(const Webhook& webhook, EventType type);

}  // namespace bauta
