#include "routing/outbox/shared_turns.h"

#include <algorithm>

#include "routing/outbox/token_bucket.h"

namespace bauta {

SteadyPoint SharedTurns::take(ServiceId service, std::optional<TurnTicket>& ticket, SteadyPoint now,
                              double rate_per_second) {
  if (rate_per_second <= 0) {
    if (ticket) leave(*ticket);
    ticket.reset();
    return now;
  }
  call_up(now, rate_per_second);
  if (!ticket) {
    ticket = join(service);
    call_up(now, rate_per_second);
  }
  if (called_up_.erase(*ticket) > 0) {
    ticket.reset();
    return now;
  }
  return turn_behind(full_at_, ahead_of(waiting_.at(*ticket).second), now, rate_per_second);
}

SteadyPoint SharedTurns::use(SteadyPoint now, double rate_per_second) {
  if (rate_per_second <= 0) return now;
  const Turn turn = next_use(used_full_at_, now, rate_per_second);
  used_full_at_ = turn.full_at_micros;
  full_at_ = std::max(full_at_, full_again_at(turn));
  return turn.at;
}

void SharedTurns::leave(TurnTicket ticket) {
  called_up_.erase(ticket);
  const auto waiting = waiting_.find(ticket);
  if (waiting == waiting_.end()) return;
  const auto& [service, place] = waiting->second;
  auto& places = queues_.at(service).places;
  places.erase(std::ranges::lower_bound(places, place));
  waiting_.erase(waiting);
}

TurnTicket SharedTurns::join(ServiceId service) {
  auto& queue = queues_[service];
  const TurnTicket ticket{++tickets_};
  const auto round = std::max(round_, queue.next_round);
  const Place place{.round = round, .ticket = ticket};
  queue.places.push_back(place);
  queue.next_round = round + 1;
  waiting_.emplace(ticket, std::pair(service, place));
  return ticket;
}

void SharedTurns::call_up(SteadyPoint now, double rate_per_second) {
  for (auto queue = next_queue(); queue != queues_.end(); queue = next_queue()) {
    // As of when it was looked at last: a turn that came since then came when it was due, not only now.
    const Turn turn = next_turn(full_at_, called_up_to_, rate_per_second);
    if (turn.at > now) break;
    full_at_ = turn.full_at_micros;
    const Place next = queue->second.places.front();
    queue->second.places.pop_front();
    waiting_.erase(next.ticket);
    called_up_.insert(next.ticket);
    round_ = next.round;
  }
  called_up_to_ = std::max(called_up_to_, now);
  std::erase_if(queues_, [this](const auto& entry) {
    return entry.second.places.empty() && entry.second.next_round <= round_;
  });
}

std::map<ServiceId, SharedTurns::Queue>::iterator SharedTurns::next_queue() {
  auto next = queues_.end();
  for (auto queue = queues_.begin(); queue != queues_.end(); ++queue) {
    if (queue->second.places.empty()) continue;
    if (next == queues_.end() || queue->second.places.front() < next->second.places.front())
      next = queue;
  }
  return next;
}

std::size_t SharedTurns::ahead_of(const Place& place) const {
  std::size_t ahead = 0;
  for (const auto& [service, queue] : queues_)
    ahead += static_cast<std::size_t>(std::ranges::lower_bound(queue.places, place) -
                                      queue.places.begin());
  return ahead;
}

}  // namespace bauta
