#include "routing/desk/session_desk.h"

#include <algorithm>
#include <utility>

#include "routing/desk/cursor.h"

namespace bauta {
namespace {

/// A page may come before it is full: a list with a filter that few pass must not walk over everything at once.
constexpr std::size_t kListLooksAtMax = 10'000;
constexpr std::uint32_t kScanPage = 200;

SessionView view_of(SessionState state, TimePoint now) {
  const auto ending = state.ending(now);
  return {.session = std::move(state.session.value),
          .last_activity = state.last_activity,
          .ending = ending,
          .version = state.session.version};
}

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

Session changed(const SessionState& was, const ChangeSession& request, TimePoint now) {
  Session session = was.session.value;
  if (request.expires_at) session.expires_at = *request.expires_at;
  if (request.ttl) session.expires_at = now + *request.ttl;
  if (request.idle_ttl) session.idle_ttl = *request.idle_ttl;
  if (request.metadata) session.metadata = *request.metadata;
  end_now_at_the_earliest(session, was.last_activity, now);
  return session;
}

}  // namespace

Task<Result<SessionState>> SessionDesk::find(ServiceId service, SessionId id) const {
  BAUTA_CO_TRY(auto state, co_await bench_.sessions.find(service, id));
  if (!state) co_return no_such(id);
  co_return *std::move(state);
}

Task<Result<SessionView>> SessionDesk::show(ServiceId service, SessionId id) const {
  BAUTA_CO_TRY(auto state, co_await find(service, id));
  co_return view_of(std::move(state), bench_.now(service));
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
      SessionView view = view_of(*std::move(states[at]), now);
      if (!passes(view, request)) continue;
      if (page.data.size() == request.limit) {
        // One more there is: the list goes on behind the last one told.
        page.next_cursor =
            write_cursor(Sessions::index_key(service, page.data.back().session.id), prefix);
        co_return page;
      }
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
  if (!asks_for_a_change(request)) {
    if (request.close) co_return co_await close(service, id, request.if_match);
    BAUTA_CO_TRY(auto state, co_await find(service, id));
    if (request.if_match && *request.if_match != state.session.version)
      co_return fail("session.changed", "the session changed since it was read; read it again");
    co_return view_of(std::move(state), bench_.now(service));
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
  Commit commit;
  Sessions::write(commit, changed(state, request, now), state.session.version);
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return done.has_value();
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
