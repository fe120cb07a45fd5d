#include "routing/messages/line.h"

#include <algorithm>
#include <utility>

#include "pool/address/spellings.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

bool has_cooled(const Route& route, TimePoint now) {
  return route.state == RouteState::cooling && route.reusable_at <= now;
}

}  // namespace

Task<Result<std::optional<TimePoint>>> reusable_at(Store& store, Stored<Route> route,
                                                   std::optional<SessionState> session,
                                                   std::chrono::seconds cooling, TimePoint now) {
  if (route.value.state == RouteState::cooling) co_return route.value.reusable_at;
  const auto ending = session ? session->ending(now) : std::nullopt;
  if (!ending) co_return std::nullopt;
  BAUTA_CO_TRY(const auto deadline,
               co_await store.get(lanemax_key(route.value.number, route.value.person)));
  if (!deadline) co_return ending->at + cooling;
  BAUTA_CO_TRY(const auto handed_over_until, decode_lanemax(*deadline));
  co_return std::max(ending->at, handed_over_until) + cooling;
}

LineStanding standing_of(const std::optional<Stored<Route>>& route,
                         const std::optional<SessionState>& session,
                         std::optional<TimePoint> free_at, TimePoint now) {
  if (!route) return LineStanding::none;
  const bool live = route->value.state == RouteState::live && session && !session->ending(now);
  if (!live) {
    return free_at && *free_at <= now ? LineStanding::none : LineStanding::ended;
  }
  const Seat* const seat = session->session.value.seat(route->value.seat);
  BAUTA_ASSERT(seat != nullptr);  // a live route names a seat of its session
  const bool is_gone = seat->state == SeatState::left || seat->state == SeatState::blocked;
  return is_gone ? LineStanding::seat_gone : LineStanding::live;
}

bool changes_consent(Keyword keyword, const ConsentView& consent) {
  return keyword == Keyword::stop || (keyword == Keyword::start && consent.is_out());
}

Task<Result<Sender>> find_sender(RelayParts parts, ServiceId service, RealAddress from,
                                 VirtualNumber to, TimePoint now) {
  const RouteTable routes(parts.store);
  const auto hash = [&](const RealAddress& address) {
    return parts.index_key.person(service, channel_name(address.channel()), address.reveal());
  };
  Sender sender{.from = from, .person = hash(from), .route = {}};
  BAUTA_CO_TRY(sender.route, co_await routes.find(service, sender.person, from, to));
  // The record of a line outlives its cooling by months, and means nothing any more: it must not stand before one that does.
  if (sender.route && !has_cooled(sender.route->value, now)) co_return sender;
  std::optional<Sender> other;
  for (const RealAddress& spelling : other_spellings(from)) {
    BAUTA_CO_TRY(auto found, co_await routes.find(service, hash(spelling), spelling, to));
    if (!found || has_cooled(found->value, now)) continue;
    if (other) co_return sender;
    other = Sender{.from = spelling, .person = hash(spelling), .route = std::move(found)};
  }
  co_return std::move(other).value_or(std::move(sender));
}

}  // namespace bauta
