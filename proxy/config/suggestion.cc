#include "proxy/config/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace bauta {
namespace {

/// How many letters are changed, left out, written too much, or swapped with the next.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> of(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) of[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) of[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      of[i][j] = std::min({of[i - 1][j] + 1, of[i][j - 1] + 1, of[i - 1][j - 1] + changed});
      const bool is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swapped) of[i][j] = std::min(of[i][j], of[i - 2][j - 2] + 1);
    }
  }
  return of[a.size()][b.size()];
}

}  // namespace

std::string suggestion(std::string_view wrong, const std::vector<std::string_view>& known) {
  const auto nearest =
      std::ranges::min_element(known, {}, [&](std::string_view k) { return distance(wrong, k); });
  const auto changes_max = std::clamp<std::size_t>(wrong.size() / 3, 1, 3);
  if (nearest == known.end() || distance(wrong, *nearest) > changes_max) return "";
  return fmt::format("; did you mean {}?", *nearest);
}

}  // namespace bauta
