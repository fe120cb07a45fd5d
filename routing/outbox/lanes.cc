#include "routing/outbox/lanes.h"

#include <algorithm>

namespace bauta {
namespace {

TimePoint received_at(const MessageId& id) {
  // The first 48 bits of an id are its time.
  std::int64_t ms = 0;
  for (std::size_t at = 0; at < 6; ++at)
    ms = ms << 8 | std::to_integer<std::int64_t>(id.bits()[at]);
  return from_millis(ms);
}

}  // namespace

void put_in_order(std::deque<WaitingText>& queue, WaitingText waiting) {
  const auto behind = std::ranges::upper_bound(queue, waiting.order, {}, &WaitingText::order);
  queue.insert(behind, waiting);
}

std::pair<const LaneKey*, Lane*> Lanes::find(const LaneKey& key) {
  const auto found = lanes_.find(key);
  if (found == lanes_.end()) return {nullptr, nullptr};
  return {&found->first, &found->second};
}

std::pair<const LaneKey*, Lane*> Lanes::find_or_add(const LaneKey& key) {
  const auto found = lanes_.try_emplace(key).first;
  return {&found->first, &found->second};
}

void Lanes::schedule(const LaneKey& key, Lane& lane, TimePoint due) {
  auto& lanes = due_[key.service];
  lanes.erase({lane.due, key});
  lane.due = due;
  lanes.emplace(due, key);
}

std::vector<LaneKey> Lanes::take_ready(TimePoint now, std::size_t most) {
  std::vector<LaneKey> ready;
  while (ready.size() < most) {
    auto lane = take_next(now);
    if (!lane) break;
    lanes_.at(*lane).running = true;
    ready.push_back(*std::move(lane));
  }
  return ready;
}

std::optional<LaneKey> Lanes::take_next(TimePoint now) {
  auto service = due_.upper_bound(served_last_);
  for (std::size_t looked_at = 0; looked_at < due_.size(); ++looked_at, ++service) {
    if (service == due_.end()) service = due_.begin();
    auto& lanes = service->second;
    if (lanes.begin()->first > now) continue;
    LaneKey lane = lanes.begin()->second;
    served_last_ = service->first;
    lanes.erase(lanes.begin());
    if (lanes.empty()) due_.erase(service);
    return lane;
  }
  return std::nullopt;
}

std::optional<TimePoint> Lanes::next_due() const {
  std::optional<TimePoint> first;
  for (const auto& [service, lanes] : due_) {
    if (!first || lanes.begin()->first < *first) first = lanes.begin()->first;
  }
  return first;
}

void Lanes::wake_barred(std::uint64_t closings) {
  for (auto& [key, lane] : lanes_) {
    if (!lane.running && lane.barred_at && *lane.barred_at != closings)
      schedule(key, lane, TimePoint{});
  }
}

std::optional<TimePoint> Lanes::oldest_text() const {
  std::optional<TimePoint> oldest;
  for (const auto& [key, lane] : lanes_) {
    if (lane.texts.empty()) continue;
    const auto at = received_at(lane.texts.front().message);
    if (!oldest || at < *oldest) oldest = at;
  }
  return oldest;
}

}  // namespace bauta
