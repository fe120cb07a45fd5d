#include "routing/text/segments.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/text/utf8.h"

namespace bauta {
namespace {

// 140 octets of user data, whole or less a 6-octet concatenation header (3GPP TS 23.040, 9.2.3.24.1).
constexpr std::uint32_t kWholeSeptetsMax = 140 * 8 / 7;       // 160
constexpr std::uint32_t kPartSeptetsMax = (140 - 6) * 8 / 7;  // 153
constexpr std::uint32_t kWholeUnitsMax = 140 / 2;             // 70
constexpr std::uint32_t kPartUnitsMax = (140 - 6) / 2;        // 67

// 3GPP TS 23.038, 6.2.1, without ASCII's share of it, and 6.2.1.1.
constexpr std::u32string_view kBeyondAscii = U"£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
constexpr std::u32string_view kExtension = U"\f^{}\\[~]|€";

bool is_ascii_of_gsm7(char32_t c) {
  if (c == U'\n' || c == U'\r') return true;
  if (c < U' ' || c > U'z') return false;
  return c != U'[' && c != U'\\' && c != U']' && c != U'^' && c != U'`';
}

/// 0: not in the alphabet.
std::uint32_t septets_of(char32_t c) {
  if (is_ascii_of_gsm7(c) || kBeyondAscii.contains(c)) return 1;
  return kExtension.contains(c) ? 2 : 0;
}

std::uint32_t code_units_of(char32_t c) { return c > 0xffff ? 2 : 1; }

/// `sizes`: of the characters, none of which may be cut in two.
Segmentation split(Encoding encoding, const std::vector<std::uint32_t>& sizes,
                   std::uint32_t whole_max, std::uint32_t part_max) {
  Segmentation result{.encoding = encoding, .units = 0, .segments = 1};
  for (const std::uint32_t size : sizes) result.units += size;
  if (result.units <= whole_max) return result;
  std::uint32_t in_part = 0;
  for (const std::uint32_t size : sizes) {
    if (in_part + size > part_max) {
      ++result.segments;
      in_part = 0;
    }
    in_part += size;
  }
  return result;
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::gsm7:
      return "gsm7";
    case Encoding::ucs2:
      return "ucs2";
  }
  std::unreachable();
}

Segmentation segment(const MessageText& text) {
  std::vector<char32_t> characters;
  const std::string_view octets = text.reveal();
  for (std::size_t at = 0; at < octets.size();) {
    const auto step = utf8::read(octets.substr(at));
    characters.push_back(step.scalar.value_or(U'\ufffd'));
    at += step.octets;
  }
  std::vector<std::uint32_t> sizes(characters.size());
  std::ranges::transform(characters, sizes.begin(), septets_of);
  // One character outside the alphabet switches the whole text, also what costs two septets in it.
  if (std::ranges::find(sizes, 0U) == sizes.end())
    return split(Encoding::gsm7, sizes, kWholeSeptetsMax, kPartSeptetsMax);
  std::ranges::transform(characters, sizes.begin(), code_units_of);
  return split(Encoding::ucs2, sizes, kWholeUnitsMax, kPartUnitsMax);
}

}  // namespace bauta
