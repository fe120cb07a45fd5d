#include "routing/outbox/fan_out.h"

#include <algorithm>

namespace bauta {

std::string label_in(const Session& session, SeatId from) {
  const auto at = std::ranges::find(session.seats, from, &Seat::id);
  if (!session.is_group() || at == session.seats.end()) return "";
  if (!at->label.empty()) return at->label;
  return "#" + std::to_string(at - session.seats.begin() + 1);
}

std::vector<Delivery> deliveries_of(const Message& message, const Session& session,
                                    const ServiceSettings& settings) {
  std::vector<Delivery> deliveries;
  const auto segments = segment(text_sent(message)).segments;
  const Seat* const from = session.seat(message.from);
  for (const auto& seat : session.seats) {
    if (seat.state == SeatState::left || seat.state == SeatState::blocked) continue;
    // Nor to a second seat of the same person.
    if (from != nullptr && seat.person == from->person) continue;
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
