#include "proxy/net/base64.h"

#include <sodium.h>

namespace bauta {

std::string encode_base64(std::string_view octets) {
  std::string text(sodium_base64_encoded_len(octets.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(octets.data()),
                    octets.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminating zero
  return text;
}

Result<std::string> decode_base64(std::string_view text) {
  std::string octets(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(octets.data()), octets.size(), text.data(),
                        text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0) {
    return fail("base64.malformed", "not base64 (RFC 4648, section 4, with padding)");
  }
  octets.resize(size);
  return octets;
}

}  // namespace bauta
