#pragma once

#include <compare>
#include <cstdint>

#include "storage/store/clock.h"

namespace bauta {

/// A place in a journal, by order: whatever the clocks said, what was written later stands behind it.
struct JournalPlace {
  std::uint64_t file = 0;
  /// So many entries of the file stand in front of it.
  std::uint64_t entry = 0;
  /// What the file says of when it was begun, so that one which got the same number in another life of the folder is not taken for it.
  TimePoint begun_at{};

  friend auto operator<=>(const JournalPlace&, const JournalPlace&) = default;
};

}  // namespace bauta
