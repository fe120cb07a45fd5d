#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "storage/store/clock.h"

namespace bauta {

/// A server that asks for more is answered with this: texts have deadlines.
inline constexpr std::chrono::hours kRetryAfterMax{1};

/// A Retry-After field (RFC 9110, 10.2.3): seconds, or an HTTP-date (IMF-fixdate).  At least 0, at most `most`; nullopt: neither.
std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view field, TimePoint now, std::chrono::milliseconds most = kRetryAfterMax);

}  // namespace bauta
