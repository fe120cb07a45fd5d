#include "routing/outbox/asking.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace bauta {
namespace {

/// Of a session, from the text that is asked about backwards.
constexpr std::uint32_t kTextsLookedAt = 200;

/// No id that was made together with `id` or before is greater.
MessageId last_of_its_millisecond(const MessageId& id) {
  auto bits = id.bits();
  std::fill(bits.begin() + 6, bits.end(), std::byte{0xff});
  return MessageId(bits);
}

/// Who writes "ok" twice must not lose the second one because the carrier has the first (promise 3).
Task<Result<bool>> is_of_another(Store& store, Delivery unknown,
                                 std::vector<std::string> provider_ids) {
  ScanRequest request{
      .from = message_key(unknown.service, unknown.session, MessageId()),
      .to = message_key(unknown.service, unknown.session, last_of_its_millisecond(unknown.message)),
      .direction = Direction::backward,
      .records_max = kTextsLookedAt};
  BAUTA_CO_TRY(const auto page, co_await store.scan(std::move(request)));
  std::vector<Key> keys;
  for (const auto& record : page.records) {
    BAUTA_CO_TRY(const auto message, decode_message(record.record));
    if (message.id != unknown.message)
      keys.push_back(delivery_key(unknown.service, message.id, unknown.seat));
  }
  BAUTA_CO_TRY(const auto deliveries, co_await store.multi_get(std::move(keys)));
  for (const auto& record : deliveries) {
    if (!record) continue;
    BAUTA_CO_TRY(const auto delivery, decode_delivery(*record));
    // Ids are unique per connection, and this lane's other texts may have left by another one.
    if (delivery.value.connection != unknown.connection) continue;
    if (std::ranges::find_first_of(delivery.value.provider_ids, provider_ids) !=
        delivery.value.provider_ids.end())
      co_return true;
  }
  co_return false;
}

}  // namespace

Task<Result<std::optional<AskedFound>>> ask_about(RelayParts parts, CarrierPort& carriers,
                                                  Delivery unknown) {
  if (!carriers.has(unknown.connection)) co_return std::nullopt;
  BAUTA_CO_TRY(const auto record, co_await parts.store.get(message_key(
                                      unknown.service, unknown.session, unknown.message)));
  if (!record) co_return std::nullopt;
  BAUTA_CO_TRY(const auto message, decode_message(*record));
  auto outcome = co_await carriers.ask(unknown.connection, {.from = unknown.from,
                                                            .to = unknown.to,
                                                            .text = text_sent(message),
                                                            .not_before = unknown.received_at});
  parts.metrics.asked(unknown.connection, ask_outcome_name(outcome));
  auto* const found = std::get_if<AskedFound>(&outcome);
  if (found == nullptr) co_return std::nullopt;
  BAUTA_CO_TRY(const bool other,
               co_await is_of_another(parts.store, std::move(unknown), found->provider_ids));
  if (other) co_return std::nullopt;
  co_return std::move(*found);
}

}  // namespace bauta
