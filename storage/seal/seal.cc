#include "storage/seal/seal.h"

#include <cstdint>

#include "storage/seal/aead.h"
#include "storage/store/commit_rules.h"

namespace bauta {
namespace {

/// On disk: never renumber.
///
///     +-------------+------------+-----------+----------------------------+
///     | binding (1) | key id (4) | nonce(24) | sealed value, and tag (16) |
///     +-------------+------------+-----------+----------------------------+
///
/// The associated data is
///
///     +-------------+------------+------------------------+---------------+
///     | binding (1) | key id (4) | expiry (8, ms; 0 none) | key or prefix |
///     +-------------+------------+------------------------+---------------+
///
/// Numbers are big-endian.
constexpr std::size_t kHeadOctets = 1 + 4;
static_assert(kSealOverheadOctets == kHeadOctets + kAeadOverheadOctets);
static_assert(kSealOverheadOctets <= kWrapOctetsMax);

void add_number(std::string& out, std::uint64_t value, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(value >> shift)));
  }
}

std::string head(SealBinding binding, std::uint32_t key_id) {
  std::string octets(1, static_cast<char>(binding));
  add_number(octets, key_id, 4);
  return octets;
}

std::string associated_data(std::string_view head, std::optional<TimePoint> expiry,
                            std::string_view bound_to) {
  std::string octets;
  octets.reserve(head.size() + 8 + bound_to.size());
  octets += head;
  add_number(octets, expiry ? static_cast<std::uint64_t>(to_millis(*expiry)) : 0, 8);
  octets += bound_to;
  return octets;
}

std::uint32_t key_id_of(std::string_view sealed) {
  std::uint32_t id = 0;
  for (const char octet : sealed.substr(1, 4)) id = id << 8 | static_cast<unsigned char>(octet);
  return id;
}

/// What the record at `key` must be bound to; nullopt: the first octet says nothing that we know.
std::optional<std::string_view> bound_to(std::string_view sealed, const Key& key) {
  const std::string_view octets = key.octets();
  switch (SealBinding{static_cast<unsigned char>(sealed.front())}) {
    case SealBinding::key:
      return octets;
    case SealBinding::prefix:
      if (octets.size() < 8) return std::nullopt;
      return octets.substr(0, octets.size() - 8);
  }
  return std::nullopt;
}

}  // namespace

std::string seal(const KeyRing& keys, Random& nonces, SealBinding binding, const Key& bound_to,
                 std::optional<TimePoint> expiry, std::string_view value) {
  const auto [id, key] = keys.sealing();
  auto sealed = head(binding, id);
  const auto associated = associated_data(sealed, expiry, bound_to.octets());
  sealed.reserve(kSealOverheadOctets + value.size());
  aead_seal(key, nonces, value, associated, sealed);
  return sealed;
}

Result<std::string> open_seal(const KeyRing& keys, const Key& key, const Record& record) {
  const auto unreadable = [] {
    return fail(
        "storage.corrupt",
        "a record cannot be opened: it is damaged, or was written elsewhere; restore a backup");
  };
  const std::string_view sealed = record.value;
  if (sealed.size() < kSealOverheadOctets) return unreadable();
  const auto bound = bound_to(sealed, key);
  const auto* const data_key = keys.find(key_id_of(sealed));
  if (!bound || data_key == nullptr) return unreadable();
  auto value = aead_open(*data_key, sealed.substr(kHeadOctets),
                         associated_data(sealed.substr(0, kHeadOctets), record.expiry, *bound));
  if (!value) return unreadable();
  return std::move(*value);
}

}  // namespace bauta
