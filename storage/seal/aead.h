#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "storage/seal/secret.h"
#include "storage/store/random.h"

namespace bauta {

/// XChaCha20-Poly1305 as libsodium does it: its nonces are random and long enough that nobody has to count them.
inline constexpr std::size_t kAeadKeyOctets = 32;
inline constexpr std::size_t kAeadNonceOctets = 24;
inline constexpr std::size_t kAeadOverheadOctets = kAeadNonceOctets + 16;

/// Appends nonce (24), cipher text and tag (16) to `out`.  `associated` is authenticated, but not stored.
void aead_seal(const Secret& key, Random& random, std::string_view plain,
               std::string_view associated, std::string& out);

/// The inverse; nullopt if `sealed` was not made with this key and `associated`.
std::optional<std::string> aead_open(const Secret& key, std::string_view sealed,
                                     std::string_view associated);

}  // namespace bauta
