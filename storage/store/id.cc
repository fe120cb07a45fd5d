#include "storage/store/id.h"

#include <algorithm>
#include <cstring>

#include "storage/store/random.h"

namespace bauta {
namespace {

// Crockford's alphabet leaves out i, l, o and u.
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

std::unexpected<Error> malformed() { return fail("id.malformed", "not an id"); }

}  // namespace

std::string_view as_bytes(const Bits128& bits) {
  return {reinterpret_cast<const char*>(bits.data()), bits.size()};
}

Result<Bits128> bits128_from_bytes(std::string_view octets) {
  Bits128 bits;
  if (octets.size() != bits.size()) return malformed();
  std::memcpy(bits.data(), octets.data(), bits.size());
  return bits;
}

// 128 bits are 26 characters of which the first holds only 3 bits: text then sorts as the bits do.
std::string to_base32(const Bits128& bits) {
  std::string text(26, '0');
  unsigned buffer = 0;
  int held = 2;  // two leading zero bits make 130 = 26 * 5
  std::size_t at = 0;
  for (const std::byte octet : bits) {
    buffer = buffer << 8 | std::to_integer<unsigned>(octet);
    held += 8;
    while (held >= 5) {
      held -= 5;
      text[at++] = kAlphabet[buffer >> held & 31U];
    }
    buffer &= (1U << held) - 1U;
  }
  return text;
}

Result<Bits128> bits128_from_base32(std::string_view text) {
  if (text.size() != 26) return malformed();
  Bits128 bits{};
  unsigned buffer = 0;
  int held = -2;
  std::size_t at = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return malformed();
    if (held < 0 && digit > 7) return malformed();
    buffer = buffer << 5 | static_cast<unsigned>(digit);
    held += 5;
    if (held >= 8) {
      held -= 8;
      bits[at++] = static_cast<std::byte>(buffer >> held & 0xffU);
      buffer &= (1U << held) - 1U;
    }
  }
  return bits;
}

std::string to_base32(std::string_view octets) {
  std::string text;
  unsigned buffer = 0;
  int held = 0;
  for (const char octet : octets) {
    buffer = buffer << 8 | static_cast<unsigned char>(octet);
    held += 8;
    while (held >= 5) {
      held -= 5;
      text.push_back(kAlphabet[buffer >> held & 31U]);
    }
    buffer &= (1U << held) - 1U;
  }
  if (held > 0) text.push_back(kAlphabet[buffer << (5 - held) & 31U]);
  return text;
}

Result<std::string> octets_from_base32(std::string_view text) {
  std::string octets;
  unsigned buffer = 0;
  int held = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return malformed();
    buffer = buffer << 5 | static_cast<unsigned>(digit);
    held += 5;
    if (held >= 8) {
      held -= 8;
      octets.push_back(static_cast<char>(static_cast<unsigned char>(buffer >> held & 0xffU)));
      buffer &= (1U << held) - 1U;
    }
  }
  // Padding that is not zero, or a whole spare character, was never written by to_base32.
  if (buffer != 0 || held >= 5) return malformed();
  return octets;
}

Bits128 make_id_bits(std::int64_t now_ms, Random& random) {
  Bits128 bits{};
  random.fill(std::span(bits).subspan(6));
  auto ms = static_cast<std::uint64_t>(now_ms);
  for (int at = 5; at >= 0; --at, ms >>= 8)
    bits[static_cast<std::size_t>(at)] = static_cast<std::byte>(ms & 0xffU);
  return bits;
}

}  // namespace bauta
