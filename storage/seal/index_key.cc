#include "storage/seal/index_key.h"

#include <sodium.h>

#include <initializer_list>

namespace bauta {
namespace {

/// What is hashed; on disk: never change.
///
///     use (1 octet), then of each part: length (8 octets, little-endian), octets
///
/// So that neither another use of the key, nor another split into parts, hashes the same octets.
enum class Use : unsigned char { person = 1, hash = 2, tag = 3 };

Bits128 keyed_hash(const Secret& key, Use use, std::initializer_list<std::string_view> parts) {
  const auto octets_of = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  crypto_generichash_state state;
  Bits128 bits;
  crypto_generichash_init(&state, octets_of(key.reveal()), key.size(), bits.size());
  const auto first = static_cast<unsigned char>(use);
  crypto_generichash_update(&state, &first, 1);
  for (const auto part : parts) {
    unsigned char length[8];
    for (std::size_t at = 0; at < sizeof length; ++at) {
      length[at] = static_cast<unsigned char>(part.size() >> (8 * at));
    }
    crypto_generichash_update(&state, length, sizeof length);
    crypto_generichash_update(&state, octets_of(part), part.size());
  }
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(bits.data()), bits.size());
  return bits;
}

}  // namespace

IndexKey::IndexKey(std::span<const std::byte, kOctets> key) : key_(Secret::copy(key)) {}

PersonHash IndexKey::person(ServiceId service, std::string_view channel,
                            std::string_view identity) const {
  return PersonHash(keyed_hash(key_, Use::person, {service.bytes(), channel, identity}));
}

Bits128 IndexKey::hash(std::string_view purpose, std::string_view octets) const {
  return keyed_hash(key_, Use::hash, {purpose, octets});
}

std::string IndexKey::tag(std::string_view purpose, std::string_view octets) const {
  return std::string(as_bytes(keyed_hash(key_, Use::tag, {purpose, octets})));
}

bool IndexKey::verify(std::string_view purpose, std::string_view octets,
                      std::string_view tag) const {
  const auto expected = keyed_hash(key_, Use::tag, {purpose, octets});
  return tag.size() == expected.size() &&
         sodium_memcmp(tag.data(), expected.data(), expected.size()) == 0;
}

}  // namespace bauta
