#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/store/result.h"

namespace bauta {

/// The fields of a form or a query in their order, repeated and empty ones kept.
using Form = std::vector<std::pair<std::string, std::string>>;

/// application/x-www-form-urlencoded, as browsers and carriers read it (WHATWG URL, 5.1): '+' is a space, then %XX is an octet; a '%' that begins no
/// octet stands for itself, so that a sloppy carrier loses no text.  Never fails; the octets need not be UTF-8.
Form decode_form(std::string_view text);
std::string encode_form(const Form& form);

/// The first value of that name.
std::optional<std::string_view> form_value(const Form& form, std::string_view name);

/// All but RFC 3986's unreserved characters become %XX.
std::string percent_encode(std::string_view octets);
/// Strict: http.malformed if a '%' is not followed by two hex digits.  '+' is a plus.
Result<std::string> percent_decode(std::string_view text);

}  // namespace bauta
