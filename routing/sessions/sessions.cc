#include <algorithm>
#include <array>
#include <utility>

#include "routing/sessions/session.h"
#include "routing/sessions/session.pb.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

/// Of activity that grows by less than this nothing is written.
constexpr Duration kActivityGrain{10'000};
/// And by less than this share of the idle clock, which must not end early for our thrift.
constexpr int kIdleGrains = 10;

std::unexpected<Error> corrupt(std::string_view what) {
  return fail("storage.corrupt",
              "the record of " + std::string(what) + " cannot be read; restore a backup");
}

constexpr std::array kStatuses{SessionStatus::open, SessionStatus::in_progress,
                               SessionStatus::closed};
constexpr std::array kReasons{ClosedReason::none,
                              ClosedReason::api,
                              ClosedReason::expired,
                              ClosedReason::idle,
                              ClosedReason::participant_left,
                              ClosedReason::erased};
constexpr std::array kSeatStates{SeatState::active, SeatState::left, SeatState::opted_out,
                                 SeatState::blocked};

/// Which of `all` has the name; a word of a later version means nothing that we may guess.
template <class All, class NameOf>
auto named(const All& all, NameOf name_of, std::string_view name)
    -> std::optional<typename All::value_type> {
  const auto found = std::ranges::find(all, name, name_of);
  if (found == all.end()) return std::nullopt;
  return *found;
}

void write_seat(records::Session::Seat& record, const Seat& seat) {
  record.set_id(std::string(seat.id.bytes()));
  record.set_address(seat.address.reveal_with_channel());
  record.set_person(std::string(seat.person.bytes()));
  record.set_number(seat.number.str());
  record.set_match(std::string(tier_name(seat.match)));
  record.set_label(seat.label);
  record.set_language(seat.language);
  record.set_state(std::string(seat_state_name(seat.state)));
}

Result<Seat> read_seat(const records::Session::Seat& record) {
  const auto id = SeatId::from_bytes(record.id());
  auto address = RealAddress::from_carrier(record.address());
  const auto person = PersonHash::from_bytes(record.person());
  auto number = VirtualNumber::from_carrier(record.number());
  const auto match = parse_tier(record.match());
  const auto state = named(kSeatStates, seat_state_name, record.state());
  if (!id || !address || !person || !number || !match || !state) return corrupt("a session");
  return Seat{.id = *id,
              .address = *std::move(address),
              .person = *person,
              .number = *std::move(number),
              .match = *match,
              .label = record.label(),
              .language = record.language(),
              .state = *state};
}

std::string encode(const Session& session) {
  records::Session record;
  record.set_id(std::string(session.id.bytes()));
  record.set_service(std::string(session.service.bytes()));
  record.set_status(std::string(session_status_name(session.status)));
  if (session.closed_reason != ClosedReason::none)
    record.set_closed_reason(std::string(closed_reason_name(session.closed_reason)));
  record.set_unique_name(session.unique_name);
  if (session.unique_name_hash)
    record.set_unique_name_hash(std::string(as_bytes(*session.unique_name_hash)));
  record.set_created_at_ms(to_millis(session.created_at));
  if (session.expires_at) record.set_expires_at_ms(to_millis(*session.expires_at));
  if (session.idle_ttl) record.set_idle_ttl_seconds(session.idle_ttl->count());
  if (session.closed_at) record.set_closed_at_ms(to_millis(*session.closed_at));
  if (session.closed_from)
    record.set_closed_from(std::string(session_status_name(*session.closed_from)));
  if (session.reopened_at) record.set_reopened_at_ms(to_millis(*session.reopened_at));
  if (session.exclusive_until) record.set_exclusive_until_ms(to_millis(*session.exclusive_until));
  for (const auto& [name, value] : session.metadata) {
    auto* const datum = record.add_metadata();
    datum->set_name(name);
    datum->set_value(value);
  }
  for (const Seat& seat : session.seats) write_seat(*record.add_seats(), seat);
  *record.mutable_unknown_fields() = session.unknown_fields;
  return record.SerializeAsString();
}

std::string encode_index(const Session& session) {
  records::SessionIndex record;
  record.set_closed(session.status == SessionStatus::closed);
  return record.SerializeAsString();
}

std::string encode_activity(TimePoint at) {
  records::Activity record;
  record.set_at_ms(to_millis(at));
  return record.SerializeAsString();
}

Result<std::optional<SessionState>> state_of(const std::optional<Record>& session,
                                             const std::optional<Record>& activity) {
  if (!session) return std::optional<SessionState>{};
  BAUTA_TRY(auto stored, Sessions::decode(*session));
  SessionState state{.session = std::move(stored), .last_activity = {}};
  if (activity) {
    BAUTA_TRY(state.last_activity, Sessions::decode_activity(*activity));
    state.activity_version = activity->version;
  }
  return std::optional(std::move(state));
}

}  // namespace

std::string_view session_status_name(SessionStatus status) {
  switch (status) {
    case SessionStatus::open:
      return "open";
    case SessionStatus::in_progress:
      return "in_progress";
    case SessionStatus::closed:
      return "closed";
  }
  std::unreachable();
}

std::string_view closed_reason_name(ClosedReason reason) {
  switch (reason) {
    case ClosedReason::none:
      return "";
    case ClosedReason::api:
      return "api";
    case ClosedReason::expired:
      return "expired";
    case ClosedReason::idle:
      return "idle";
    case ClosedReason::participant_left:
      return "participant_left";
    case ClosedReason::erased:
      return "erased";
  }
  std::unreachable();
}

std::string_view seat_state_name(SeatState state) {
  switch (state) {
    case SeatState::active:
      return "active";
    case SeatState::left:
      return "left";
    case SeatState::opted_out:
      return "opted_out";
    case SeatState::blocked:
      return "blocked";
  }
  std::unreachable();
}

const Seat* Session::seat(SeatId wanted) const {
  const auto found = std::ranges::find(seats, wanted, &Seat::id);
  return found == seats.end() ? nullptr : &*found;
}

const Seat* Session::seat_of(PersonHash person) const {
  const auto found = std::ranges::find_if(seats, [&](const Seat& seat) {
    return seat.person == person && seat.state != SeatState::left;
  });
  return found == seats.end() ? nullptr : &*found;
}

std::size_t Session::seats_taken() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(seats, [](const Seat& seat) { return seat.state != SeatState::left; }));
}

Key Sessions::key_of(ServiceId service, SessionId id) { return Key("ses").id(service).id(id); }
Key Sessions::activity_key(ServiceId service, SessionId id) {
  return Key("act").id(service).id(id);
}
Key Sessions::name_key(ServiceId service, const Bits128& unique_name_hash) {
  return Key("name").id(service).bits(unique_name_hash);
}
Key Sessions::index_prefix(ServiceId service) { return Key("idx").id(service); }
Key Sessions::index_key(ServiceId service, SessionId id) { return Key("idx").id(service).id(id); }
Key Sessions::person_prefix(ServiceId service, PersonHash person) {
  return Key("who").id(service).id(person);
}
Key Sessions::person_key(ServiceId service, PersonHash person, SessionId id) {
  return Key("who").id(service).id(person).id(id);
}

std::string Sessions::encode_name(SessionId id) {
  records::SessionName record;
  record.set_session(std::string(id.bytes()));
  return record.SerializeAsString();
}

Result<SessionId> Sessions::decode_name(const Record& record) {
  records::SessionName name;
  if (!name.ParseFromString(record.value)) return corrupt("a session's name");
  return SessionId::from_bytes(name.session());
}

Result<bool> Sessions::is_closed_in_index(const Record& record) {
  records::SessionIndex index;
  if (!index.ParseFromString(record.value)) return corrupt("the index of sessions");
  return index.closed();
}

Result<Stored<Session>> Sessions::decode(const Record& stored) {
  records::Session record;
  if (!record.ParseFromString(stored.value)) return corrupt("a session");
  const auto id = SessionId::from_bytes(record.id());
  const auto service = ServiceId::from_bytes(record.service());
  const auto status = named(kStatuses, session_status_name, record.status());
  const auto reason = named(kReasons, closed_reason_name, record.closed_reason());
  if (!id || !service || !status || !reason) return corrupt("a session");
  Session session{.id = *id,
                  .service = *service,
                  .status = *status,
                  .closed_reason = *reason,
                  .unique_name = record.unique_name(),
                  .created_at = from_millis(record.created_at_ms()),
                  .expires_at = {},
                  .idle_ttl = {},
                  .closed_at = {},
                  .metadata = {},
                  .seats = {}};
  if (record.has_unique_name_hash()) {
    BAUTA_TRY(session.unique_name_hash, bits128_from_bytes(record.unique_name_hash()));
  }
  if (record.has_expires_at_ms()) session.expires_at = from_millis(record.expires_at_ms());
  if (record.has_idle_ttl_seconds())
    session.idle_ttl = std::chrono::seconds(record.idle_ttl_seconds());
  if (record.has_closed_at_ms()) session.closed_at = from_millis(record.closed_at_ms());
  if (record.has_closed_from()) {
    const auto closed_from = named(kStatuses, session_status_name, record.closed_from());
    if (!closed_from) return corrupt("a session");
    session.closed_from = *closed_from;
  }
  if (record.has_reopened_at_ms()) session.reopened_at = from_millis(record.reopened_at_ms());
  if (record.has_exclusive_until_ms())
    session.exclusive_until = from_millis(record.exclusive_until_ms());
  for (const auto& datum : record.metadata())
    session.metadata.emplace_back(datum.name(), datum.value());
  for (const auto& recorded : record.seats()) {
    BAUTA_TRY(auto seat, read_seat(recorded));
    session.seats.push_back(std::move(seat));
  }
  session.unknown_fields = record.unknown_fields();
  return Stored<Session>{.value = std::move(session), .version = stored.version};
}

Result<TimePoint> Sessions::decode_activity(const Record& record) {
  records::Activity activity;
  if (!activity.ParseFromString(record.value)) return corrupt("a session's activity");
  return from_millis(activity.at_ms());
}

Task<Result<std::optional<SessionState>>> Sessions::find(ServiceId service, SessionId id) const {
  std::vector<Key> keys{key_of(service, id), activity_key(service, id)};
  BAUTA_CO_TRY(const auto records, co_await store_.multi_get(std::move(keys)));
  co_return state_of(records[0], records[1]);
}

Task<Result<std::vector<std::optional<SessionState>>>> Sessions::find_all(
    std::vector<std::pair<ServiceId, SessionId>> ids) const {
  std::vector<Key> keys;
  for (const auto& [service, id] : ids) {
    keys.push_back(key_of(service, id));
    keys.push_back(activity_key(service, id));
  }
  BAUTA_CO_TRY(const auto records, co_await store_.multi_get(std::move(keys)));
  std::vector<std::optional<SessionState>> states;
  for (std::size_t at = 0; at < ids.size(); ++at) {
    BAUTA_CO_TRY(auto state, state_of(records[2 * at], records[2 * at + 1]));
    states.push_back(std::move(state));
  }
  co_return states;
}

void Sessions::write(Commit& commit, const Session& session, Version was) {
  const Key key = key_of(session.service, session.id);
  commit.expect(key, was).put(key, encode(session));
  if (was == kAbsent || session.status == SessionStatus::closed)
    commit.put(index_key(session.service, session.id), encode_index(session));
}

void Sessions::write_reopened(Commit& commit, const Session& session, Version was) {
  write(commit, session, was);
  commit.put(index_key(session.service, session.id), encode_index(session));
}

void Sessions::list_under(Commit& commit, const Session& session, PersonHash person) {
  commit.put(person_key(session.service, person, session.id), {});
}

void Sessions::touch(Commit& commit, const SessionState& state, TimePoint now) {
  const Session& session = state.session.value;
  Duration grain = kActivityGrain;
  if (session.idle_ttl) grain = std::min(grain, Duration(*session.idle_ttl) / kIdleGrains);
  if (state.last_activity && now - *state.last_activity <= grain) return;
  commit.put(activity_key(session.service, session.id), encode_activity(now));
}

Key lanemax_key(const VirtualNumber& number, PersonHash person) {
  return Key("lanemax").text(number.str()).id(person);
}

Result<TimePoint> decode_lanemax(const Record& record) {
  records::LaneMax lane;
  if (!lane.ParseFromString(record.value)) return corrupt("a lane's deadline");
  return from_millis(lane.deadline_ms());
}

std::string encode_lanemax(TimePoint deadline) {
  records::LaneMax lane;
  lane.set_deadline_ms(to_millis(deadline));
  return lane.SerializeAsString();
}

}  // namespace bauta
