#include "storage/seal/index_key.h"

#include <sodium.h>

#include <cstring>
#include <new>

#include "storage/store/assert.h"

namespace bauta {
namespace {

// On disk: the octets that are hashed are purpose, NUL, octets; never change.
Bits128 keyed_hash(const std::byte* key, std::string_view purpose, std::initializer_list<std::string_view> parts) {
  crypto_generichash_state state;
  Bits128 bits;
  const auto* const octets = reinterpret_cast<const unsigned char*>(key);
  crypto_generichash_init(&state, octets, IndexKey::kOctets, bits.size());
  const auto add = [&](std::string_view part) {
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
    const unsigned char end = 0;
    crypto_generichash_update(&state, &end, 1);
  };
  add(purpose);
  for (const auto part : parts) add(part);
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(bits.data()), bits.size());
  return bits;
}

}  // namespace

IndexKey::IndexKey(std::span<const std::byte, kOctets> key) {
  BAUTA_ASSERT(sodium_init() >= 0);
  key_ = static_cast<std::byte*>(sodium_malloc(kOctets));
  if (key_ == nullptr) throw std::bad_alloc();
  std::memcpy(key_, key.data(), kOctets);
}

IndexKey::~IndexKey() { sodium_free(key_); }

PersonHash IndexKey::person(ServiceId service, std::string_view channel, std::string_view identity) const {
  return PersonHash(keyed_hash(key_, "person", {service.bytes(), channel, identity}));
}

Bits128 IndexKey::hash(std::string_view purpose, std::string_view octets) const {
  return keyed_hash(key_, purpose, {octets});
}

std::string IndexKey::tag(std::string_view purpose, std::string_view octets) const {
  return std::string(as_bytes(keyed_hash(key_, purpose, {"tag", octets})));
}

bool IndexKey::verify(std::string_view purpose, std::string_view octets, std::string_view tag) const {
  const auto expected = keyed_hash(key_, purpose, {"tag", octets});
  return tag.size() == expected.size() && sodium_memcmp(tag.data(), expected.data(), expected.size()) == 0;
}

}  // namespace bauta
