#include "routing/desk/session_desk.h"

#include <algorithm>
#include <set>
#include <utility>

#include "routing/desk/cursor.h"
#include "routing/desk/person_sessions.h"

namespace bauta {
namespace {

/// A page may come before it is full: a list with a filter that few pass must not walk over everything at once.
constexpr std::size_t kListLooksAtMax = 10'000;
constexpr std::uint32_t kScanPage = 200;
/// Newer than any session that there will be.
const SessionId kNewest = [] {
  Bits128 bits{};
  bits.fill(std::byte{0xff});
  return SessionId(bits);
}();

std::unexpected<Error> no_such(SessionId id) {
  return fail("session.not_found", "there is no session " + id.str());
}

SessionStatus judged_status(const SessionView& view) {
  return view.ending ? SessionStatus::closed : view.session.status;
}

bool passes(const SessionView& view, const ListSessions& filter) {
  const Session& session = view.session;
  if (filter.status && judged_status(view) != *filter.status) return false;
  if (filter.number &&
      std::ranges::find(session.seats, *filter.number, &Seat::number) == session.seats.end())
    return false;
  if (!filter.unique_name.empty() && session.unique_name != filter.unique_name) return false;
  if (filter.created_after && session.created_at <= *filter.created_after) return false;
  return !filter.created_before || session.created_at < *filter.created_before;
}

bool asks_for_a_change(const ChangeSession& request) {
  return request.expires_at || request.ttl || request.idle_ttl || request.metadata;
}

/// An end that the new clocks would put into the past is now: cooling starts when the line goes dead, not before.
void end_now_at_the_earliest(Session& session, std::optional<TimePoint> last_activity,
                             TimePoint now) {
  if (session.expires_at) session.expires_at = std::max(*session.expires_at, now);
  const auto ending = judge(session, last_activity, now);
  if (!ending || ending->at >= now) return;
  session.idle_ttl.reset();
  session.expires_at = now;
}

Session with_fields_of(const ChangeSession& request, Session session, TimePoint now) {
  if (request.expires_at) session.expires_at = *request.expires_at;
  if (request.ttl) session.expires_at = now + *request.ttl;
  if (request.idle_ttl) session.idle_ttl = *request.idle_ttl;
  if (request.metadata) session.metadata = *request.metadata;
  return session;
}

Session changed(const SessionState& was, const ChangeSession& request, TimePoint now) {
  Session session = with_fields_of(request, was.session.value, now);
  end_now_at_the_earliest(session, was.last_activity, now);
  return session;
}

/// Codes: session.cannot_reopen.
Status may_live_again(const Session& was, const Session& session, TimePoint now) {
  if (was.closed_reason == ClosedReason::erased)
    return fail("session.cannot_reopen", "the session is being erased");
  if (session.seats_taken() < kSeatsMin)
    return fail("session.cannot_reopen",
                "fewer than two participants are left in the session; open a new one");
  if (session.expires_at && *session.expires_at <= now)
    return fail("session.cannot_reopen",
                "the session's time was over; give ttl_seconds or expires_at with it");
  return {};
}

}  // namespace

Task<Result<SessionState>> SessionDesk::find(ServiceId service, SessionId id) const {
  BAUTA_CO_TRY(auto state, co_await bench_.sessions.find(service, id));
  if (!state) co_return no_such(id);
  co_return *std::move(state);
}

Task<Result<SessionView>> SessionDesk::show(ServiceId service, SessionId id) const {
  BAUTA_CO_TRY(auto state, co_await find(service, id));
  co_return co_await view_of(std::move(state), bench_.now(service));
}

Task<Result<SessionView>> SessionDesk::view_of(SessionState state, TimePoint now) const {
  BAUTA_CO_TRY(auto opted_out, co_await bench_.opted_out(state.session.value));
  const auto ending = state.ending(now);
  co_return SessionView{.session = std::move(state.session.value),
                        .last_activity = state.last_activity,
                        .ending = ending,
                        .version = state.session.version,
                        .opted_out = std::move(opted_out)};
}

Task<Result<Page<SessionView>>> SessionDesk::search(ServiceId service,
                                                    SearchSessions request) const {
  const TimePoint now = bench_.now(service);
  PersonSessions wanted{.people = bench_.people(service, request.address),
                        .direction = Direction::backward,
                        .most = request.limit};
  if (!request.cursor.empty()) {
    BAUTA_CO_TRY(wanted.after, read_session_cursor(request.cursor));
  }
  BAUTA_CO_TRY(const auto found,
               co_await sessions_of(bench_.parts.store, service, std::move(wanted)));
  std::vector<std::pair<ServiceId, SessionId>> ids;
  for (const SessionId id : found.ids) ids.emplace_back(service, id);
  BAUTA_CO_TRY(auto states, co_await bench_.sessions.find_all(std::move(ids)));
  Page<SessionView> page;
  for (auto& state : states) {
    if (!state) continue;  // erased since the scan
    BAUTA_CO_TRY(auto view, co_await view_of(*std::move(state), now));
    page.data.push_back(std::move(view));
  }
  if (found.more && !found.ids.empty()) page.next_cursor = write_session_cursor(found.ids.back());
  co_return page;
}

/// Who has this name: found by it, and told first, however many sessions are newer.
Task<Result<std::optional<SessionView>>> SessionDesk::holder_of(ServiceId service,
                                                                std::string unique_name,
                                                                TimePoint now) const {
  const auto hash = bench_.parts.index_key.hash("unique-name", unique_name);
  BAUTA_CO_TRY(const auto record,
               co_await bench_.parts.store.get(Sessions::name_key(service, hash)));
  if (!record) co_return std::optional<SessionView>{};
  BAUTA_CO_TRY(const auto id, Sessions::decode_name(*record));
  BAUTA_CO_TRY(auto state, co_await bench_.sessions.find(service, id));
  if (!state) co_return std::optional<SessionView>{};
  BAUTA_CO_TRY(auto view, co_await view_of(*std::move(state), now));
  co_return std::optional(std::move(view));
}

Task<Result<Page<SessionView>>> SessionDesk::list(ServiceId service, ListSessions request) const {
  const TimePoint now = bench_.now(service);
  const Key prefix = Sessions::index_prefix(service);
  auto scan = ScanRequest::prefix(prefix);
  scan.direction = Direction::backward;
  scan.records_max = kScanPage;
  if (!request.cursor.empty()) {
    BAUTA_CO_TRY(scan.after, read_cursor(request.cursor, prefix));
  }
  Page<SessionView> page;
  std::optional<SessionId> told_first;
  if (!request.unique_name.empty()) {
    BAUTA_CO_TRY(auto holder, co_await holder_of(service, request.unique_name, now));
    if (holder) told_first = holder->session.id;
    // The first page has told it.
    if (holder && request.cursor.empty() && passes(*holder, request))
      page.data.push_back(*std::move(holder));
  }
  Key behind = scan.after.value_or(Sessions::index_key(service, kNewest));
  for (std::size_t looked_at = 0;;) {
    BAUTA_CO_TRY(auto scanned, co_await bench_.parts.store.scan(scan));
    std::vector<std::pair<ServiceId, SessionId>> ids;
    std::vector<Key> places;
    for (KeyedRecord& entry : scanned.records) {
      BAUTA_CO_TRY(const bool closed, Sessions::is_closed_in_index(entry.record));
      if (closed && request.status && *request.status != SessionStatus::closed) continue;
      KeyReader reader(entry.key, "idx");
      reader.id<ServiceTag>();
      ids.emplace_back(service, reader.id<SessionTag>());
      places.push_back(entry.key);
    }
    BAUTA_CO_TRY(auto states, co_await bench_.sessions.find_all(std::move(ids)));
    for (std::size_t at = 0; at < states.size(); ++at) {
      if (!states[at]) continue;  // erased since the scan
      BAUTA_CO_TRY(SessionView view, co_await view_of(*std::move(states[at]), now));
      if (view.session.id == told_first || !passes(view, request)) continue;
      if (page.data.size() == request.limit) {
        // One more there is: the list goes on behind the last one told.
        page.next_cursor = write_cursor(behind, prefix);
        co_return page;
      }
      behind = places[at];
      page.data.push_back(std::move(view));
    }
    if (!scanned.more) co_return page;
    looked_at += scanned.records.size();
    scan.after = scanned.records.empty() ? std::move(scanned.resume_after)
                                         : std::optional(std::move(scanned.records.back().key));
    if (looked_at >= kListLooksAtMax) {
      page.next_cursor = write_cursor(*scan.after, prefix);
      co_return page;
    }
  }
}

Task<Result<SessionView>> SessionDesk::change(ServiceId service, SessionId id,
                                              ChangeSession request) const {
  if (request.reopen) co_return co_await reopen(service, id, std::move(request));
  if (!asks_for_a_change(request)) {
    if (request.close) co_return co_await close(service, id, request.if_match);
    BAUTA_CO_TRY(auto state, co_await find(service, id));
    if (request.if_match && *request.if_match != state.session.version)
      co_return fail("session.changed", "the session changed since it was read; read it again");
    co_return co_await view_of(std::move(state), bench_.now(service));
  }
  for (std::uint32_t tries = 0;; ++tries) {
    if (tries == bench_.parts.limits.conflict_tries) co_return contended();
    BAUTA_CO_TRY(const bool done, co_await try_change(service, id, request));
    if (done) break;
  }
  if (request.close) co_return co_await close(service, id, {});
  co_return co_await show(service, id);
}

/// False: a conflict.
Task<Result<bool>> SessionDesk::try_change(ServiceId service, SessionId id,
                                           ChangeSession request) const {
  const TimePoint now = bench_.now(service);
  BAUTA_CO_TRY(const auto state, co_await find(service, id));
  if (request.if_match && *request.if_match != state.session.version)
    co_return fail("session.changed", "the session changed since it was read; read it again");
  // Its lines may already be others': whose time is over is not brought back.
  if (const auto ending = state.ending(now))
    co_return fail("session.closed", "the session has ended (" +
                                         std::string(closed_reason_name(ending->reason)) +
                                         "); open a new one");
  const Session session = changed(state, request, now);
  Commit commit;
  Sessions::write(commit, session, state.session.version);
  Timers::file_ending(commit, session, state.last_activity);
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return done.has_value();
}

Task<Result<SessionView>> SessionDesk::reopen(ServiceId service, SessionId id,
                                              ChangeSession request) const {
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(const bool done, co_await try_reopen(service, id, request));
    if (done) co_return co_await show(service, id);
  }
  co_return contended();
}

/// False: a conflict.
Task<Result<bool>> SessionDesk::try_reopen(ServiceId service, SessionId id,
                                           ChangeSession request) const {
  const TimePoint now = bench_.now(service);
  BAUTA_CO_TRY(const auto owner, co_await bench_.open_service(service));
  BAUTA_CO_TRY(const auto state, co_await find(service, id));
  if (request.if_match && *request.if_match != state.session.version)
    co_return fail("session.changed", "the session changed since it was read; read it again");
  const auto ending = state.ending(now);
  if (!ending) co_return !asks_for_a_change(request) || co_await try_change(service, id, request);
  if (state.session.value.status != SessionStatus::closed) {
    // Its end is written down first, so that what is brought back is a session that ended, with lines that cool.
    BAUTA_CO_CHECK(co_await bench_.close(owner.value.settings, service, id, *ending));
    request.if_match.reset();
    co_return co_await try_reopen(service, id, std::move(request));
  }
  Session session = with_fields_of(request, state.session.value, now);
  // What an earlier version closed says only whether there was any text, the platform's own included.
  session.status = session.closed_from.value_or(state.last_activity ? SessionStatus::in_progress
                                                                    : SessionStatus::open);
  session.closed_from.reset();
  session.closed_at.reset();
  session.closed_reason = ClosedReason::none;
  session.reopened_at = now;
  BAUTA_CO_CHECK(may_live_again(state.session.value, session, now));

  Commit commit;
  commit.expect(Services::key_of(service), owner.version);
  BAUTA_CO_CHECK(co_await take_lines_back(commit, session, now));
  Sessions::write_reopened(commit, session, state.session.version);
  Timers::file_ending(commit, session, state.last_activity);
  if (session.unique_name_hash) {
    const Key name = Sessions::name_key(service, *session.unique_name_hash);
    BAUTA_CO_TRY(const auto holder, co_await bench_.parts.store.get(name));
    if (holder) co_return fail("session.name_taken", "another session has its unique_name now");
    commit.expect(name, kAbsent).put(name, Sessions::encode_name(id));
  }
  EventLog::append(commit, service,
                   EventLog::make(EventType::session_reopened, id, now, bench_.parts.random));
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return done.has_value();
}

/// Every seat gets the line back that it had, or nobody does.  Codes: session.cannot_reopen, which names the seats.
Task<Status> SessionDesk::take_lines_back(Commit& commit, Session session, TimePoint now) const {
  std::vector<FieldFault> faults;
  std::set<VirtualNumber> expected;
  for (std::size_t at = 0; at < session.seats.size(); ++at) {
    const Seat& seat = session.seats[at];
    if (seat.state == SeatState::left) continue;
    const auto refuse = [&](std::string_view code, std::string why) {
      faults.push_back(
          {"/participants/" + std::to_string(at), code,
           seat.id.str() + " cannot have " + seat.number.str() + " back: " + std::move(why)});
    };
    BAUTA_CO_TRY(const auto number, co_await bench_.inventory.find(seat.number));
    BAUTA_CO_TRY(const auto route, co_await bench_.routes.find(session.service, seat.person,
                                                               seat.address, seat.number));
    BAUTA_CO_TRY(const auto ours, co_await bench_.inventory.version_of_address(seat.address));
    const bool is_theirs =
        !route || route->value.session == session.id ||
        (route->value.state == RouteState::cooling && route->value.reusable_at <= now);
    if (!number || number->value.service != session.service) {
      refuse("number.gone", "it was removed");
    } else if (number->value.status == NumberStatus::draining) {
      // Whoever removes it has seen it empty, and expects that nobody sits down on it again.
      refuse("number.not_eligible", "it is draining");
    } else if (ours != kAbsent) {
      refuse("address.is_virtual_number", "their address is a virtual number now");
    } else if (!is_theirs) {
      refuse("number.in_use_by_address", "they use it in another session");
    } else {
      if (expected.insert(seat.number).second)
        commit.expect(Inventory::key_of(seat.number), number->version);
      commit.expect(Inventory::key_of(seat.address), kAbsent);
      RouteTable::take(commit,
                       {.service = session.service,
                        .address = seat.address,
                        .person = seat.person,
                        .number = seat.number,
                        .session = session.id,
                        .seat = seat.id},
                       version_of(route));
    }
  }
  if (faults.empty()) co_return Status{};
  Error error{.code = "session.cannot_reopen", .detail = faults.front().detail};
  error.faults = std::move(faults);
  co_return std::unexpected(std::move(error));
}

/// Idempotent: what has ended is told as it ended.
Task<Result<SessionView>> SessionDesk::close(ServiceId service, SessionId id,
                                             std::optional<Version> if_match) const {
  BAUTA_CO_TRY(const auto owner, co_await bench_.service(service));
  const Ending asked{.at = bench_.now(service), .reason = ClosedReason::api};
  BAUTA_CO_CHECK(co_await bench_.close(owner.value.settings, service, id, asked, if_match));
  co_return co_await show(service, id);
}

}  // namespace bauta
