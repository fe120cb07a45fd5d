#include "pool/allocation/route.pb.h"
#include "pool/inventory/inventory.h"
#include "routing/accounts/services.h"
#include "routing/inspection/inspector.h"

namespace bauta {
namespace {

Result<RingTerms> terms_in(const Record& record) { return Inventory::decode_terms(record.value); }

bool agree(const RingTerms& terms, const Number& number) {
  return terms.status == number.status && terms.capabilities == number.capabilities &&
         terms.reach == number.reach;
}

Key place_of(const Number& number, const std::string& ring) {
  return Inventory::place_key(number.service, ring, number.rank, number.number.str());
}

}  // namespace

Task<Status> Inspector::number(KeyedRecord record) {
  const auto read = decode_number(record.record);
  const auto* const stored = readable(record.key, read);
  if (stored == nullptr) co_return Status{};
  const auto& number = stored->value;
  if (Inventory::key_of(number.number) != record.key) {
    report(record.key, "says that it is another number");
    co_return Status{};
  }
  BAUTA_CO_TRY(const bool owned, co_await exists(Services::key_of(number.service)));
  if (!owned) report(record.key, "is of a service that does not exist");
  for (const Tier tier : kTiers) {
    const auto ring = ring_name(number.locality, tier);
    if (ring.empty()) continue;
    BAUTA_CO_TRY(const auto place, co_await look_up(place_of(number, ring), terms_in));
    if (place.is_missing()) report(record.key, "has no place in the ring " + ring);
    if (place.value && !agree(*place.value, number)) {
      report(record.key, "stands in the ring " + ring + " on other terms than its own");
    }
  }
  co_return Status{};
}

Task<Status> Inspector::ring_place(KeyedRecord record) {
  const auto terms = terms_in(record.record);
  const auto place = Inventory::read_place(record.key);
  if (readable(record.key, terms) == nullptr || readable(record.key, place) == nullptr)
    co_return Status{};
  BAUTA_CO_TRY(const auto number,
               co_await look_up(Inventory::key_of(place->number), decode_number));
  if (number.is_missing()) report(record.key, "is the place of a number that does not exist");
  if (!number.value) co_return Status{};
  const std::string ring(read_shape(record.key, "stnt")->at(1));
  bool stands_here = place_of(number.value->value, ring) == record.key;
  bool is_its_ring = false;
  for (const Tier tier : kTiers)
    is_its_ring = is_its_ring || ring_name(number.value->value.locality, tier) == ring;
  if (!stands_here || !is_its_ring) {
    report(record.key, "is a place where its number's record does not put it");
  }
  co_return Status{};
}

Task<Status> Inspector::ring_cursor(KeyedRecord record) {
  static_cast<void>(parsed<pool::CursorRecord>(record));
  co_return Status{};
}

}  // namespace bauta
