#include "routing/desk/roster.h"

#include <algorithm>
#include <utility>

namespace bauta {
namespace {

/// Who left stays in the record, so its size needs a limit of its own.
constexpr std::size_t kSeatsEverMax = 4 * kSeatsMax;

std::unexpected<Error> no_such(SeatId seat) {
  return fail("participant.not_found", "the session has no participant " + seat.str());
}

Seat* find(Session& session, SeatId id) {
  const auto found = std::ranges::find(session.seats, id, &Seat::id);
  return found == session.seats.end() ? nullptr : &*found;
}

}  // namespace

Event Roster::tell(EventType type, const Session& session, SeatId seat, TimePoint now) const {
  return EventLog::make(type, session.id, now, bench_.parts.random, {{"participant", seat.str()}});
}

Task<Result<SessionState>> Roster::find_living(ServiceId service, SessionId session,
                                               TimePoint now) const {
  BAUTA_CO_TRY(auto state, co_await bench_.sessions.find(service, session));
  if (!state) co_return fail("session.not_found", "there is no session " + session.str());
  if (state->ending(now))
    co_return fail("session.closed", "the session has ended; open a new one, or reopen it");
  co_return *std::move(state);
}

Task<Result<SeatView>> Roster::add(ServiceId service, SessionId session,
                                   Seating::Participant participant,
                                   std::optional<Idempotent<SeatView>> idempotent) {
  BAUTA_CO_CHECK(co_await seating_.check({participant}, {"/address"}));
  BAUTA_CO_TRY(const auto passages, co_await seating_.enter(service, {participant}));
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(auto added, co_await try_add(service, session, participant, idempotent));
    if (added) co_return *std::move(added);
    if (idempotent) BAUTA_CO_CHECK(co_await answers_.refuse_if_written(service, idempotent->mark));
  }
  co_return contended();
}

/// nullopt: a conflict.
Task<Result<std::optional<SeatView>>> Roster::try_add(ServiceId service_id, SessionId id,
                                                      Seating::Participant participant,
                                                      std::optional<Idempotent<SeatView>> idem) {
  const TimePoint now = bench_.now(service_id);
  BAUTA_CO_TRY(const auto service, co_await bench_.service(service_id));
  BAUTA_CO_TRY(const auto state, co_await find_living(service_id, id, now));
  Session session = state.session.value;
  if (session.seat_of(bench_.person(service_id, participant.address)) != nullptr)
    co_return fail("participants.same_address",
                   participant.address.masked() + " takes part already");
  // A late text of the session before would reach them (promise 1).
  if (session.exclusive_until && now < *session.exclusive_until)
    co_return fail("participants.too_soon",
                   "the session has lines that were taken over while they cooled; nobody else can "
                   "join before they would have been free");
  if (session.seats_taken() >= kSeatsMax || session.seats.size() >= kSeatsEverMax)
    co_return fail("participants.count", "a session has at most " + std::to_string(kSeatsMax) +
                                             " participants at once and " +
                                             std::to_string(kSeatsEverMax) + " ever");
  std::vector<PersonHash> others;
  for (const Seat& seat : session.seats) others.push_back(seat.person);
  BAUTA_CO_TRY(auto one,
               co_await seating_.seat(service, std::move(participant), std::move(others), now));
  const std::vector<Seating::Seated> seated{std::move(one)};
  const Seat& joining = seated.front().seat;
  session.seats.push_back(joining);

  Commit commit;
  const SeatId seat = joining.id;
  BAUTA_CO_TRY(const auto out, co_await bench_.opted_out(session));
  SeatView view{.seat = joining, .opted_out = out.contains(seat)};
  seating_.write(commit, session, seated, now);
  Sessions::write(commit, session, state.session.version);
  Event joined = tell(EventType::participant_joined, session, seat, now);
  add_warnings(joined, {view.seat});
  EventLog::append(commit, service_id, joined);
  if (idem) answers_.write(commit, service_id, id, idem->mark, idem->render(view));
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  if (!done) co_return std::optional<SeatView>{};
  seating_.written(service_id, seated, now);
  co_return std::optional(std::move(view));
}

Task<Result<SeatView>> Roster::change(ServiceId service, SessionId session, SeatId seat,
                                      ChangeSeat request) const {
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(auto changed, co_await try_change(service, session, seat, request));
    if (changed) co_return *std::move(changed);
  }
  co_return contended();
}

/// nullopt: a conflict.
Task<Result<std::optional<SeatView>>> Roster::try_change(ServiceId service, SessionId id,
                                                         SeatId seat_id, ChangeSeat request) const {
  const TimePoint now = bench_.now(service);
  BAUTA_CO_TRY(const auto state, co_await find_living(service, id, now));
  Session session = state.session.value;
  Seat* const seat = find(session, seat_id);
  if (seat == nullptr || seat->state == SeatState::left) co_return no_such(seat_id);
  const bool was_blocked = seat->state == SeatState::blocked;
  if (request.label) seat->label = *request.label;
  if (request.language) seat->language = *request.language;
  if (request.blocked) seat->state = *request.blocked ? SeatState::blocked : SeatState::active;
  const bool is_blocked = seat->state == SeatState::blocked;
  const Seat written = *seat;

  Commit commit;
  Sessions::write(commit, session, state.session.version);
  if (is_blocked != was_blocked) {
    auto event = tell(EventType::participant_blocked, session, seat_id, now);
    event.data.emplace_back("state", std::string(seat_state_name(written.state)));
    EventLog::append(commit, service, event);
  }
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  if (!done) co_return std::optional<SeatView>{};
  BAUTA_CO_TRY(const auto out, co_await bench_.opted_out(session));
  co_return std::optional(SeatView{.seat = written, .opted_out = out.contains(seat_id)});
}

Task<Status> Roster::remove(ServiceId service, SessionId session, SeatId seat) const {
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(const bool done, co_await try_remove(service, session, seat));
    if (done) co_return Status{};
  }
  co_return contended();
}

/// False: a conflict.
Task<Result<bool>> Roster::try_remove(ServiceId service_id, SessionId id, SeatId seat_id) const {
  const TimePoint now = bench_.now(service_id);
  BAUTA_CO_TRY(const auto service, co_await bench_.service(service_id));
  BAUTA_CO_TRY(const auto state, co_await bench_.sessions.find(service_id, id));
  if (!state) co_return fail("session.not_found", "there is no session " + id.str());
  Session session = state->session.value;
  Seat* const seat = find(session, seat_id);
  if (seat == nullptr) co_return no_such(seat_id);
  if (seat->state == SeatState::left) co_return true;
  if (state->ending(now))
    co_return fail("session.closed", "the session has ended; everybody has left it");
  const Event left = tell(EventType::participant_left, session, seat_id, now);
  if (session.seats_taken() <= kSeatsMin) {
    const auto also = [service_id, left](Commit& commit, const Session&) {
      EventLog::append(commit, service_id, left);
    };
    const auto closed = co_await bench_.closer.close(
        {.service = service_id,
         .session = id,
         .ending = {.at = now, .reason = ClosedReason::participant_left},
         .rest = bench_.rest_of(service.value.settings),
         .retention = service.value.settings.retention_seconds,
         .leaving = seat_id,
         .if_match = state->session.version,
         .also = also},
        now, bench_.parts.random);
    if (closed) co_return true;
    if (closed.error().code == "session.changed") co_return false;
    co_return std::unexpected(closed.error());
  }
  Commit commit;
  BAUTA_CO_CHECK(co_await end_lines(bench_.parts.store, bench_.routes, commit, service_id,
                                    {.session = id,
                                     .seats = {*seat},
                                     .at = now,
                                     .rest = bench_.rest_of(service.value.settings)}));
  seat->state = SeatState::left;
  Sessions::write(commit, session, state->session.version);
  EventLog::append(commit, service_id, left);
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return done.has_value();
}

}  // namespace bauta
