#include <algorithm>
#include <utility>

#include "routing/desk/insight.h"
#include "routing/events/event_place.h"
#include "routing/outbox/ending.h"
#include "routing/outbox/way_out.h"
#include "storage/store/give_way.h"

namespace bauta {
namespace {

constexpr std::uint32_t kPage = 500;
/// Recipients of one text: a session has fewer.
constexpr std::uint32_t kDeliveriesMax = 100;

Task<Result<std::vector<Delivery>>> deliveries_of_message(Store& store, ServiceId service,
                                                          MessageId message) {
  auto request = ScanRequest::prefix(Key("dlv").id(service).id(message));
  request.records_max = kDeliveriesMax;
  BAUTA_CO_TRY(const auto page, co_await store.scan(std::move(request)));
  std::vector<Delivery> deliveries;
  for (const KeyedRecord& record : page.records) {
    BAUTA_CO_TRY(auto delivery, decode_delivery(record.record));
    deliveries.push_back(std::move(delivery.value));
  }
  co_return deliveries;
}

bool is_about(const Event& event, const Message& message) {
  return datum(event, "message") == message.id.str();
}

TraceStep step_of(const Event& event) {
  const auto to = SeatId::parse(datum(event, "to"));
  return {.at = event.created_at,
          .type = std::string(event_type_name(event.type)),
          .to = to ? *to : SeatId(),
          .connection = std::string(datum(event, "connection")),
          .code = std::string(datum(event, "code")),
          .event = event.id};
}

/// Is what the delivery's record says among what the events told?
bool is_told(const MessageTrace& trace, const Delivery& delivery, std::string_view type) {
  return std::ranges::any_of(trace.steps, [&](const TraceStep& step) {
    return step.to == delivery.seat && step.type == type;
  });
}

/// By time; what happened at one moment stays as it is.  They are few, and nearly in order.
void put_in_order(std::vector<TraceStep>& steps) {
  for (auto step = steps.begin(); step != steps.end(); ++step) {
    const auto place = std::ranges::upper_bound(steps.begin(), step, step->at, {}, &TraceStep::at);
    std::rotate(place, step, step + 1);
  }
}

/// The last moment at which a text that ended changed; none: it goes on.
std::optional<TimePoint> end_of(const MessageView& view) {
  TimePoint last = view.message.received_at;
  for (const Delivery& delivery : view.deliveries) {
    if (!is_final(delivery.state)) return std::nullopt;
    last = std::max(last, delivery.updated_at);
  }
  return last;
}

}  // namespace

Task<Result<MessageTrace>> Insight::trace(ServiceId service, MessageId id) const {
  auto& store = bench_.parts.store;
  MessageTrace trace;
  BAUTA_CO_TRY(trace.view.deliveries, co_await deliveries_of_message(store, service, id));
  const auto not_found = [&] {
    return fail("message.not_found", "this service has no message " + id.str());
  };
  if (trace.view.deliveries.empty()) co_return not_found();
  const SessionId session = trace.view.deliveries.front().session;
  BAUTA_CO_TRY(const auto record, co_await store.get(message_key(service, session, id)));
  if (!record) co_return not_found();  // erased since
  BAUTA_CO_TRY(trace.view.message, decode_message(*record));
  BAUTA_CO_CHECK(co_await add_events(trace, service));
  const bool has_beginning = std::ranges::any_of(
      trace.steps, [](const TraceStep& step) { return step.type == "message.received"; });
  // Of what Bauta itself says no event tells that it began.
  if (!has_beginning)
    trace.steps.insert(trace.steps.begin(),
                       {.at = trace.view.message.received_at, .type = "message.received"});
  for (const Delivery& delivery : trace.view.deliveries) {
    const auto type = event_of(delivery.state);
    if (!type || is_told(trace, delivery, event_type_name(*type))) continue;
    trace.steps.push_back({.at = delivery.updated_at,
                           .type = std::string(event_type_name(*type)),
                           .to = delivery.seat,
                           .connection = delivery.connection,
                           .code = delivery.error_code});
  }
  put_in_order(trace.steps);
  BAUTA_CO_CHECK(co_await add_what_is_down(trace));
  co_return trace;
}

/// Of the connections that may send what goes on.
Task<Status> Insight::add_what_is_down(MessageTrace& trace) const {
  const auto& parts = bench_.parts;
  const BreakerMoment now{.steady = parts.clock.steady(), .wall = parts.clock.now()};
  for (const Delivery& delivery : trace.view.deliveries) {
    if (is_final(delivery.state) || delivery.state == DeliveryState::sent) continue;
    BAUTA_CO_TRY(const auto number, co_await bench_.inventory.find(delivery.from));
    if (!number) continue;
    for (const auto& connection : connections_of(number->value)) {
      if (auto breaker = parts.breakers->find(connection, now))
        trace.down.emplace(connection, *std::move(breaker));
    }
  }
  co_return Status{};
}

/// The events of the text, from its arrival until its end, among those of all others in the service.
Task<Status> Insight::add_events(MessageTrace& trace, ServiceId service) const {
  const auto ended = end_of(trace.view);
  BAUTA_CO_TRY(auto at,
               co_await position_before(bench_.events, service, trace.view.message.received_at));
  std::size_t seen = 0;
  for (bool more = true; more;) {
    if (seen >= limits_.events_max) {
      trace.is_complete = false;
      break;
    }
    BAUTA_CO_TRY(const auto page, co_await bench_.events.after(service, at, kPage));
    for (const Event& event : page.events) {
      if (ended && event.created_at > *ended + kEventDisorder) co_return Status{};
      at = event.sequence;
      if (is_about(event, trace.view.message)) trace.steps.push_back(step_of(event));
    }
    seen += page.events.size();
    more = page.next.has_value();
    co_await give_way();
  }
  co_return Status{};
}

}  // namespace bauta
