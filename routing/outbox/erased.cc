#include "routing/outbox/erased.h"

#include "routing/outbox/outbox.pb.h"

namespace bauta {

Key erased_key(ServiceId service, MessageId message, SeatId seat) {
  return Key("gone").id(service).id(message).id(seat);
}

std::string encode_erased(const ErasedDelivery& erased) {
  records::ErasedDelivery record;
  record.set_person(std::string(erased.consenting.person.bytes()));
  record.set_from(erased.from.str());
  record.set_heard_of_ms(to_millis(erased.heard_of));
  return record.SerializeAsString();
}

Result<ErasedDelivery> decode_erased(ServiceId service, const Record& record) {
  BAUTA_TRY(const auto stored, decode<records::ErasedDelivery>(record));
  BAUTA_TRY(const auto person, PersonHash::from_bytes(stored.value.person()));
  BAUTA_TRY(auto from, VirtualNumber::from_carrier(stored.value.from()));
  return ErasedDelivery{.consenting = {.service = service, .person = person},
                        .from = std::move(from),
                        .heard_of = from_millis(stored.value.heard_of_ms())};
}

void leave_behind_erased(Commit& commit, const IndexKey& index_key, const Delivery& delivery,
                         TimePoint now, TimePoint real_now) {
  if (delivery.attempt == 0 || delivery.state == DeliveryState::delivered) return;
  if (delivery.updated_at + kErasedKept <= now) return;
  commit.put(erased_key(delivery.service, delivery.message, delivery.seat),
             encode_erased({.consenting = consenter(index_key, delivery.service, delivery.to),
                            .from = delivery.from,
                            .heard_of = delivery.updated_at}),
             real_now + kErasedKept);
}

}  // namespace bauta
