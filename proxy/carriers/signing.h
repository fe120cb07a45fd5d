#pragma once

#include <string>
#include <string_view>

namespace bauta {

/// 20 octets.
std::string hmac_sha1(std::string_view key, std::string_view data);
/// 32 octets.
std::string hmac_sha256(std::string_view key, std::string_view data);
std::string sha256_hex(std::string_view data);
std::string encode_hex(std::string_view octets);

/// Takes the same time wherever `a` and `b` differ; only their lengths show.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace bauta
