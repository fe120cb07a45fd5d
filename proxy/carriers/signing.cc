#include "proxy/carriers/signing.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <array>

#include "storage/store/assert.h"

namespace bauta {
namespace {

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Keyed anew for each message.  Made once a thread: to find the algorithm takes longer than to use it.
class Hmac {
 public:
  explicit Hmac(std::string digest) {
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    context_ = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);  // the context holds it
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    BAUTA_ASSERT(context_ != nullptr && EVP_MAC_CTX_set_params(context_, parameters.data()) == 1);
  }
  ~Hmac() { EVP_MAC_CTX_free(context_); }
  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;

  std::string of(std::string_view key, std::string_view data) {
    // No pointer would mean the key of the message before.
    if (key.data() == nullptr) key = "";
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    std::size_t size = 0;
    BAUTA_ASSERT(EVP_MAC_init(context_, octets_of(key), key.size(), nullptr) == 1 &&
                 EVP_MAC_update(context_, octets_of(data), data.size()) == 1 &&
                 EVP_MAC_final(context_, out.data(), &size, out.size()) == 1);
    return {reinterpret_cast<const char*>(out.data()), size};
  }

 private:
  EVP_MAC_CTX* context_ = nullptr;
};

}  // namespace

std::string hmac_sha1(std::string_view key, std::string_view data) {
  thread_local Hmac hmac("SHA1");
  return hmac.of(key, data);
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  thread_local Hmac hmac("SHA256");
  return hmac.of(key, data);
}

std::string sha256_hex(std::string_view data) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> out{};
  SHA256(octets_of(data), data.size(), out.data());
  return encode_hex({reinterpret_cast<const char*>(out.data()), out.size()});
}

std::string encode_hex(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    text.push_back(kDigits[octet >> 4]);
    text.push_back(kDigits[octet & 15]);
  }
  return text;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace bauta
