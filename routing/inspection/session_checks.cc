#include <algorithm>

#include "pool/allocation/route.pb.h"
#include "pool/allocation/routes.h"
#include "routing/consent/ledger.h"
#include "routing/inspection/inspector.h"
#include "routing/sessions/session.h"

namespace bauta {
namespace {

Result<pool::LineRecord> line_in(const Record& record) {
  pool::LineRecord line;
  if (!line.ParseFromString(record.value) || !line.has_state()) return fail("storage.corrupt", "");
  return line;
}

bool agree(const pool::LineRecord& line, const Route& route) {
  const bool live = line.state() == pool::ROUTE_LIVE;
  return live == (route.state == RouteState::live) &&
         from_millis(line.reusable_at_ms()) == route.reusable_at;
}

bool is_person(const IndexKey& index_key, ServiceId service, PersonHash person,
               const RealAddress& address) {
  return index_key.person(service, channel_name(address.channel()), address.reveal()) == person;
}

bool leads_to(const Route& route, const Session& session, const Seat& seat) {
  return route.session == session.id && route.seat == seat.id;
}

}  // namespace

// No two live routes share a key: it is the store's key, so there is nothing to ask.
Task<Status> Inspector::route(KeyedRecord record) {
  const auto read = decode_route(record.record);
  const auto* const stored = readable(record.key, read);
  if (stored == nullptr) co_return Status{};
  const Route& route = stored->value;
  if (RouteTable::key_of(route.service, route.person, route.number) != record.key) {
    report(record.key, "says that it is another route");
    co_return Status{};
  }
  if (route.address && !is_person(index_key_, route.service, route.person, *route.address)) {
    report(record.key, "is filed under the hash of another address");
  }
  BAUTA_CO_TRY(const auto mirror,
               co_await look_up(
                   Key("nl").text(route.number.str()).id(route.service).id(route.person), line_in));
  if (mirror.is_missing()) report(record.key, "has no mirror");
  if (mirror.value && !agree(*mirror.value, route))
    report(record.key, "is not what its mirror says");
  if (route.state != RouteState::live) co_return Status{};

  BAUTA_CO_TRY(const auto found,
               co_await look_up(Sessions::key_of(route.service, route.session), Sessions::decode));
  if (found.is_missing()) report(record.key, "is live and of a session that does not exist");
  if (!found.value) co_return Status{};
  const Session& session = found.value->value;
  if (session.status == SessionStatus::closed)
    report(record.key, "is live although its session is closed");
  const Seat* const seat = session.seat(route.seat);
  if (seat == nullptr) {
    report(record.key, "is live and leads to a seat that its session does not have");
  } else if (seat->number != route.number || seat->person != route.person) {
    report(record.key, "is live and leads to a seat of another person or number");
  } else if (seat->state == SeatState::left) {
    report(record.key, "is live although its seat has left");
  }
  co_return Status{};
}

Task<Status> Inspector::line(KeyedRecord record) {
  const auto line = line_in(record.record);
  if (readable(record.key, line) == nullptr) co_return Status{};
  const auto parts = *read_shape(record.key, "tsh");
  const auto number = VirtualNumber::from_carrier(parts[0]);
  if (!number) {
    report(record.key, "is of no number");
    co_return Status{};
  }
  // What both say is compared where the route is looked at.
  BAUTA_CO_TRY(const bool there,
               co_await exists(RouteTable::key_of(*ServiceId::from_bytes(parts[1]),
                                                  *PersonHash::from_bytes(parts[2]), *number)));
  if (!there) report(record.key, "is the mirror of a route that does not exist");
  co_return Status{};
}

Task<Status> Inspector::session(KeyedRecord record) {
  const auto read = Sessions::decode(record.record);
  const auto* const stored = readable(record.key, read);
  if (stored == nullptr) co_return Status{};
  const Session& session = stored->value;
  if (Sessions::key_of(session.service, session.id) != record.key) {
    report(record.key, "says that it is another session");
    co_return Status{};
  }
  BAUTA_CO_TRY(const auto closed_there,
               co_await look_up(Sessions::index_key(session.service, session.id),
                                Sessions::is_closed_in_index));
  const bool closed = session.status == SessionStatus::closed;
  if (closed_there.is_missing()) report(record.key, "is in no list");
  if (closed_there.value && *closed_there.value != closed)
    report(record.key, "is listed with another status");
  if (closed) co_return Status{};

  if (session.unique_name_hash) {
    BAUTA_CO_TRY(const auto holder,
                 co_await look_up(Sessions::name_key(session.service, *session.unique_name_hash),
                                  Sessions::decode_name));
    if (holder.is_missing()) report(record.key, "has a name that is not filed");
    if (holder.value && *holder.value != session.id)
      report(record.key, "has a name that is filed as another session's");
  }
  for (const Seat& seat : session.seats) {
    // Whoever left has a line that cools, or that somebody else has by now.
    if (seat.state == SeatState::left) continue;
    const auto who = "the seat " + seat.id.str();
    if (!is_person(index_key_, session.service, seat.person, seat.address))
      report(record.key, who + " is filed under the hash of another address");
    BAUTA_CO_TRY(const auto route,
                 co_await look_up(RouteTable::key_of(session.service, seat.person, seat.number),
                                  decode_route));
    if (route.is_missing()) report(record.key, who + " has no route");
    if (!route.value) continue;
    if (!leads_to(route.value->value, session, seat)) {
      report(record.key, who + " has a route that leads elsewhere");
    } else if (route.value->value.state != RouteState::live) {
      report(record.key, who + " has a route that is not live");
    }
  }
  co_return Status{};
}

Task<Status> Inspector::activity(KeyedRecord record) {
  const auto at = Sessions::decode_activity(record.record);
  if (readable(record.key, at) == nullptr) co_return Status{};
  const auto parts = *read_shape(record.key, "sx");
  BAUTA_CO_TRY(const bool there,
               co_await exists(Sessions::key_of(*ServiceId::from_bytes(parts[0]),
                                                *SessionId::from_bytes(parts[1]))));
  if (!there) report(record.key, "is the activity of a session that does not exist");
  co_return Status{};
}

Task<Status> Inspector::session_name(KeyedRecord record) {
  const auto holder = Sessions::decode_name(record.record);
  if (readable(record.key, holder) == nullptr) co_return Status{};
  const auto parts = *read_shape(record.key, "sh");
  const auto service = *ServiceId::from_bytes(parts[0]);
  BAUTA_CO_TRY(const auto found,
               co_await look_up(Sessions::key_of(service, *holder), Sessions::decode));
  if (found.is_missing()) report(record.key, "is the name of a session that does not exist");
  if (!found.value) co_return Status{};
  const Session& session = found.value->value;
  if (session.status == SessionStatus::closed)
    report(record.key, "is the name of a session that is closed");
  if (!session.unique_name_hash || as_bytes(*session.unique_name_hash) != parts[1])
    report(record.key, "is the name of a session that has another one");
  co_return Status{};
}

Task<Status> Inspector::session_index(KeyedRecord record) {
  const auto closed = Sessions::is_closed_in_index(record.record);
  if (readable(record.key, closed) == nullptr) co_return Status{};
  const auto parts = *read_shape(record.key, "sx");
  BAUTA_CO_TRY(const bool there,
               co_await exists(Sessions::key_of(*ServiceId::from_bytes(parts[0]),
                                                *SessionId::from_bytes(parts[1]))));
  if (!there) report(record.key, "lists a session that does not exist");
  co_return Status{};
}

Task<Status> Inspector::lane_deadline(KeyedRecord record) {
  static_cast<void>(readable(record.key, decode_lanemax(record.record)));
  co_return Status{};
}

Task<Status> Inspector::consent(KeyedRecord record) {
  static_cast<void>(readable(record.key, Ledger::decode(record.record)));
  co_return Status{};
}

// A hint for the next time that two people meet: the number may be gone.
// NOLINTNEXTLINE(readability-convert-member-functions-to-static): one of the questions, as the others
Task<Status> Inspector::pair(KeyedRecord record) {
  static_cast<void>(parsed<pool::PairRecord>(record));
  co_return Status{};
}

Task<Status> Inspector::person_index(KeyedRecord record) {
  KeyReader reader(record.key, "who");
  const auto service = reader.id<ServiceTag>();
  const auto person = reader.id<PersonTag>();
  const auto session = reader.id<SessionTag>();
  BAUTA_CO_TRY(const auto found,
               co_await look_up(Sessions::key_of(service, session), Sessions::decode));
  if (found.is_missing()) report(record.key, "names a session that does not exist");
  if (!found.value) co_return Status{};
  const auto& seats = found.value->value.seats;
  if (std::ranges::find(seats, person, &Seat::person) == seats.end())
    report(record.key, "names a session in which the person never had a seat");
  co_return Status{};
}

}  // namespace bauta
