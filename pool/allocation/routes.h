#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "storage/store/records.h"
#include "storage/store/store.h"

namespace bauta {

enum class RouteState : std::uint8_t { live, cooling };

/// (real address, virtual number) -> seat, with what the lane's rule of reuse needs.
struct Route {
  ServiceId service;
  /// None: erased; what is left is a hash, a virtual number and a time.
  std::optional<RealAddress> address;
  PersonHash person;
  VirtualNumber number;
  SessionId session;
  SeatId seat;
  RouteState state = RouteState::live;
  /// Of a cooling route: the first moment at which somebody else's session may have this key.
  TimePoint reusable_at{};
  /// What a later version of Bauta wrote besides: survives a rewrite.
  std::string unknown_fields = {};
};

/// One person's or one number's line, as the key tells it.
struct LineKey {
  ServiceId service;
  PersonHash person;
  VirtualNumber number;
};

/// The map the relay lives by.  At most one live or cooling route per (service, person, number).  A route that ended is still found, as
/// `cooling`, until its cooling time is over, so that a late text meets "ended" and never the number's next holder (promise 1).
/// Thread-safe.  Reads no clock: whether a session's own clocks ended it is judged by who knows sessions.
/// Keys: `rt/<svc>/<person>/<V>`, mirror `nl/<V>/<svc>/<person>`.
class RouteTable {
 public:
  explicit RouteTable(Store& store) : store_(store) {}

  /// The route of `person` at `number`, whatever its state; one whose `reusable_at` has passed is still told (the caller judges by
  /// `now` whether it means anything).  The record repeats the address: a different one is storage.corrupt.
  Task<Result<std::optional<Stored<Route>>>> find(ServiceId service, PersonHash person,
                                                  RealAddress address, VirtualNumber number) const;
  static Key key_of(ServiceId service, PersonHash person, const VirtualNumber& number);

  /// All lines of a person / on a number, a page at a time.
  struct LinePage {
    std::vector<Stored<Route>> lines;
    std::optional<Key> next;
  };
  Task<Result<LinePage>> lines_of(ServiceId service, PersonHash person, std::optional<Key> after,
                                  std::uint32_t limit) const;
  /// All lines of a service.
  Task<Result<LinePage>> lines_of(ServiceId service, std::optional<Key> after,
                                  std::uint32_t limit) const;
  /// Is any line on `number` live, or cooling at `now`?  Ask only after `draining` has been committed.
  Task<Result<bool>> is_empty(VirtualNumber number, TimePoint now) const;

  /// Adds to `commit` the live route and its mirror.  Expects `was`: the version that the key was judged free at.
  static void take(Commit& commit, const Route& route, Version was);
  /// Adds to `commit` the cooling route: expects `was`.  Forgotten `forget_after` later than `reusable_at`.
  static void cool(Commit& commit, const Stored<Route>& was, TimePoint reusable_at,
                   Duration forget_after);
  /// Adds to `commit` the cooling route `was` (asserted) without its address: expects `was`.
  static void entomb(Commit& commit, const Stored<Route>& was, Duration forget_after);

 private:
  Task<Result<LinePage>> lines_under(Key prefix, std::optional<Key> after,
                                     std::uint32_t limit) const;

  Store& store_;
};

Result<Stored<Route>> decode_route(const Record& record);

}  // namespace bauta
