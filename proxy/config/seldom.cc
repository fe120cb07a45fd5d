#include "proxy/config/seldom.h"

namespace bauta::log {

std::uint64_t Seldom::happened(Clock::time_point now) {
  unsaid_.fetch_add(1, std::memory_order_relaxed);
  return due(now);
}

std::uint64_t Seldom::ended(Clock::time_point now) {
  return unsaid_.load(std::memory_order_relaxed) == 0 ? 0 : due(now);
}

std::uint64_t Seldom::due(Clock::time_point now) {
  auto next = next_.load(std::memory_order_relaxed);
  // Of several threads one says it; what the others count meanwhile is said the next time.
  if (now < next || !next_.compare_exchange_strong(next, now + interval_)) return 0;
  return unsaid_.exchange(0, std::memory_order_relaxed);
}

}  // namespace bauta::log
