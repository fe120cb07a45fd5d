#pragma once

#include <string>
#include <string_view>

#include "storage/store/result.h"

namespace bauta {

/// RFC 4648, section 4, with padding.
std::string encode_base64(std::string_view octets);
/// Strict: base64.malformed for white space, missing padding, or bits left over.
Result<std::string> decode_base64(std::string_view text);

}  // namespace bauta
