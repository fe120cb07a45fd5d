#pragma once

#include <cstddef>
#include <cstdint>

#include "storage/store/store.h"

namespace bauta {

/// What a store that wraps another may add to each value (a seal): engines allow for it beyond Commit::kBytesMax.
inline constexpr std::size_t kWrapOctetsMax = 64;

/// Asserts what Commit promises: within kWritesMax and kBytesMax, and no key written twice.  For engines.
void assert_commit_is_bounded(const Commit& commit);

/// Nothing is written: only expectations, or not even those.
bool is_empty(const Commit& commit);

/// Where an append to `prefix` lands.
Key position_key(const Key& prefix, Position position);

}  // namespace bauta
