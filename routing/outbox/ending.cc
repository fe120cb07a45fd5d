#include "routing/outbox/ending.h"

namespace bauta {
namespace {

constexpr std::chrono::days kSystemTextKept{30};

}  // namespace

std::optional<TimePoint> expiry_of(const Delivery& delivery) {
  if (!delivery.session.is_nil()) return std::nullopt;
  return delivery.received_at + kSystemTextKept;
}

std::optional<EventType> event_of(DeliveryState state) {
  switch (state) {
    case DeliveryState::received:  // told once a message, with its acceptance
    case DeliveryState::queued:
    case DeliveryState::claimed:
      return std::nullopt;
    case DeliveryState::held:
      return EventType::message_held;
    case DeliveryState::unknown:
      return EventType::message_unknown;
    case DeliveryState::sent:
      return EventType::message_sent;
    case DeliveryState::delivered:
      return EventType::message_delivered;
    case DeliveryState::unconfirmed:
      return EventType::message_unconfirmed;
    case DeliveryState::undelivered:
      return EventType::message_undelivered;
    case DeliveryState::failed:
      return EventType::message_failed;
    case DeliveryState::blocked:
      return EventType::message_blocked;
  }
  return std::nullopt;
}

void write_change(Commit& commit, const Delivery& now, const Delivery& before, Version was,
                  Random& random) {
  const Key key = delivery_key(now.service, now.message, now.seat);
  commit.expect(key, was);
  commit.put(key, encode_delivery(now), expiry_of(now));
  if (now.state == before.state) return;
  if (const auto type = event_of(now.state)) {
    std::vector<std::pair<std::string, std::string>> data{{"message", now.message.str()}};
    if (!now.seat.is_nil()) data.emplace_back("to", now.seat.str());
    data.emplace_back("number", now.from.str());
    if (!now.connection.empty()) data.emplace_back("connection", now.connection);
    if (!now.error_code.empty() && now.state != DeliveryState::delivered) {
      data.emplace_back("code", now.error_code);
    }
    EventLog::append(commit, now.service,
                     EventLog::make(*type, now.session, now.updated_at, random, std::move(data)));
  }
  const Key dead = dead_letter_key(now.service, now.message, now.seat);
  if (is_dead(now.state)) {
    commit.put(dead,
               encode_dead_letter({.message = now.message,
                                   .seat = now.seat,
                                   .session = now.session,
                                   .state = now.state,
                                   .code = now.error_code,
                                   .detail = now.error_detail,
                                   .at = now.updated_at}),
               expiry_of(now));
  } else if (is_dead(before.state)) {
    commit.erase(dead);
  }
}

}  // namespace bauta
