#pragma once

#include <chrono>

#include "routing/events/event_log.h"

namespace bauta {

/// The log is in commit order, which is that of time but for what was under way at the same moment, no further apart than this.
inline constexpr std::chrono::minutes kEventDisorder{1};

/// A position with every event up to it made before `time`, as late as the log's order lets one know.  Found by halves.
Task<Result<Position>> position_before(const EventLog& log, ServiceId service, TimePoint time);

}  // namespace bauta
