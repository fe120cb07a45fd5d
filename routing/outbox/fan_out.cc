#include "routing/outbox/fan_out.h"

#include <algorithm>

#include "routing/content/masking.h"

namespace bauta {

bool may_be_sent_to(const Seat& seat) {
  return seat.state != SeatState::left && seat.state != SeatState::blocked;
}

std::string label_in(const Session& session, SeatId from) {
  const auto at = std::ranges::find(session.seats, from, &Seat::id);
  if (!session.is_group() || at == session.seats.end()) return "";
  if (!at->label.empty()) return at->label;
  return "#" + std::to_string(at - session.seats.begin() + 1);
}

bool mask_in(Message& message, const Session& session, const ServiceSettings& settings) {
  if (!settings.mask_addresses) return false;
  std::vector<RealAddress> addresses;
  addresses.reserve(session.seats.size());
  for (const Seat& seat : session.seats) addresses.push_back(seat.address);
  auto text = mask_addresses(message.text, addresses);
  const auto label = mask_addresses(MessageText::from_carrier(message.label), addresses);
  if (label) message.label = label->reveal();
  if (!text) return label.has_value();
  message.text = *std::move(text);
  return true;
}

std::vector<Delivery> deliveries_of(const Message& message, const Session& session,
                                    const ServiceSettings& settings) {
  std::vector<Delivery> deliveries;
  const auto segmentation = segment(text_sent(message));
  const Seat* const from = session.seat(message.from);
  for (const auto& seat : session.seats) {
    if (!may_be_sent_to(seat)) continue;
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
                          .segments = segmentation.segments,
                          .encoding = segmentation.encoding});
  }
  return deliveries;
}

}  // namespace bauta
