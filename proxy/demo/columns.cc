#include "proxy/demo/columns.h"

#include <algorithm>
#include <utility>

namespace bauta {
namespace {

/// A character's octets at the front of `utf8`, which is not empty; a stray octet is one of its own.
std::pair<char32_t, std::size_t> first_character(std::string_view utf8) {
  const auto lead = static_cast<unsigned char>(utf8.front());
  const std::size_t size = lead < 0x80    ? 1
                           : lead >= 0xf0 ? 4
                           : lead >= 0xe0 ? 3
                           : lead >= 0xc0 ? 2
                                          : 1;
  if (size == 1 || size > utf8.size()) return {lead, 1};
  char32_t value = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    value = (value << 6) | (static_cast<unsigned char>(utf8[i]) & 0x3fU);
  }
  return {value, size};
}

std::size_t columns_of_character(char32_t c) {
  const bool joins = c == 0x200d || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0x300 && c <= 0x36f) ||
                     (c >= 0x1f3fb && c <= 0x1f3ff);
  if (joins) return 0;
  const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                    (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                    (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
  return wide ? 2 : 1;
}

}  // namespace

std::size_t columns_of(std::string_view utf8) {
  std::size_t columns = 0;
  while (!utf8.empty()) {
    const auto [character, size] = first_character(utf8);
    columns += columns_of_character(character);
    utf8.remove_prefix(size);
  }
  return columns;
}

std::vector<std::string> wrap(std::string_view utf8, std::size_t columns) {
  std::vector<std::string> lines(1);
  const auto add_word = [&](std::string_view word) {
    const auto needed = columns_of(word);
    if (!lines.back().empty() && columns_of(lines.back()) + 1 + needed <= columns) {
      lines.back() += ' ';
      lines.back() += word;
      return;
    }
    if (!lines.back().empty()) lines.emplace_back();
    while (!word.empty()) {
      const auto [character, size] = first_character(word);
      if (columns_of(lines.back()) + columns_of_character(character) > columns)
        lines.emplace_back();
      lines.back() += word.substr(0, size);
      word.remove_prefix(size);
    }
  };
  while (!utf8.empty()) {
    const auto end = std::min(utf8.find_first_of(" \n"), utf8.size());
    if (end > 0) add_word(utf8.substr(0, end));
    if (end < utf8.size() && utf8[end] == '\n') lines.emplace_back();
    utf8.remove_prefix(std::min(end + 1, utf8.size()));
  }
  return lines;
}

}  // namespace bauta
