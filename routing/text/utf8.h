#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bauta::utf8 {

/// The first character of some octets.  No scalar: they begin with `octets` octets that are no UTF-8 (the longest start of a character
/// that breaks off, or one octet), to be replaced by one U+FFFD (Unicode 15, 3.9, "Substitution of Maximal Subparts").
struct Step {
  std::optional<char32_t> scalar;
  std::size_t octets = 1;
};

/// `octets` is not empty.  Surrogates, overlong forms and what is beyond U+10FFFF are no UTF-8.
Step read(std::string_view octets);

}  // namespace bauta::utf8
