#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "routing/outbox/delivery.h"
#include "storage/seal/index_key.h"
#include "storage/store/random.h"

namespace bauta {

/// What a DLR says, in our words (carriers.md, "Unified delivery state").  On disk by number: never renumber.
enum class ReceiptStatus : std::uint8_t {
  unknown_word,
  queued,
  sent,
  delivered,
  undelivered,
  failed,
  rejected
};

struct ReceiptWord {
  ReceiptStatus status = ReceiptStatus::unknown_word;
  /// The carrier's own code ("30003") and words, redacted.
  std::string carrier_code{};
  std::string detail{};
  /// The carrier says that this person has opted out.
  bool opted_out = false;
};

/// Changes `delivery` by a word about its attempt number `attempt`; false: the word changes nothing.  A late word never lowers a status, a final one is
/// replaced only by `delivered`, and a bad word counts only for the latest attempt: an earlier one that was lost is why there is a later one.  Of attempts that were given up before it
/// was asked for again nothing but `delivered` counts.
bool apply_word(Delivery& delivery, const ReceiptWord& word, std::uint32_t attempt, TimePoint now);

/// `pid/<connection>/<hash of the provider's id>`: where the answer to a send and its receipt meet, whichever comes first.
Key provider_id_key(const IndexKey& index_key, std::string_view connection,
                    std::string_view provider_id);
/// Provider ids are unique per connection for 7 days, no more.
inline constexpr std::chrono::days kProviderIdKept{7};

/// What lies under a provider's id.
struct ProviderIdRecord {
  /// The delivery that was sent under it; none: only a receipt is there yet.
  std::optional<Key> delivery{};
  std::uint32_t attempt = 0;
  /// The strongest word that came before the answer to its send.
  std::optional<ReceiptWord> early{};
  /// A receipt that nobody knew the send of said that its recipient opted out, and the ledger has it: a carrier repeats itself.
  bool opt_out_heard = false;
};
std::string encode_provider_id(const ProviderIdRecord& record);
Result<Stored<ProviderIdRecord>> decode_provider_id(const Record& record);
/// The stronger of two words about one send: delivered, else a bad one, else sent.  That one of them said "opted out" stays said: it is about
/// the person, not about the send (promise 6).
ReceiptWord stronger(const ReceiptWord& a, const ReceiptWord& b);

/// Where the receipts of `delivery`'s latest attempt will look, one key for each of its provider ids.
std::vector<Key> provider_id_keys(const IndexKey& index_key, const Delivery& delivery);

/// Adds to `commit` that what lies under `keys` is `delivery`'s latest attempt; the strongest early word that waited under one of them, if any.
Task<Result<std::optional<ReceiptWord>>> register_provider_ids(Store& store, Commit& commit,
                                                               std::vector<Key> keys,
                                                               Delivery delivery, TimePoint now);

}  // namespace bauta
