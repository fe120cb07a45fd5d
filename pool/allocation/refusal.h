#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>

#include "pool/inventory/inventory.h"
#include "storage/store/result.h"

namespace bauta {

/// What keeps a number from being given to a person.
enum class Bar : std::uint8_t { none, draining, reserved, capability, reach, closed };

/// Over how many numbers of the widest ring a refusal was proven, and why each was not to be had.
struct Tally {
  std::size_t live = 0;
  std::size_t cooling = 0;
  std::optional<TimePoint> first_reusable_at;
  std::map<Bar, std::size_t> barred;

  std::size_t held() const { return live + cooling; }
};

/// Who asked for a number, and where.  Refers to what it was made of.
struct Asker {
  const RealAddress& address;
  const std::string& capability;
  /// Of their telephone; empty: unknown.
  const std::string& country;
  const Locality& wanted;
  Tier widest = Tier::country;
  TimePoint now;
};

/// What somebody is told who gets no number: why, and what would help.  The address stands there masked (promise 2).
/// pool.exhausted, with the members country, area_code and needed.
std::unexpected<Error> exhausted(const Asker& asker, const Tally& tally);

/// number.not_in_pool, of a number that was asked for by name.
std::unexpected<Error> not_in_pool();

/// number.not_eligible, of a number that was asked for by name; `bar` is neither `none` nor `reserved`.
std::unexpected<Error> not_eligible(const Asker& asker, const VirtualNumber& number, Bar bar);

/// number.in_use_by_address; `reusable_at`: of a line that cools.
std::unexpected<Error> in_use(const Asker& asker, const VirtualNumber& number,
                              std::optional<TimePoint> reusable_at);

}  // namespace bauta
