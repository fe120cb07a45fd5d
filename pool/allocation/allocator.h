#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pool/allocation/routes.h"
#include "pool/inventory/inventory.h"

namespace bauta {

/// Who needs a seat, and what the service allows.
struct SeatRequest {
  ServiceId service;
  RealAddress address;
  PersonHash person;
  /// A hint instead of the address's own locality (`locality` of the API); empty parts are taken from the address.
  std::optional<Locality> locality = {};
  /// Only this number (`virtual_number` of the API): may be `reserved`.
  std::optional<VirtualNumber> number = {};
  /// Taken if it may serve them at all and is free: what the same people had before.
  std::optional<VirtualNumber> preferred = {};
  /// Only if nothing else is free.
  std::optional<VirtualNumber> avoided = {};
  /// The farthest tier that the service allows.
  Tier widest = Tier::country;
  std::string capability = "sms";
  /// Numbers closed to this person by their own STOP at one line.
  std::set<VirtualNumber> closed = {};
  /// A cooling route of theirs that this session may take over before its time (exactly the same people), as a rule of the caller.
  std::function<bool(const Route&)> may_take_over = {};
};

/// The number chosen, and what a commit must expect and write so that the choice still holds.
struct SeatChoice {
  Stored<Number> number;
  Tier match = Tier::any;
  /// The version that the route key was seen free at (absent, or a cooling route whose time is over).
  Version route_version = kAbsent;
  /// Of a line that still cools and is taken over by the same people: what their old session said may come until then.
  std::optional<TimePoint> cools_until = {};
  /// The step that the person's cursor takes in the ring that gave the number; none: it was given without one.
  struct CursorStep {
    Key key;
    Version was = kAbsent;
    std::uint64_t rank = 0;
    /// How many lines of the ring the person holds with this one, and not more: since they were counted, none was reckoned to have ended.
    /// None: they never were.
    std::optional<std::uint32_t> lines_at_most = {};
    TimePoint forget_at;
  };
  std::optional<CursorStep> cursor = {};

  /// Adds expectation and write of the person's cursor; without one, nothing.
  void advance_cursor(Commit& commit) const;
};

/// Chooses numbers: tiers nearest first; in a tier's ring the first number behind the person's cursor whose route key is free for that
/// person, and that is eligible.  So among the free numbers of a ring it is the one that the ring longest ago gave them, or found them
/// using; a person without a cursor starts at a place of their own, so that people spread evenly.  A refusal is always proven: no eligible
/// number is free for that person (promise 7).
///
/// Eligible: active (or, by name, reserved), has the capability, reaches the person's country, and is not closed to them.  Reach speaks of
/// telephones: it does not bind other channels.  A person whose country is unknown is served only by numbers without a reach.
///
/// Mostly three reads: the cursor, the next numbers of the ring, and their routes.  Who holds many lines has them read once instead.
/// Thread-safe; decides on what it reads, and the commit's expectations make it true: a conflict is read again, which moves on.
class Allocator {
 public:
  Allocator(Store& store, const Inventory& inventory, const RouteTable& routes)
      : store_(store), inventory_(inventory), routes_(routes) {}

  /// `now`: a cooling route with reusable_at <= now is free.
  /// Codes: pool.exhausted (members country, area_code, needed; `detail` says how many numbers are missing and where),
  /// number.not_in_pool, number.in_use_by_address (explicit number only), number.not_eligible (draining, reach, capability, STOP),
  /// storage.unavailable, storage.corrupt.
  Task<Result<SeatChoice>> choose(SeatRequest request, TimePoint now) const;

 private:
  Store& store_;
  const Inventory& inventory_;
  const RouteTable& routes_;
};

}  // namespace bauta
