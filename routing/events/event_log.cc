#include "routing/events/event_log.h"

#include <algorithm>
#include <array>

#include "routing/events/event.pb.h"
#include "routing/events/event_place.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::array<std::pair<EventType, std::string_view>, 28> kTypes{{
    {EventType::session_created, "session.created"},
    {EventType::session_in_progress, "session.in_progress"},
    {EventType::session_closed, "session.closed"},
    {EventType::session_reopened, "session.reopened"},
    {EventType::session_erased, "session.erased"},
    {EventType::participant_joined, "participant.joined"},
    {EventType::participant_left, "participant.left"},
    {EventType::participant_opted_out, "participant.opted_out"},
    {EventType::participant_opted_in, "participant.opted_in"},
    {EventType::participant_blocked, "participant.blocked"},
    {EventType::message_received, "message.received"},
    {EventType::message_held, "message.held"},
    {EventType::message_sent, "message.sent"},
    {EventType::message_delivered, "message.delivered"},
    {EventType::message_unconfirmed, "message.unconfirmed"},
    {EventType::message_unknown, "message.unknown"},
    {EventType::message_undelivered, "message.undelivered"},
    {EventType::message_failed, "message.failed"},
    {EventType::message_blocked, "message.blocked"},
    {EventType::inbound_unrouted, "inbound.unrouted"},
    {EventType::number_added, "number.added"},
    {EventType::number_draining, "number.draining"},
    {EventType::number_removed, "number.removed"},
    {EventType::pool_low, "pool.low"},
    {EventType::pool_exhausted, "pool.exhausted"},
    {EventType::carrier_down, "carrier.down"},
    {EventType::carrier_up, "carrier.up"},
    {EventType::webhook_disabled, "webhook.disabled"},
}};

constexpr std::size_t kTogether = 500;
constexpr std::uint32_t kLookedThrough = 500;

/// id.h: the first 48 bits.
std::int64_t millis_of(const Bits128& bits) {
  std::int64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i) millis = millis << 8 | std::to_integer<std::int64_t>(bits[i]);
  return millis;
}

std::unexpected<Error> corrupt() {
  return fail("storage.corrupt", "the record of an event cannot be read; restore a backup");
}

std::string encode(const Event& event) {
  records::Event record;
  record.set_id(std::string(event.id.bytes()));
  record.set_type(std::string(event_type_name(event.type)));
  record.set_created_at_ms(to_millis(event.created_at));
  if (!event.session.is_nil()) record.set_session(std::string(event.session.bytes()));
  for (const auto& [name, value] : event.data) {
    auto* const datum = record.add_data();
    datum->set_name(name);
    datum->set_value(value);
  }
  return record.SerializeAsString();
}

Result<Event> decode_event(const KeyedRecord& keyed) {
  records::Event record;
  if (!record.ParseFromString(keyed.record.value)) return corrupt();
  const auto id = EventId::from_bytes(record.id());
  const auto type = parse_event_type(record.type());
  if (!id || !type) return corrupt();
  Event event{.id = *id,
              .type = *type,
              .created_at = from_millis(record.created_at_ms()),
              .session = {},
              .data = {}};
  if (record.has_session()) {
    BAUTA_TRY(event.session, SessionId::from_bytes(record.session()));
  }
  for (const auto& datum : record.data()) event.data.emplace_back(datum.name(), datum.value());
  KeyReader key(keyed.key, "ev");
  key.id<ServiceTag>();
  event.sequence = key.u64();
  return event;
}

Result<EventPage> page_of(const ScanPage& scanned) {
  EventPage page;
  for (const KeyedRecord& keyed : scanned.records) {
    BAUTA_TRY(auto event, decode_event(keyed));
    page.events.push_back(std::move(event));
  }
  if (scanned.more && !page.events.empty()) page.next = page.events.back().sequence;
  return page;
}

}  // namespace

std::string_view event_type_name(EventType type) {
  const auto found =
      std::ranges::find(kTypes, type, &std::pair<EventType, std::string_view>::first);
  BAUTA_ASSERT(found != kTypes.end());
  return found->second;
}

std::vector<std::string_view> event_type_names() {
  std::vector<std::string_view> names;
  for (const auto& [type, name] : kTypes) names.push_back(name);
  return names;
}

Result<EventType> parse_event_type(std::string_view name) {
  const auto found =
      std::ranges::find(kTypes, name, &std::pair<EventType, std::string_view>::second);
  if (found == kTypes.end()) return fail("event.unknown_type", "there is no such type of event");
  return found->first;
}

std::string_view datum(const Event& event, std::string_view name) {
  const auto found =
      std::ranges::find(event.data, name, &std::pair<std::string, std::string>::first);
  return found == event.data.end() ? std::string_view() : found->second;
}

Key EventLog::prefix(ServiceId service) { return Key("ev").id(service); }

Event EventLog::make(EventType type, SessionId session, TimePoint now, Random& random,
                     std::vector<std::pair<std::string, std::string>> data) {
  return {.id = EventId::make(to_millis(now), random),
          .type = type,
          .created_at = now,
          .session = session,
          .data = std::move(data)};
}

void EventLog::append(Commit& commit, ServiceId service, const Event& event) {
  commit.append(prefix(service), encode(event), event.created_at + kRetention);
}

Task<Result<EventPage>> EventLog::newest(ServiceId service, std::optional<Position> before,
                                         std::uint32_t limit) const {
  auto request = ScanRequest::prefix(prefix(service));
  request.direction = Direction::backward;
  request.records_max = limit;
  if (before) request.after = prefix(service).u64(*before);
  BAUTA_CO_TRY(const auto scanned, co_await store_.scan(std::move(request)));
  co_return page_of(scanned);
}

Task<Result<EventPage>> EventLog::after(ServiceId service, Position after,
                                        std::uint32_t limit) const {
  auto request = ScanRequest::prefix(prefix(service));
  request.records_max = limit;
  request.after = prefix(service).u64(after);
  BAUTA_CO_TRY(const auto scanned, co_await store_.scan(std::move(request)));
  co_return page_of(scanned);
}

Task<Result<std::vector<Event>>> EventLog::at(ServiceId service,
                                              std::vector<Position> positions) const {
  std::vector<Event> events;
  for (std::size_t first = 0; first < positions.size(); first += kTogether) {
    std::vector<Key> keys;
    for (std::size_t i = first; i < std::min(positions.size(), first + kTogether); ++i)
      keys.push_back(prefix(service).u64(positions[i]));
    BAUTA_CO_TRY(auto records, co_await store_.multi_get(keys));
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!records[i]) continue;
      BAUTA_CO_TRY(auto event, decode_event({.key = keys[i], .record = *std::move(records[i])}));
      events.push_back(std::move(event));
    }
  }
  co_return events;
}

Task<Result<Position>> EventLog::head(ServiceId service) const {
  BAUTA_CO_TRY(const auto page, co_await newest(service, std::nullopt, 1));
  co_return page.events.empty() ? Position{0} : page.events.front().sequence;
}

/// An id holds the time at which its event was made; so the place is sought by that, and then a little before and behind it.
Task<Result<std::optional<Position>>> EventLog::find(ServiceId service, EventId id) const {
  const auto made_at = from_millis(millis_of(id.bits()));
  BAUTA_CO_TRY(auto before, co_await position_before(*this, service, made_at));
  for (bool more = true; more;) {
    BAUTA_CO_TRY(const auto page, co_await after(service, before, kLookedThrough));
    for (const Event& event : page.events) {
      if (event.id == id) co_return std::optional(event.sequence);
      if (event.created_at > made_at + kEventDisorder) co_return std::optional<Position>();
      before = event.sequence;
    }
    more = page.next.has_value();
  }
  co_return std::optional<Position>();
}

Task<Result<Position>> position_before(const EventLog& log, ServiceId service, TimePoint time) {
  BAUTA_CO_TRY(const auto newest_of_all, co_await log.head(service));
  Position before = 0;  // every event up to here is too old
  for (Position beyond = newest_of_all + 1; before + 1 < beyond;) {
    const Position middle = before + (beyond - before) / 2;
    BAUTA_CO_TRY(const auto found, co_await log.at(service, std::vector<Position>{middle}));
    // Positions are dense: one without an event had one that is kept no more.
    const bool is_too_old = found.empty() || found.front().created_at < time - kEventDisorder;
    (is_too_old ? before : beyond) = middle;
  }
  co_return before;
}

}  // namespace bauta
