#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "routing/outbox/carrier_port.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/turns.h"
#include "storage/store/records.h"

namespace bauta {

/// One text of a lane, where the work log has it.
struct WaitingText {
  Position position;
  /// Where it was appended first: its place in the lane, wherever it lies in the log by now.
  Position order;
  MessageId message;
  SeatId seat;
};

/// What a carrier answered and what it answered to: kept until it is durable, whatever the store says meanwhile.
struct AnsweredClaim {
  Stored<Delivery> claimed;
  SubmitOutcome outcome;
  TimePoint at;
  /// The connections that could be handed it next, should this one have put it off.
  std::vector<std::string> connections{};
};

/// What waits for one person at one number, in its order, and how its head stands.
struct Lane {
  std::deque<WaitingText> texts{};
  /// Came when the lane was full: to be ended.
  std::deque<WaitingText> surplus{};
  LaneTurn turn{};
  std::optional<AnsweredClaim> answered{};
  /// Its head met a breaker that was shut, when so many had closed (Breakers::closings); none: it did not.
  std::optional<std::uint64_t> barred_at{};
  /// The connections that breakers kept the head from being tried at.
  std::set<std::string> kept_from{};
  bool running = false;
  /// Something about the head changed while it ran: look at once.
  bool look_again = false;
  /// Lanes::schedule()'s.
  TimePoint due{};

  bool is_empty() const { return texts.empty() && surplus.empty(); }
};

/// Behind all that came before it: only an entry that was appended again, read at a start, goes further ahead than to the end.
void put_in_order(std::deque<WaitingText>& queue, WaitingText waiting);

}  // namespace bauta
