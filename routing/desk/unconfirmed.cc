#include "routing/desk/unconfirmed.h"

#include <utility>

#include "routing/desk/desk.pb.h"
#include "routing/outbox/ending.h"

namespace bauta {
namespace {

constexpr std::uint32_t kEventsPage = 500;
constexpr std::uint32_t kServicesPage = 500;

Key cursor_key(ServiceId service) { return Key("confirm").id(service); }

}  // namespace

Task<Result<std::size_t>> Unconfirmed::end_old() const {
  std::size_t ended = 0;
  auto request = ScanRequest::prefix(Key("svc"));
  request.records_max = kServicesPage;
  for (;;) {
    BAUTA_CO_TRY(auto page, co_await bench_.parts.store.scan(request));
    for (const KeyedRecord& record : page.records) {
      KeyReader reader(record.key, "svc");
      BAUTA_CO_TRY(const auto of_service, co_await end_old_of(reader.id<ServiceTag>()));
      ended += of_service;
    }
    if (!page.more) co_return ended;
    request.after = page.records.empty() ? std::move(page.resume_after)
                                         : std::optional(std::move(page.records.back().key));
  }
}

Task<Result<std::size_t>> Unconfirmed::end_old_of(ServiceId service) const {
  const TimePoint sent_before = bench_.now(service) - bench_.parts.limits.unconfirmed;
  std::size_t ended = 0;
  BAUTA_CO_TRY(const auto cursor,
               co_await load<records::EventCursor>(bench_.parts.store, cursor_key(service)));
  Position looked_at = cursor ? cursor->value.position() : 0;
  for (bool more = true; more;) {
    BAUTA_CO_TRY(auto page, co_await bench_.events.after(service, looked_at, kEventsPage));
    more = page.next.has_value();
    const Position began_at = looked_at;
    for (Event& event : page.events) {
      if (event.created_at > sent_before) {
        more = false;
        break;
      }
      looked_at = event.sequence;
      if (event.type != EventType::message_sent) continue;
      BAUTA_CO_TRY(const bool done, co_await end_one(service, std::move(event), sent_before));
      if (done) ++ended;
    }
    if (looked_at == began_at) break;
    records::EventCursor record;
    record.set_position(looked_at);
    Commit commit;
    commit.put(cursor_key(service), record.SerializeAsString());
    const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
    BAUTA_CO_CHECK(co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  }
  co_return ended;
}

/// False: a receipt came, or it was erased, or sent once more since: then a later event tells of that.
Task<Result<bool>> Unconfirmed::end_one(ServiceId service, Event event,
                                        TimePoint sent_before) const {
  const auto message = MessageId::parse(datum(event, "message"));
  const auto to = datum(event, "to");
  const auto seat = to.empty() ? Result<SeatId>(SeatId()) : SeatId::parse(to);
  if (!message || !seat) co_return false;
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(const auto record,
                 co_await bench_.parts.store.get(delivery_key(service, *message, *seat)));
    if (!record) co_return false;
    BAUTA_CO_TRY(const auto delivery, decode_delivery(*record));
    if (delivery.value.state != DeliveryState::sent) co_return false;
    if (delivery.value.updated_at > sent_before) co_return false;
    Delivery changed = delivery.value;
    changed.state = DeliveryState::unconfirmed;
    changed.updated_at = bench_.now(service);
    Commit commit;
    write_change(commit, changed, delivery.value, delivery.version, bench_.parts.random);
    BAUTA_CO_TRY(const auto done, co_await commit_once(bench_.parts.store, std::move(commit)));
    if (!done) continue;
    bench_.parts.metrics.text_out(changed.connection, delivery_state_name(changed.state));
    co_return true;
  }
  co_return contended();
}

}  // namespace bauta
