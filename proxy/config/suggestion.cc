#include "proxy/config/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace bauta {
namespace {

/// How many letters differ.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto up = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = up;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string suggestion(std::string_view wrong, const std::vector<std::string_view>& known) {
  constexpr std::size_t kNear = 3;
  const auto nearest =
      std::ranges::min_element(known, {}, [&](std::string_view k) { return distance(wrong, k); });
  if (nearest == known.end() || distance(wrong, *nearest) > kNear) return "";
  return fmt::format("; did you mean {}?", *nearest);
}

}  // namespace bauta
