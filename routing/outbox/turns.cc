#include "routing/outbox/turns.h"

namespace bauta {

std::optional<SteadyPoint> Turns::wait(LaneTurn& turn, const LaneKey& lane, double rate_per_second,
                                       const std::string& connection, SteadyPoint now) {
  auto& bucket = buckets_[lane.number];
  if (turn.via != connection) {
    leave_connection(turn);
    turn.via = connection;
    // Its number's too: those that waited for the other one would all leave together when this one lets them.
    turn.number_used.reset();
    turn.connection_used.reset();
  }
  if (!turn.number) turn.number = bucket.take(now, rate_per_second);
  // Those of this number that wait for the connection leave when it lets them: this one's turn is reckoned from there, or all whose turns
  // came meanwhile would leave with them, faster than the number may send.
  if (!turn.connection && !turn.ticket && *turn.number <= now &&
      bucket.is_held_up(now, rate_per_second))
    turn.number = bucket.take(now, rate_per_second);
  if (*turn.number > now) return turn.number;
  if (const auto until = wait_for_connection(turn, lane.service, bucket, rate_per_second, now))
    return until;
  // So would those whose turns came while the store let nobody go, or there was no place.
  if (!turn.number_used) turn.number_used = bucket.use(now, rate_per_second);
  if (*turn.number_used > now) return turn.number_used;
  if (!turn.connection_used) turn.connection_used = carriers_.use_turn(connection, now);
  if (*turn.connection_used > now) return turn.connection_used;
  turn.number_used.reset();
  turn.connection_used.reset();
  return std::nullopt;
}

std::optional<SteadyPoint> Turns::wait_for_connection(LaneTurn& turn, ServiceId service,
                                                      TokenBucket& of_number,
                                                      double rate_per_second, SteadyPoint now) {
  if (turn.connection) return std::nullopt;
  const bool waited = turn.ticket.has_value();
  const auto until = carriers_.take_turn(turn.via, service, turn.ticket, now);
  if (until <= now) {
    turn.connection = until;
    return std::nullopt;
  }
  if (!waited) {
    of_number.hold_up(until, rate_per_second);
  } else if (until > turn.held_up_until) {
    of_number.hold_up_longer(turn.held_up_until, until, rate_per_second);
  }
  turn.held_up_until = until;
  return until;
}

void Turns::leave_connection(LaneTurn& turn) {
  if (turn.ticket) carriers_.leave_turn(turn.via, *turn.ticket);
  turn.ticket.reset();
  turn.connection.reset();
}

std::optional<SteadyPoint> Turns::held_off_until(const std::string& connection,
                                                 SteadyPoint now) const {
  const auto held_off = held_off_until_.find(connection);
  if (held_off == held_off_until_.end() || held_off->second <= now) return std::nullopt;
  return held_off->second;
}

void Turns::give_back(LaneTurn& turn, const VirtualNumber& number) {
  if (turn.number) buckets_[number].give_back(*turn.number);
  leave_connection(turn);
  turn = {};
}

}  // namespace bauta
