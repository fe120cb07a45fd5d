#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/seal/key_ring.h"
#include "storage/store/random.h"
#include "storage/store/store.h"

namespace bauta {

/// What a seal is bound to besides the expiry.
enum class SealBinding : unsigned char {
  /// The record's key.
  key = 1,
  /// An appended record's prefix: its position is not known when it is sealed.
  prefix = 2,
};

/// What seal() adds to a value.
inline constexpr std::size_t kSealOverheadOctets = 45;

std::string seal(const KeyRing& keys, Random& nonces, SealBinding binding, const Key& bound_to,
                 std::optional<TimePoint> expiry, std::string_view value);

/// storage.corrupt if the record was not sealed with this ring, for this key and this expiry.
Result<std::string> open_seal(const KeyRing& keys, const Key& key, const Record& record);

}  // namespace bauta
