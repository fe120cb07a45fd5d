#include "routing/outbox/way_out.h"

#include <algorithm>
#include <utility>

#include "storage/store/assert.h"

namespace bauta {

std::vector<std::string> connections_of(const Number& number) {
  std::vector<std::string> connections{number.connection};
  for (const auto& fallback : number.fallbacks) {
    if (std::ranges::find(connections, fallback) == connections.end())
      connections.push_back(fallback);
  }
  return connections;
}

TimePoint put_off_until(const Delivery& delivery, std::string_view connection) {
  const auto found = std::ranges::find(delivery.put_off, connection, &PutOff::connection);
  return found == delivery.put_off.end() ? TimePoint{} : found->until;
}

std::optional<TimePoint> first_free(const Delivery& delivery,
                                    const std::vector<std::string>& connections, TimePoint now) {
  std::optional<TimePoint> first;
  for (const auto& connection : connections) {
    const TimePoint until = put_off_until(delivery, connection);
    if (until <= now) return std::nullopt;
    if (!first || until < *first) first = until;
  }
  return first;
}

WayOut next_way_out(const Delivery& delivery, std::vector<WayOut> ways, TimePoint now) {
  BAUTA_ASSERT(!ways.empty());
  if (!delivery.put_off.empty()) {
    const auto last = std::ranges::find(ways, delivery.connection, &WayOut::connection);
    if (last != ways.end()) std::ranges::rotate(ways, last + 1);
  }
  const auto free = std::ranges::find_if(ways, [&](const auto& way) { return way.free_at <= now; });
  if (free != ways.end()) return *std::move(free);
  return *std::ranges::min_element(ways, {}, &WayOut::free_at);
}

}  // namespace bauta
