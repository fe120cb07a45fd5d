#pragma once

#include <string>
#include <string_view>

#include "storage/store/clock.h"
#include "storage/store/result.h"

namespace bauta {

/// "2025-11-25T04:06:55.123Z": always UTC, always three digits.  For years 0 to 9999; what lies beyond is clamped.
std::string format_rfc3339(TimePoint time);

/// RFC 3339's date-time with any offset and any number of fractional digits (cut off at milliseconds).  A leap second is the second after it.
/// Codes: time.malformed.
Result<TimePoint> parse_rfc3339(std::string_view text);

}  // namespace bauta
