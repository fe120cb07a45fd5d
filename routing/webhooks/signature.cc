#include "routing/webhooks/signature.h"

#include <sodium.h>

#include <array>
#include <span>
#include <vector>

#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::size_t kKeyOctets = 32;
static_assert(kKeyOctets == crypto_sign_SEEDBYTES);

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(std::span<const unsigned char> octets) {
  std::string text(sodium_base64_ENCODED_LEN(octets.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), octets.data(), octets.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // sodium ends it with a NUL
  return text;
}

struct KeyPair {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key{};
  ~KeyPair() { sodium_memzero(secret_key.data(), secret_key.size()); }
};
KeyPair pair_of(std::string_view seed) {
  BAUTA_ASSERT(seed.size() == kKeyOctets);
  KeyPair pair;
  crypto_sign_seed_keypair(pair.public_key.data(), pair.secret_key.data(), octets_of(seed));
  return pair;
}

std::string hmac(std::string_view key, std::string_view content) {
  crypto_auth_hmacsha256_state state;
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> tag{};
  crypto_auth_hmacsha256_init(&state, octets_of(key), key.size());
  crypto_auth_hmacsha256_update(&state, octets_of(content), content.size());
  crypto_auth_hmacsha256_final(&state, tag.data());
  return base64(tag);
}

std::string ed25519(std::string_view seed, std::string_view content) {
  const KeyPair pair = pair_of(seed);
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_detached(signature.data(), nullptr, octets_of(content), content.size(),
                       pair.secret_key.data());
  return base64(signature);
}

}  // namespace

std::string_view signature_kind_name(SignatureKind kind) {
  switch (kind) {
    case SignatureKind::v1:
      return "v1";
    case SignatureKind::v1a:
      return "v1a";
  }
  BAUTA_ASSERT(false);
}

Result<SignatureKind> parse_signature_kind(std::string_view name) {
  for (const auto kind : {SignatureKind::v1, SignatureKind::v1a}) {
    if (signature_kind_name(kind) == name) return kind;
  }
  return fail("signature.unknown", "there are the signatures v1 and v1a");
}

std::string new_signing_key(Random& random) {
  std::array<std::byte, kKeyOctets> octets{};
  random.fill(octets);
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

std::string shown_secret(std::string_view signing_key) {
  return "whsec_" + base64({octets_of(signing_key), signing_key.size()});
}

std::string shown_public_key(std::string_view signing_key) {
  return "whpk_" + base64(pair_of(signing_key).public_key);
}

std::string sign(SignatureKind kind, std::string_view signing_key, const SignedMessage& message) {
  std::string content(message.id);
  content.append(".").append(std::to_string(message.timestamp)).append(".").append(message.body);
  const auto signature =
      kind == SignatureKind::v1 ? hmac(signing_key, content) : ed25519(signing_key, content);
  return std::string(signature_kind_name(kind)) + "," + signature;
}

}  // namespace bauta
