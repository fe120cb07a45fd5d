#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/store/random.h"
#include "storage/store/records.h"

namespace bauta {

/// api.md, "Events".  On disk by name (event_type_name): never rename.
enum class EventType : std::uint8_t {
  session_created,
  session_in_progress,
  session_closed,
  session_reopened,
  session_erased,
  participant_joined,
  participant_left,
  participant_opted_out,
  participant_opted_in,
  participant_blocked,
  message_received,
  message_held,
  message_sent,
  message_delivered,
  message_unconfirmed,
  message_unknown,
  message_undelivered,
  message_failed,
  message_blocked,
  inbound_unrouted,
  number_added,
  number_draining,
  number_removed,
  pool_low,
  pool_exhausted,
  carrier_down,
  carrier_up,
  webhook_disabled
};
std::string_view event_type_name(EventType type);  // "session.created"
Result<EventType> parse_event_type(std::string_view name);
std::vector<std::string_view> event_type_names();

/// Something that happened in a service.  Holds ids, codes and virtual numbers; masked addresses at most, never a text.
struct Event {
  EventId id{};
  EventType type = EventType::session_created;
  TimePoint created_at{};
  SessionId session{};  // nil: of no session
  /// `data` of the API, in order: names of the API ("message", "to", "code", "reason", "number").
  std::vector<std::pair<std::string, std::string>> data{};
  /// Its position in its service's log; known on reading only.
  Position sequence = 0;
};

struct EventPage {
  std::vector<Event> events;
  std::optional<Position> next;
};

/// What `data` says under this name; "": nothing.
std::string_view datum(const Event& event, std::string_view name);

/// The log of each service: `ev/<svc>/<position>`.  An event is appended in the commit of what it tells.  Thread-safe.
class EventLog {
 public:
  /// How long an event is kept.  Longer than anything that reads the log late: texts without a receipt, and retries of webhooks.
  static constexpr std::chrono::days kRetention{30};

  explicit EventLog(Store& store) : store_(store) {}

  static void append(Commit& commit, ServiceId service, const Event& event);
  static Event make(EventType type, SessionId session, TimePoint now, Random& random,
                    std::vector<std::pair<std::string, std::string>> data = {});
  static Key prefix(ServiceId service);

  /// Newest first below `before` (none: the newest), or oldest first above `after`.
  Task<Result<EventPage>> newest(ServiceId service, std::optional<Position> before,
                                 std::uint32_t limit) const;
  Task<Result<EventPage>> after(ServiceId service, Position after, std::uint32_t limit) const;
  /// Those at `positions` that are there, in their order.
  Task<Result<std::vector<Event>>> at(ServiceId service, std::vector<Position> positions) const;
  /// The newest one's position; 0: there is none.
  Task<Result<Position>> head(ServiceId service) const;
  /// Where the event `id` lies; none: in no place that its time allows.
  Task<Result<std::optional<Position>>> find(ServiceId service, EventId id) const;

 private:
  Store& store_;
};

}  // namespace bauta
