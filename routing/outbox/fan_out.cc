#include "routing/outbox/fan_out.h"

namespace bauta {

std::vector<Delivery> deliveries_of(const Message& message, const Session& session, SeatId from,
                                    const ServiceSettings& settings) {
  std::vector<Delivery> deliveries;
  const auto segments = segment(message.text).segments;
  for (const auto& seat : session.seats) {
    if (seat.id == from || seat.state == SeatState::left || seat.state == SeatState::blocked)
      continue;
    deliveries.push_back({.service = message.service,
                          .message = message.id,
                          .session = message.session,
                          .seat = seat.id,
                          .to = seat.address,
                          .person = seat.person,
                          .from = seat.number,
                          .deadline = message.received_at + settings.deadline_seconds,
                          .received_at = message.received_at,
                          .updated_at = message.received_at,
                          .segments = segments});
  }
  return deliveries;
}

}  // namespace bauta
