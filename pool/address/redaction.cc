#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "pool/address/real_address.h"

namespace bauta {
namespace {

/// Shorter runs are codes, counts and parts of dates; no telephone number has fewer digits.
constexpr std::size_t kRunDigitsMin = 5;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What may stand between two digits of one number, as people, HTML and form encodings write it.
constexpr std::array<std::string_view, 22> kBetween = {" ",
                                                       "-",
                                                       ".",
                                                       "(",
                                                       ")",
                                                       "/",
                                                       "+",
                                                       "\t",
                                                       "%20",
                                                       "%2B",
                                                       "%2b",
                                                       "%28",
                                                       "%29",
                                                       "%2D",
                                                       "%2d",
                                                       "%2E",
                                                       "%2e",
                                                       "%2F",
                                                       "\xc2\xa0",
                                                       "\xe2\x80\x91",
                                                       "\xe2\x80\x93",
                                                       "&nbsp;"};

std::size_t separator_at(std::string_view text) {
  for (const std::string_view separator : kBetween) {
    if (text.starts_with(separator)) return separator.size();
  }
  return 0;
}

struct Run {
  std::size_t octets = 0;
  std::size_t digits = 0;
};
/// The digits and what stands between them, from the start of `text` to the last digit.
Run run_at(std::string_view text) {
  constexpr int kSeparatorsMax = 4;  // more are the layout of a table
  Run run;
  int separators = 0;
  for (std::size_t at = 0; at < text.size() && separators <= kSeparatorsMax;) {
    // Separators first: the 2 of "%2B" is no digit of the number.
    if (const auto separator = separator_at(text.substr(at)); separator > 0) {
      at += separator;
      ++separators;
    } else if (is_digit(text[at])) {
      run.octets = ++at;
      ++run.digits;
      separators = 0;
    } else {
      break;
    }
  }
  return run;
}

/// A number begins with a digit, a plus or a bracket; other separators before it are the sentence's.
bool may_begin(std::string_view text) {
  return is_digit(text.front()) || text.front() == '+' || text.front() == '(' ||
         text.starts_with("%2B") || text.starts_with("%2b");
}

}  // namespace

std::string redact_numbers(std::string_view foreign_text) {
  std::string shown;
  while (!foreign_text.empty()) {
    const Run run = may_begin(foreign_text) ? run_at(foreign_text) : Run{};
    if (run.digits >= kRunDigitsMin) {
      shown += "…";
      foreign_text.remove_prefix(run.octets);
    } else {
      shown += foreign_text.front();
      foreign_text.remove_prefix(1);
    }
  }
  return shown;
}

}  // namespace bauta
