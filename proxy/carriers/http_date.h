#pragma once

#include <optional>
#include <string_view>

#include "storage/store/clock.h"

namespace bauta {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), or with "+0000" at its end, as carriers write it in their JSON.  Other forms and other
/// zones are not sent by anyone who is spoken to here: nullopt.
std::optional<TimePoint> parse_http_date(std::string_view text);

}  // namespace bauta
