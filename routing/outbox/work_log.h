#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "storage/store/store.h"

namespace bauta {

Key work_log_entry(std::uint32_t partition, Position position);

/// Appends these entries (where each lies, and where it was appended first) at the log's end, in their order, and erases them where they lie:
/// one commit.  Entries that are not there any more are left out.  At most 400.  Errors: storage.*; a conflict changes nothing and is none.
Task<Status> append_again(Store& store, std::uint32_t partition,
                          std::vector<std::pair<Position, Position>> entries);

}  // namespace bauta
