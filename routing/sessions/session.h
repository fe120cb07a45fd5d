#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pool/address/locality.h"
#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "pool/allocation/routes.h"
#include "storage/store/records.h"

namespace bauta {

enum class SessionStatus : std::uint8_t { open, in_progress, closed };
enum class ClosedReason : std::uint8_t { none, api, expired, idle, participant_left, erased };
enum class SeatState : std::uint8_t { active, left, opted_out, blocked };
std::string_view session_status_name(SessionStatus status);
std::string_view closed_reason_name(ClosedReason reason);
std::string_view seat_state_name(SeatState state);

/// How many people a session is between: more than one, and so many that a commit can hold their lines.
inline constexpr std::size_t kSeatsMin = 2;
inline constexpr std::size_t kSeatsMax = 50;

/// A person's place in a session.
struct Seat {
  SeatId id;
  RealAddress address;
  PersonHash person;
  VirtualNumber number;
  Tier match = Tier::any;
  std::string label;
  std::string language;
  SeatState state = SeatState::active;
};

/// A conversation with a lifetime, as recorded.  Whether it has ended is not this status alone: see judge().
struct Session {
  SessionId id;
  ServiceId service;
  SessionStatus status = SessionStatus::open;
  ClosedReason closed_reason = ClosedReason::none;
  std::string unique_name;
  TimePoint created_at;
  std::optional<TimePoint> expires_at;
  std::optional<std::chrono::seconds> idle_ttl;
  std::optional<TimePoint> closed_at;
  /// The status that it was closed in, which it has again if it is brought back; none while it lives, and of what an earlier version closed.
  std::optional<SessionStatus> closed_from = {};
  /// When it was last brought back: the idle clock runs from then.
  std::optional<TimePoint> reopened_at = {};
  /// Until then its lines may still bring what was said in the session that they were taken over from: nobody else joins before.
  std::optional<TimePoint> exclusive_until = {};
  /// `metadata` of the API: a flat object of strings, in order of names.
  std::vector<std::pair<std::string, std::string>> metadata;
  /// Also those who left: who wrote an old text is still told, and everybody keeps their place in the order.
  std::vector<Seat> seats;
  /// What `name/<svc>/<hash>` is filed under; none: it has no name.
  std::optional<Bits128> unique_name_hash = {};
  /// What a later version of Bauta wrote besides: survives a rewrite.
  std::string unknown_fields = {};

  const Seat* seat(SeatId id) const;
  /// Of those who have not left; none: `person` takes no part.
  const Seat* seat_of(PersonHash person) const;
  std::size_t seats_taken() const;
  /// Has it ever had more than two: then each text says whose it is.
  bool is_group() const { return seats.size() > 2; }
};

/// Ended when, and why; none while it lives.
struct Ending {
  TimePoint at;
  ClosedReason reason = ClosedReason::none;
};

/// The one judgement of whether a session lives at `now` (life.md, Session): closed, or over by either clock.  `last_activity`: of its
/// activity record; none: nobody has texted, the idle clock runs from its creation.
std::optional<Ending> judge(const Session& session, std::optional<TimePoint> last_activity,
                            TimePoint now);

/// A session with what its judgement needs, as read together.
struct SessionState {
  Stored<Session> session;
  std::optional<TimePoint> last_activity;
  Version activity_version = kAbsent;

  std::optional<Ending> ending(TimePoint now) const {
    return judge(session.value, last_activity, now);
  }
};

/// Sessions and their activity.  Thread-safe, reads no clock.
/// Keys: `ses/<svc>/<id>` (guard of state and roster), `act/<svc>/<id>`, `name/<svc>/<hash>`, `idx/<svc>/<id>` (list, newest last; says what
/// is closed, so that lists pass over it unread), `who/<svc>/<person>/<id>`.
class Sessions {
 public:
  explicit Sessions(Store& store) : store_(store) {}

  Task<Result<std::optional<SessionState>>> find(ServiceId service, SessionId id) const;
  static Key key_of(ServiceId service, SessionId id);
  static Key activity_key(ServiceId service, SessionId id);
  static Key name_key(ServiceId service, const Bits128& unique_name_hash);
  static std::string encode_name(SessionId id);
  static Result<SessionId> decode_name(const Record& record);
  static Key index_prefix(ServiceId service);
  static Key index_key(ServiceId service, SessionId id);
  /// `who/<svc>/<person>/<id>`: the sessions that a person has a seat in, or had.
  static Key person_prefix(ServiceId service, PersonHash person);
  static Key person_key(ServiceId service, PersonHash person, SessionId id);
  /// What the index says of `ses/`: a session that is closed there stays closed.
  static Result<bool> is_closed_in_index(const Record& record);
  static Result<Stored<Session>> decode(const Record& record);
  static Result<TimePoint> decode_activity(const Record& record);

  /// Several at once; none where there is no such session.
  Task<Result<std::vector<std::optional<SessionState>>>> find_all(
      std::vector<std::pair<ServiceId, SessionId>> ids) const;

  /// Adds to `commit` the session as it is now, and its index when that says something new; expects `was`.
  static void write(Commit& commit, const Session& session, Version was);
  /// The same of a session that was closed and lives again.
  static void write_reopened(Commit& commit, const Session& session, Version was);
  /// Adds to `commit` that this person has a seat in it.
  static void list_under(Commit& commit, const Session& session, PersonHash person);
  /// Adds the activity at `now` to `commit`, blind, if it grew by more than min(10 s, a tenth of the idle clock): most texts write nothing.
  static void touch(Commit& commit, const SessionState& state, TimePoint now);

 private:
  Store& store_;
};

/// How long a line that ended stays unusable, and how long it is remembered after that.
struct LineRest {
  std::chrono::seconds cooling;
  std::chrono::seconds forget_after;
};

struct EndedLines {
  SessionId session;
  std::vector<Seat> seats;
  TimePoint at;
  LineRest rest;
};
/// Adds to `commit` the end of these seats' lines, as far as they still name the session: each cools from its end on, or from the latest
/// deadline that a carrier was given on it.  Expects both as they were read.  Errors: storage.*.
Task<Status> end_lines(Store& store, const RouteTable& routes, Commit& commit, ServiceId service,
                       EndedLines ended);

/// Closes a session in one commit (records.md, "close"): session, routes that still name it -> cooling, name gone, index, event.
/// Idempotent: a session closed already is told as it is.  A session whose time is over ends as judge() says, whatever is asked; one that
/// lives (again: a text came meanwhile) is told as it is if its end by a clock was asked.
class SessionCloser {
 public:
  SessionCloser(Store& store, const Sessions& sessions, const RouteTable& routes)
      : store_(store), sessions_(sessions), routes_(routes) {}

  struct Request {
    ServiceId service;
    SessionId session;
    Ending ending;
    LineRest rest;
    /// How long its texts are kept.
    std::chrono::seconds retention{};
    /// Who leaves with it.
    std::optional<SeatId> leaving = {};
    /// Only if the session is still at this version: session.changed.
    std::optional<Version> if_match = {};
    /// Further writes of the same commit (an idempotency record), given the session as it will be.
    std::function<void(Commit&, const Session&)> also = {};
  };
  /// Codes: session.not_found, session.changed, storage.contended (three conflicts), and the store's.
  Task<Result<Session>> close(Request request, TimePoint now, Random& random) const;

 private:
  Task<Result<std::optional<Session>>> try_close(Request request, TimePoint now,
                                                 Random& random) const;
  Task<Result<std::optional<Session>>> write_end(Request request, SessionState state, Ending ending,
                                                 TimePoint now, Random& random) const;

  Store& store_;
  const Sessions& sessions_;
  const RouteTable& routes_;
};

/// The latest deadline handed to a carrier on a lane: `lanemax/<V>/<person>`.
Key lanemax_key(const VirtualNumber& number, PersonHash person);
Result<TimePoint> decode_lanemax(const Record& record);
std::string encode_lanemax(TimePoint deadline);

}  // namespace bauta
