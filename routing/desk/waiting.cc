#include <algorithm>
#include <set>
#include <utility>

#include "routing/desk/insight.h"
#include "routing/outbox/log_progress.h"
#include "storage/store/give_way.h"

namespace bauta {
namespace {

std::size_t age_of(Duration waited) {
  std::size_t at = 0;
  while (at < kQueueAges.size() && waited > kQueueAges[at]) ++at;
  return at;
}

void count(QueueOfConnection& queue, const Delivery& delivery, TimePoint now) {
  ++queue.waiting[age_of(now - delivery.received_at)];
  if (delivery.state == DeliveryState::claimed) ++queue.claimed;
  if (delivery.state == DeliveryState::unknown) ++queue.unknown;
  if (!queue.oldest || delivery.received_at < *queue.oldest) queue.oldest = delivery.received_at;
}

/// In the lanes, and not through: a text that was sent waits for nothing but its receipt.
bool waits(DeliveryState state) { return !is_final(state) && state != DeliveryState::sent; }

void tell_which_are_down(WaitingTexts& found, const RelayParts& parts) {
  const BreakerMoment now{.steady = parts.clock.steady(), .wall = parts.clock.now()};
  for (auto& [connection, queue] : found.connections)
    queue.breaker = parts.breakers->find(connection, now);
}

/// The connections that texts leave by, each number read once.
class Connections {
 public:
  explicit Connections(const Inventory& inventory) : inventory_(inventory) {}

  /// What was handed over waits for the connection that it was handed to, which may be a fallback; anything else for its number's own.
  Task<Result<std::string>> of(Delivery delivery) {
    if (delivery.state == DeliveryState::claimed || delivery.state == DeliveryState::unknown)
      co_return std::move(delivery.connection);
    co_return co_await own_of(std::move(delivery.from));
  }

 private:
  Task<Result<std::string>> own_of(VirtualNumber number) {
    const auto known = names_.find(number);
    if (known != names_.end()) co_return known->second;
    BAUTA_CO_TRY(const auto found, co_await inventory_.find(number));
    auto& name = names_[number];
    if (found) name = found->value.connection;
    co_return name;
  }

  const Inventory& inventory_;
  std::map<VirtualNumber, std::string> names_;
};

}  // namespace

/// What the lanes have not done yet lies in the work logs above their marks, and that is all that is read of them.
Task<Result<WaitingTexts>> Insight::waiting(std::optional<ServiceId> service) const {
  auto& store = bench_.parts.store;
  const auto now = service ? bench_.now(*service) : bench_.parts.clock.now();
  WaitingTexts found;
  Connections connections(bench_.inventory);
  // A dead letter that was sent again may lie in the log twice until its first place is cleared.
  std::set<std::pair<MessageId, SeatId>> seen;
  std::size_t entries_seen = 0;
  for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
    LogProgress log(store, partition, 0);
    BAUTA_CO_CHECK(co_await log.find_mark());
    for (;;) {
      BAUTA_CO_TRY(const auto entries, co_await log.read_page());
      if (entries.empty()) break;
      std::vector<Key> keys;
      for (const auto& [position, entry] : entries) {
        log.has_read(position);
        if ((!service || entry.lane.service == *service) && !entry.nudge &&
            seen.emplace(entry.message, entry.seat).second)
          keys.push_back(delivery_key(entry.lane.service, entry.message, entry.seat));
      }
      BAUTA_CO_TRY(const auto records, co_await store.multi_get(std::move(keys)));
      for (const auto& record : records) {
        if (!record) continue;
        BAUTA_CO_TRY(const auto delivery, decode_delivery(*record));
        if (!waits(delivery.value.state)) continue;
        BAUTA_CO_TRY(auto connection, co_await connections.of(delivery.value));
        count(found.connections[std::move(connection)], delivery.value, now);
      }
      entries_seen += entries.size();
      if (entries_seen >= limits_.entries_max) {
        found.is_complete = false;
        tell_which_are_down(found, bench_.parts);
        co_return found;
      }
      co_await give_way();
    }
    if (partition % 16 == 0) co_await give_way();
  }
  tell_which_are_down(found, bench_.parts);
  co_return found;
}

}  // namespace bauta
