#include <algorithm>
#include <utility>

#include "routing/events/event_log.h"
#include "routing/sessions/session.h"
#include "routing/sessions/timers.h"
#include "storage/store/planted.h"

namespace bauta {
namespace {

constexpr int kConflictTries = 3;

bool is_by_clock(ClosedReason reason) {
  return reason == ClosedReason::expired || reason == ClosedReason::idle;
}

}  // namespace

Task<Status> end_lines(Store& store, const RouteTable& routes, Commit& commit, ServiceId service,
                       EndedLines ended) {
  std::vector<Key> keys;
  keys.reserve(ended.seats.size());
  for (const Seat& seat : ended.seats) keys.push_back(lanemax_key(seat.number, seat.person));
  BAUTA_CO_TRY(const auto deadlines, co_await store.multi_get(keys));
  for (std::size_t at = 0; at < ended.seats.size(); ++at) {
    const Seat& seat = ended.seats[at];
    // Who left before took the end of their line along.
    if (seat.state == SeatState::left && !planted(PlantedBug::close_over_takeover)) continue;
    TimePoint quiet_from = ended.at;
    if (const auto& deadline = deadlines[at]) {
      BAUTA_CO_TRY(const auto handed_over_until, decode_lanemax(*deadline));
      if (!planted(PlantedBug::cooling_despite_deadline))
        quiet_from = std::max(quiet_from, handed_over_until);
    }
    // A text that is claimed meanwhile may be brought until its own deadline (promise 1).
    commit.expect(keys[at], deadlines[at] ? deadlines[at]->version : kAbsent);
    BAUTA_CO_TRY(const auto route,
                 co_await routes.find(service, seat.person, seat.address, seat.number));
    if (!route || route->value.state != RouteState::live) continue;
    if (route->value.session != ended.session && !planted(PlantedBug::close_over_takeover))
      continue;
    RouteTable::cool(commit, *route, quiet_from + ended.rest.cooling, ended.rest.forget_after);
  }
  co_return Status{};
}

Task<Result<Session>> SessionCloser::close(Request request, TimePoint now, Random& random) const {
  for (int attempt = 0; attempt < kConflictTries; ++attempt) {
    BAUTA_CO_TRY(auto closed, co_await try_close(request, now, random));
    if (closed) co_return *std::move(closed);
  }
  co_return fail("storage.contended", "the session keeps changing; try again");
}

/// nullopt: a conflict.
Task<Result<std::optional<Session>>> SessionCloser::try_close(Request request, TimePoint now,
                                                              Random& random) const {
  BAUTA_CO_TRY(auto state, co_await sessions_.find(request.service, request.session));
  if (!state) co_return fail("session.not_found", "there is no session " + request.session.str());
  const Session& session = state->session.value;
  if (session.status == SessionStatus::closed) co_return std::optional(session);
  if (request.if_match && *request.if_match != state->session.version)
    co_return fail("session.changed", "the session changed since it was read; read it again");
  const auto ending = state->ending(now);
  if (!ending && is_by_clock(request.ending.reason)) co_return std::optional(session);
  const Ending told = ending.value_or(request.ending);
  co_return co_await write_end(std::move(request), *std::move(state), told, now, random);
}

Task<Result<std::optional<Session>>> SessionCloser::write_end(Request request, SessionState state,
                                                              Ending ending, TimePoint now,
                                                              Random& random) const {
  Session session = state.session.value;
  const std::vector<Seat> seats = session.seats;
  session.closed_from = session.status;
  session.status = SessionStatus::closed;
  session.closed_at = ending.at;
  session.closed_reason = ending.reason;
  for (Seat& seat : session.seats) {
    if (seat.id == request.leaving) seat.state = SeatState::left;
  }

  Commit commit;
  Sessions::write(commit, session, state.session.version);
  // A text that comes meanwhile would have kept it alive.
  if (ending.reason == ClosedReason::idle && !planted(PlantedBug::idle_close_despite_text))
    commit.expect(Sessions::activity_key(session.service, session.id), state.activity_version);
  BAUTA_CO_CHECK(co_await end_lines(
      store_, routes_, commit, session.service,
      {.session = session.id, .seats = seats, .at = ending.at, .rest = request.rest}));
  if (session.unique_name_hash)
    commit.erase(Sessions::name_key(session.service, *session.unique_name_hash));
  EventLog::append(commit, session.service,
                   EventLog::make(EventType::session_closed, session.id, now, random,
                                  {{"reason", std::string(closed_reason_name(ending.reason))}}));
  Timers::file(commit, TimerKind::retention, ending.at + request.retention, session.service,
               session.id);
  const Key witness = add_witness(commit, now, random);
  if (request.also) request.also(commit, session);
  BAUTA_CO_TRY(const auto done, co_await commit_settled(store_, std::move(commit), witness));
  if (!done) co_return std::optional<Session>{};
  co_return std::optional(std::move(session));
}

}  // namespace bauta
