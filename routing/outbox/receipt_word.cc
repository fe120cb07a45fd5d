#include "routing/outbox/receipt_word.h"

#include "routing/outbox/outbox.pb.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

int strength(ReceiptStatus status) {
  switch (status) {
    case ReceiptStatus::unknown_word:
    case ReceiptStatus::queued:
      return 0;
    case ReceiptStatus::sent:
      return 1;
    case ReceiptStatus::undelivered:
    case ReceiptStatus::failed:
    case ReceiptStatus::rejected:
      return 2;
    case ReceiptStatus::delivered:
      return 3;
  }
  BAUTA_ASSERT(false);
}

bool end_badly(Delivery& delivery, DeliveryState state, std::string_view code,
               const ReceiptWord& word, std::uint32_t attempt) {
  if (is_final(delivery.state) || attempt != delivery.attempt) return false;
  delivery.state = state;
  delivery.error_code = word.opted_out ? "carrier.opted_out" : code;
  delivery.error_detail = word.carrier_code;
  if (!word.detail.empty())
    delivery.error_detail += (word.carrier_code.empty() ? "" : " ") + word.detail;
  return true;
}

bool change_by(Delivery& delivery, const ReceiptWord& word, std::uint32_t attempt) {
  // Its end was known, and somebody asked for the text again: a late or repeated word neither keeps the new attempt from being made nor ends it.
  if (attempt <= delivery.attempts_given_up && word.status != ReceiptStatus::delivered)
    return false;
  switch (word.status) {
    case ReceiptStatus::unknown_word:
    case ReceiptStatus::queued:
      return false;
    case ReceiptStatus::sent:
      if (delivery.state == DeliveryState::sent || is_final(delivery.state)) return false;
      delivery.state = DeliveryState::sent;
      delivery.error_code.clear();
      return true;
    case ReceiptStatus::delivered:
      if (delivery.state == DeliveryState::delivered) return false;
      delivery.state = DeliveryState::delivered;
      delivery.error_code.clear();
      delivery.error_detail.clear();
      return true;
    case ReceiptStatus::undelivered:
      return end_badly(delivery, DeliveryState::undelivered, "carrier.undelivered", word, attempt);
    case ReceiptStatus::failed:
      return end_badly(delivery, DeliveryState::failed, "carrier.failed", word, attempt);
    case ReceiptStatus::rejected:
      return end_badly(delivery, DeliveryState::failed, "carrier.rejected", word, attempt);
  }
  BAUTA_ASSERT(false);
}

}  // namespace

bool apply_word(Delivery& delivery, const ReceiptWord& word, std::uint32_t attempt, TimePoint now) {
  if (!change_by(delivery, word, attempt)) return false;
  delivery.updated_at = now;
  return true;
}

// A provider's id is foreign text: its hash stands in the key.
Key provider_id_key(const IndexKey& index_key, std::string_view connection,
                    std::string_view provider_id) {
  return Key("pid").text(connection).bits(index_key.hash("provider-id", provider_id));
}

std::string encode_provider_id(const ProviderIdRecord& record) {
  records::ProviderId out;
  if (record.delivery) out.set_delivery(record.delivery->octets());
  out.set_attempt(record.attempt);
  out.set_opt_out_heard(record.opt_out_heard);
  if (record.early) {
    out.mutable_early()->set_status(static_cast<std::uint32_t>(record.early->status));
    out.mutable_early()->set_carrier_code(record.early->carrier_code);
    out.mutable_early()->set_detail(record.early->detail);
    out.mutable_early()->set_opted_out(record.early->opted_out);
  }
  return out.SerializeAsString();
}

Result<Stored<ProviderIdRecord>> decode_provider_id(const Record& record) {
  BAUTA_TRY(const auto stored, decode<records::ProviderId>(record));
  const auto& from = stored.value;
  ProviderIdRecord value;
  if (!from.delivery().empty()) value.delivery = Key::from_octets(from.delivery());
  value.attempt = from.attempt();
  value.opt_out_heard = from.opt_out_heard();
  if (from.has_early()) {
    if (from.early().status() > static_cast<std::uint32_t>(ReceiptStatus::rejected)) {
      return fail("storage.corrupt",
                  "a kept receipt holds a status that this version does not know");
    }
    value.early = ReceiptWord{.status = static_cast<ReceiptStatus>(from.early().status()),
                              .carrier_code = from.early().carrier_code(),
                              .detail = from.early().detail(),
                              .opted_out = from.early().opted_out()};
  }
  return Stored<ProviderIdRecord>{.value = std::move(value), .version = stored.version};
}

ReceiptWord stronger(const ReceiptWord& a, const ReceiptWord& b) {
  const int by = strength(b.status) - strength(a.status);
  // Of two that weigh the same the one that says why is the better reason of a dead letter.
  const bool tells_why = by == 0 && b.opted_out && !a.opted_out;
  ReceiptWord word = by > 0 || tells_why ? b : a;
  word.opted_out = a.opted_out || b.opted_out;
  return word;
}

std::vector<Key> provider_id_keys(const IndexKey& index_key, const Delivery& delivery) {
  std::vector<Key> keys;
  keys.reserve(delivery.provider_ids.size());
  for (const auto& id : delivery.provider_ids)
    keys.push_back(provider_id_key(index_key, delivery.connection, id));
  return keys;
}

Task<Result<std::optional<ReceiptWord>>> register_provider_ids(Store& store, Commit& commit,
                                                               std::vector<Key> keys,
                                                               Delivery delivery, TimePoint now) {
  BAUTA_CO_TRY(const auto records, co_await store.multi_get(keys));
  std::optional<ReceiptWord> early;
  const auto own = delivery_key(delivery.service, delivery.message, delivery.seat);
  for (std::size_t at = 0; at < keys.size(); ++at) {
    commit.expect(keys[at], records[at] ? records[at]->version : kAbsent);
    if (records[at]) {
      BAUTA_CO_TRY(const auto found, decode_provider_id(*records[at]));
      if (found.value.early)
        early = early ? stronger(*early, *found.value.early) : *found.value.early;
    }
    commit.put(keys[at], encode_provider_id({.delivery = own, .attempt = delivery.attempt}),
               now + kProviderIdKept);
  }
  co_return early;
}

}  // namespace bauta
