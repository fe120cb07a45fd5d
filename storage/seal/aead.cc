#include "storage/seal/aead.h"

#include <sodium.h>

#include <span>

#include "storage/store/assert.h"

namespace bauta {
namespace {

static_assert(kAeadKeyOctets == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kAeadNonceOctets == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kAeadOverheadOctets == kAeadNonceOctets + crypto_aead_xchacha20poly1305_ietf_ABYTES);

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

void aead_seal(const Secret& key, Random& random, std::string_view plain,
               std::string_view associated, std::string& out) {
  BAUTA_ASSERT(key.size() == kAeadKeyOctets);
  const auto begin = out.size();
  out.resize(begin + kAeadOverheadOctets + plain.size());
  auto* const nonce = reinterpret_cast<unsigned char*>(out.data() + begin);
  random.fill(std::as_writable_bytes(std::span(nonce, kAeadNonceOctets)));
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kAeadNonceOctets, nullptr, octets_of(plain),
                                             plain.size(), octets_of(associated), associated.size(),
                                             nullptr, nonce, octets_of(key.reveal()));
}

std::optional<std::string> aead_open(const Secret& key, std::string_view sealed,
                                     std::string_view associated) {
  BAUTA_ASSERT(key.size() == kAeadKeyOctets);
  if (sealed.size() < kAeadOverheadOctets) return std::nullopt;
  std::string plain(sealed.size() - kAeadOverheadOctets, '\0');
  const auto cipher = sealed.substr(kAeadNonceOctets);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()),
                                                 nullptr, nullptr, octets_of(cipher), cipher.size(),
                                                 octets_of(associated), associated.size(),
                                                 octets_of(sealed), octets_of(key.reveal())) != 0) {
    return std::nullopt;
  }
  return plain;
}

}  // namespace bauta
