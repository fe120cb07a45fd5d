#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/store/result.h"

namespace bauta {

/// An absolute http or https URL, taken apart.
struct Url {
  bool is_https = false;
  std::string host;  // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string target;  // "/path?query", raw, at least "/"

  /// What a Host header says: the port only where it is not the scheme's own.
  std::string authority() const;
};

/// Codes: url.malformed, for user info ("user:secret@"), a control character or a blank too.  A fragment is left out.
/// Details never repeat the URL: it may hold a secret.
Result<Url> parse_url(std::string_view text);

}  // namespace bauta
