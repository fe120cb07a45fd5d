#include "pool/plan/demand.h"

#include <cmath>

#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr double kDaySeconds = 86'400;

/// B(n) of B(n - 1): B(n) = A B(n-1) / (n + A B(n-1)), B(0) = 1.  No factorials, so nothing overflows.
double next_share(double share, double lines, std::uint64_t numbers) {
  return lines * share / (static_cast<double>(numbers) + lines * share);
}

}  // namespace

double lines_at_once(const Demand& demand) {
  const auto held =
      static_cast<double>((demand.session + demand.deadline + demand.cooling).count());
  return demand.busiest_sessions_per_day * held / kDaySeconds;
}

double refused_share_of(double lines, std::uint64_t numbers) {
  double share = 1;
  for (std::uint64_t n = 1; n <= numbers; ++n) share = next_share(share, lines, n);
  return lines > 0 ? share : 0;
}

std::uint64_t numbers_needed(const Demand& demand) {
  const double lines = lines_at_once(demand);
  BAUTA_ASSERT(lines <= kPlannedLinesMax);
  BAUTA_ASSERT(demand.refused_share > 0 && demand.refused_share < 1);
  if (lines <= 0) return 0;
  double share = 1;
  std::uint64_t numbers = 0;
  while (share > demand.refused_share) {
    ++numbers;
    share = next_share(share, lines, numbers);
  }
  return numbers;
}

std::uint64_t numbers_for_rate(double texts_per_second, double rate_per_second) {
  return static_cast<std::uint64_t>(std::ceil(texts_per_second / rate_per_second));
}

}  // namespace bauta
