#include <algorithm>
#include <map>

#include "routing/events/event.pb.h"
#include "routing/events/event_log.h"
#include "routing/inspection/inspector.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/erased.h"
#include "routing/outbox/outbox.pb.h"
#include "routing/outbox/receipt_word.h"
#include "routing/sessions/session.h"

namespace bauta {
namespace {

constexpr std::uint32_t kPage = 500;

std::uint64_t number_in(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char octet : octets) value = value << 8 | static_cast<unsigned char>(octet);
  return value;
}

/// What must still be handed over, and so lies in the work log.
bool is_open(DeliveryState state) { return state != DeliveryState::sent && !is_final(state); }

/// Only the relation is asked, so what a message says may stay unread.
Result<records::Message> message_in(const Record& record) {
  records::Message message;
  if (!message.ParseFromString(record.value)) return fail("storage.corrupt", "");
  return message;
}

Result<records::LowWaterMark> mark_in(const Record& record) {
  records::LowWaterMark mark;
  if (!mark.ParseFromString(record.value)) return fail("storage.corrupt", "");
  return mark;
}

Key mark_key(std::uint64_t partition) { return Key("mark").u64(partition); }

}  // namespace

Task<Status> Inspector::message(KeyedRecord record) {
  const auto read = decode_message(record.record);
  const auto* const message = readable(record.key, read);
  if (message == nullptr) co_return Status{};
  if (message_key(*message) != record.key) {
    report(record.key, "says that it is another message");
    co_return Status{};
  }
  for (const SeatId seat : message->recipients) {
    BAUTA_CO_TRY(const bool there,
                 co_await exists(delivery_key(message->service, message->id, seat)));
    if (!there) report(record.key, "has no delivery to the recipient " + seat.str());
  }
  if (message->session.is_nil()) co_return Status{};
  // A session is erased after its messages.
  BAUTA_CO_TRY(
      const auto session,
      co_await look_up(Sessions::key_of(message->service, message->session), Sessions::decode));
  if (session.is_missing()) report(record.key, "is of a session that does not exist");
  if (session.value && !message->from.is_nil() &&
      session.value->value.seat(message->from) == nullptr)
    report(record.key, "was written at a seat that its session does not have");
  co_return Status{};
}

Task<Status> Inspector::delivery(KeyedRecord record) {
  const auto read = decode_delivery(record.record);
  const auto* const stored = readable(record.key, read);
  if (stored == nullptr) co_return Status{};
  const Delivery& delivery = stored->value;
  if (delivery_key(delivery.service, delivery.message, delivery.seat) != record.key) {
    report(record.key, "says that it is another delivery");
    co_return Status{};
  }
  BAUTA_CO_TRY(const auto message,
               co_await look_up(message_key(delivery.service, delivery.session, delivery.message),
                                message_in));
  if (message.is_missing()) report(record.key, "is of a message that does not exist");
  if (message.value) {
    const std::string seat(delivery.seat.is_nil() ? "" : delivery.seat.bytes());
    const auto& recipients = message.value->recipients();
    if (std::ranges::find(recipients, seat) == recipients.end())
      report(record.key, "is to a seat that is none of its message's recipients");
  }
  const auto letter = dead_letter_key(delivery.service, delivery.message, delivery.seat);
  BAUTA_CO_TRY(const bool dead, co_await exists(letter));
  if (dead != (is_dead(delivery.state) && !delivery.dismissed)) {
    report(record.key, "is " + std::string(delivery_state_name(delivery.state)) +
                           (dead ? " and has a dead letter" : " and has no dead letter"));
  }
  if (is_open(delivery.state)) co_return co_await expect_in_work_log(std::move(record.key));
  co_return Status{};
}

Task<Status> Inspector::erased_delivery(KeyedRecord record) {
  const auto parts = *read_shape(record.key, "smp");
  const auto service = *ServiceId::from_bytes(parts[0]);
  static_cast<void>(readable(record.key, decode_erased(service, record.record)));
  BAUTA_CO_TRY(const bool there,
               co_await exists(delivery_key(service, *MessageId::from_bytes(parts[1]),
                                            *SeatId::from_bytes(parts[2]))));
  if (there) report(record.key, "is what stays of a delivery that is still there");
  co_return Status{};
}

Task<Status> Inspector::dead_letter(KeyedRecord record) {
  const auto read = decode_dead_letter(record.record);
  const auto* const letter = readable(record.key, read);
  if (letter == nullptr) co_return Status{};
  const auto parts = *read_shape(record.key, "smp");
  if (letter->message.bytes() != parts[1] || letter->seat.bytes() != parts[2])
    report(record.key, "says that it is another dead letter");
  BAUTA_CO_TRY(const auto delivery, co_await look_up(delivery_key(*ServiceId::from_bytes(parts[0]),
                                                                  *MessageId::from_bytes(parts[1]),
                                                                  *SeatId::from_bytes(parts[2])),
                                                     decode_delivery));
  if (delivery.is_missing()) report(record.key, "is of a delivery that does not exist");
  if (delivery.value && is_dead(delivery.value->value.state) &&
      delivery.value->value.state != letter->state)
    report(record.key, "says that its delivery ended otherwise than it did");
  co_return Status{};
}

// An entry whose delivery is gone, or through, is spent: its partition erases it along with its next commit.
Task<Status> Inspector::work_entry(KeyedRecord record) {
  entry_of_log(record);
  const auto read = decode_work_entry(record.record);
  const auto* const entry = readable(record.key, read);
  if (entry == nullptr) co_return Status{};
  if (number_in(read_shape(record.key, "nn")->at(0)) != partition_of(entry->lane.number))
    report(record.key, "lies in the log of another partition than its number's");
  BAUTA_CO_TRY(const auto delivery,
               co_await look_up(delivery_key(entry->lane.service, entry->message, entry->seat),
                                decode_delivery));
  if (!delivery.value || !is_open(delivery.value->value.state)) co_return Status{};
  if (delivery.value->value.from != entry->lane.number ||
      delivery.value->value.person != entry->lane.person)
    report(record.key, "lies in another lane than its delivery's");
  co_return Status{};
}

Task<Status> Inspector::low_water_mark(KeyedRecord record) {
  const auto mark = parsed<records::LowWaterMark>(record);
  if (mark && number_in(read_shape(record.key, "n")->at(0)) >= kPartitions)
    report(record.key, "is of a partition that does not exist");
  if (mark && mark->position() == 0)
    report(record.key, "says the position 0, which is never given out");
  co_return Status{};
}

Task<Status> Inspector::provider_id(KeyedRecord record) {
  const auto read = decode_provider_id(record.record);
  const auto* const stored = readable(record.key, read);
  if (stored == nullptr) co_return Status{};
  const auto& value = stored->value;
  if (!value.delivery) {
    if (!value.early) report(record.key, "has neither a delivery nor a receipt");
    co_return Status{};
  }
  if (family_of(*value.delivery) != "dlv" || !read_shape(*value.delivery, "smp")) {
    report(record.key, "points to something that is no delivery");
    co_return Status{};
  }
  // Erased with its session: what is left of it is this pointer, until it expires.
  BAUTA_CO_TRY(const auto delivery, co_await look_up(*value.delivery, decode_delivery));
  if (delivery.value && delivery.value->value.attempt < value.attempt)
    report(record.key, "is of an attempt that its delivery has not made");
  co_return Status{};
}

Task<Status> Inspector::event(KeyedRecord record) {
  entry_of_log(record);
  const auto event = parsed<records::Event>(record);
  if (!event) co_return Status{};
  if (!EventId::from_bytes(event->id()) || !parse_event_type(event->type()))
    report(record.key, "cannot be decoded");
  co_return Status{};
}

Task<Status> Inspector::expect_in_work_log(Key delivery) {
  open_deliveries_.insert(std::move(delivery));
  if (open_deliveries_.size() < options_.open_deliveries_max) co_return Status{};
  co_return co_await look_through_work_log();
}

Task<Status> Inspector::look_through_work_log() {
  if (open_deliveries_.empty()) co_return Status{};
  for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
    BAUTA_CO_TRY(const auto mark, co_await look_up(mark_key(partition), mark_in));
    auto request = ScanRequest::prefix(work_log(partition));
    request.records_max = kPage;
    // Below the mark nobody looks.
    if (mark.value && mark.value->position() > 0)
      request.after = Key(work_log(partition)).u64(mark.value->position() - 1);
    for (bool more = true; more;) {
      BAUTA_CO_TRY(auto page, co_await store_.scan(request));
      for (const auto& record : page.records) {
        const auto entry = decode_work_entry(record.record);
        if (entry && !entry->nudge)
          open_deliveries_.erase(delivery_key(entry->lane.service, entry->message, entry->seat));
      }
      more = page.more;
      if (more)
        request.after = page.resume_after ? std::move(page.resume_after)
                                          : std::optional(std::move(page.records.back().key));
    }
  }
  std::vector<Key> lost(open_deliveries_.begin(), open_deliveries_.end());
  open_deliveries_.clear();
  std::ranges::sort(lost);
  for (const auto& delivery : lost)
    report(delivery, "is open and not in the work log: nobody would ever hand it over");
  co_return Status{};
}

}  // namespace bauta
