#pragma once

#include <rocksdb/compaction_filter.h>

#include <memory>

#include "storage/rocksdb/positions.h"
#include "storage/store/clock.h"

namespace bauta {

/// Takes off the disk what expired longer than `slack` ago, so that a clock that was wrong for less than that loses nothing; of a log, all
/// but its newest entry, which says which positions were used.  `clock` and `positions` outlive the database.
std::shared_ptr<rocksdb::CompactionFilterFactory> expiry_filter(const Clock& clock, Duration slack,
                                                                const Positions& positions);

}  // namespace bauta
