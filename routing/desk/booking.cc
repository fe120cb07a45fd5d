#include "routing/desk/booking.h"

#include <algorithm>
#include <utility>

namespace bauta {
namespace {

std::vector<std::string> pointers_of(std::size_t participants) {
  std::vector<std::string> pointers;
  for (std::size_t at = 0; at < participants; ++at)
    pointers.push_back("/participants/" + std::to_string(at) + "/address");
  return pointers;
}

}  // namespace

Task<Result<SessionView>> Booking::open(ServiceId service, OpenSession request,
                                        std::optional<Idempotent<SessionView>> idempotent) {
  const std::size_t people = request.participants.size();
  if (people < kSeatsMin || people > kSeatsMax)
    co_return fail("participants.count", "a session has " + std::to_string(kSeatsMin) + " to " +
                                             std::to_string(kSeatsMax) +
                                             " participants, this one has " +
                                             std::to_string(people));
  BAUTA_CO_CHECK(co_await seating_.check(request.participants, pointers_of(people)));
  BAUTA_CO_TRY(const auto passages, co_await seating_.enter(service, request.participants));
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(auto opened, co_await try_open(service, request, idempotent));
    if (opened) co_return *std::move(opened);
    if (idempotent) BAUTA_CO_CHECK(co_await answers_.refuse_if_written(service, idempotent->mark));
  }
  co_return contended();
}

/// nullopt: a conflict, choose again.
Task<Result<std::optional<SessionView>>> Booking::try_open(
    ServiceId service_id, OpenSession request, std::optional<Idempotent<SessionView>> idem) {
  const TimePoint now = bench_.now(service_id);
  BAUTA_CO_TRY(const auto service, co_await bench_.open_service(service_id));
  Session session = compose(service_id, request, now);
  if (!request.unique_name.empty()) {
    session.unique_name_hash = bench_.parts.index_key.hash("unique-name", request.unique_name);
    BAUTA_CO_CHECK(co_await make_name_free(service, *session.unique_name_hash, now));
  }
  std::vector<PersonHash> people;
  for (const auto& participant : request.participants)
    people.push_back(bench_.person(service_id, participant.address));
  std::vector<Seating::Seated> seated;
  for (std::size_t at = 0; at < people.size(); ++at) {
    std::vector<PersonHash> others = people;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(at));
    BAUTA_CO_TRY(auto one,
                 co_await seating_.seat(service, request.participants[at], std::move(others), now));
    session.seats.push_back(one.seat);
    if (one.choice.cools_until)
      session.exclusive_until = std::max(session.exclusive_until.value_or(*one.choice.cools_until),
                                         *one.choice.cools_until);
    seated.push_back(std::move(one));
  }

  Commit commit;
  commit.expect(Services::key_of(service_id), service.version);
  seating_.write(commit, session, seated, now);
  Sessions::write(commit, session, kAbsent);
  Timers::file_ending(commit, session, {});
  if (session.unique_name_hash) {
    const Key name_key = Sessions::name_key(service_id, *session.unique_name_hash);
    commit.expect(name_key, kAbsent).put(name_key, Sessions::encode_name(session.id));
  }
  Event created = EventLog::make(EventType::session_created, session.id, now, bench_.parts.random,
                                 {{"status", "open"}});
  add_warnings(created, session.seats);
  EventLog::append(commit, service_id, created);
  SessionView view{.session = session, .last_activity = {}, .ending = {}};
  BAUTA_CO_TRY(view.opted_out, co_await bench_.opted_out(session));
  if (idem) answers_.write(commit, service_id, session.id, idem->mark, idem->render(view));
  BAUTA_CO_TRY(const auto done, co_await commit_settled(bench_.parts.store, std::move(commit),
                                                        Sessions::key_of(service_id, session.id)));
  if (!done) co_return std::optional<SessionView>{};
  seating_.written(service_id, seated, now);
  view.version = done->version;
  if (view.version == kAbsent) {  // settled by reading
    BAUTA_CO_TRY(const auto written, co_await bench_.sessions.find(service_id, session.id));
    if (written) view.version = written->session.version;
  }
  co_return std::optional(std::move(view));
}

/// A session that is over holds its name until its end is written down.  Codes: session.name_taken.
Task<Status> Booking::make_name_free(Stored<Service> service, Bits128 unique_name_hash,
                                     TimePoint now) {
  const ServiceId id = service.value.id;
  BAUTA_CO_TRY(const auto record,
               co_await bench_.parts.store.get(Sessions::name_key(id, unique_name_hash)));
  if (!record) co_return Status{};
  BAUTA_CO_TRY(const auto holder, Sessions::decode_name(*record));
  BAUTA_CO_TRY(const auto state, co_await bench_.sessions.find(id, holder));
  const auto ending = state ? state->ending(now) : std::nullopt;
  if (!ending)
    co_return fail("session.name_taken",
                   "the session " + holder.str() + " has this unique_name; close it first");
  BAUTA_CO_CHECK(co_await bench_.close(service.value.settings, id, holder, *ending));
  co_return Status{};
}

Session Booking::compose(ServiceId service, const OpenSession& request, TimePoint now) const {
  Session session{.id = SessionId::make(to_millis(now), bench_.parts.random),
                  .service = service,
                  .status = SessionStatus::open,
                  .closed_reason = ClosedReason::none,
                  .unique_name = request.unique_name,
                  .created_at = now,
                  .expires_at = {},
                  .idle_ttl = request.idle_ttl,
                  .closed_at = {},
                  .metadata = request.metadata,
                  .seats = {}};
  if (request.ttl) session.expires_at = now + *request.ttl;
  return session;
}

}  // namespace bauta
