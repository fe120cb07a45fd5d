#pragma once

#include <optional>

#include "pool/address/virtual_number.h"
#include "storage/store/records.h"
#include "storage/store/store.h"

namespace bauta {

/// Which number somebody had when they last talked with somebody else: what stickiness goes by.  Nothing relies on it: a number that is
/// remembered here may be gone, or in use.  Thread-safe, reads no clock.  Keys: `pair/<svc>/<A>/<B>`, of what A had with B.
class PairTable {
 public:
  explicit PairTable(Store& store) : store_(store) {}

  struct Pair {
    ServiceId service;
    PersonHash person;
    PersonHash companion;
  };
  /// Errors: storage.unavailable, storage.corrupt.
  Task<Result<std::optional<VirtualNumber>>> number_of(Pair pair) const;

  /// Adds to `commit` that `number` is what the first of the two has now.  Blind: the last word counts.
  static void remember(Commit& commit, const Pair& pair, const VirtualNumber& number,
                       TimePoint forget_at);
  static void forget(Commit& commit, const Pair& pair);

 private:
  Store& store_;
};

}  // namespace bauta
