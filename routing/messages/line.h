#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "pool/allocation/routes.h"
#include "routing/consent/keywords.h"
#include "routing/consent/ledger.h"
#include "routing/outbox/relay_parts.h"
#include "routing/sessions/session.h"

namespace bauta {

/// What somebody's line at one of our numbers is worth at a moment: what a text on it meets.
enum class LineStanding : std::uint8_t {
  /// There is none, or it is forgotten: its cooling is over, whether or not its session's end was written down.
  none,
  ended,
  /// Whoever texts left the session, or was blocked in it.
  seat_gone,
  live
};

/// When the line of `route` is, or will be, nobody's any more: as its end was written down; or as it will be, if its session, which a clock
/// ended, is only waiting for that: `cooling` after the end, or after the latest deadline that a carrier was given on the line (promise 1).  None:
/// its session lives, or is not there any more.  Errors: storage.*.
Task<Result<std::optional<TimePoint>>> reusable_at(Store& store, Stored<Route> route,
                                                   std::optional<SessionState> session,
                                                   std::chrono::seconds cooling, TimePoint now);

/// `session`: of the route; none: it is not there any more.  `free_at`: its reusable_at().
LineStanding standing_of(const std::optional<Stored<Route>>& route,
                         const std::optional<SessionState>& session,
                         std::optional<TimePoint> free_at, TimePoint now);

/// Does this word change what somebody agreed to?  STOP always; START and YES only for someone who is out, and are words like any other else.
bool changes_consent(Keyword keyword, const ConsentView& consent);

/// Who texts, and on which route.
struct Sender {
  /// As the route spells it.
  RealAddress from;
  PersonHash person;
  std::optional<Stored<Route>> route;
};

/// Finds whoever texts a number of `service`.  Carriers spell some countries' numbers in two ways: the exact digits come first, and of other
/// spellings exactly one may have a route, else nobody is guessed at.  A route whose cooling is over at `now` stands in nobody's way; the exact
/// digits' own is still told if there is no other.
Task<Result<Sender>> find_sender(RelayParts parts, ServiceId service, RealAddress from,
                                 VirtualNumber to, TimePoint now);

}  // namespace bauta
