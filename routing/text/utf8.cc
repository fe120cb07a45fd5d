#include "routing/text/utf8.h"

#include <cstdint>

namespace bauta::utf8 {
namespace {

/// How many octets a character has, by its first one, and what its second one may be (Unicode 15, table 3-7).
struct Lead {
  std::size_t octets = 0;  // 0: no character begins so
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xbf;
};

Lead lead_of(std::uint8_t first) {
  if (first < 0x80) return {.octets = 1};
  if (first < 0xc2) return {};  // a continuation, or overlong
  if (first < 0xe0) return {.octets = 2};
  if (first == 0xe0) return {.octets = 3, .second_min = 0xa0};  // else overlong
  if (first == 0xed) return {.octets = 3, .second_max = 0x9f};  // else a surrogate
  if (first < 0xf0) return {.octets = 3};
  if (first == 0xf0) return {.octets = 4, .second_min = 0x90};  // else overlong
  if (first < 0xf4) return {.octets = 4};
  if (first == 0xf4) return {.octets = 4, .second_max = 0x8f};  // else beyond U+10FFFF
  return {};
}

}  // namespace

Step read(std::string_view octets) {
  const auto first = static_cast<std::uint8_t>(octets.front());
  const Lead lead = lead_of(first);
  if (lead.octets == 0) return {};
  if (lead.octets == 1) return {.scalar = first, .octets = 1};
  char32_t scalar = first & (0x7fU >> lead.octets);
  for (std::size_t at = 1; at < lead.octets; ++at) {
    if (at == octets.size()) return {.scalar = {}, .octets = at};
    const auto octet = static_cast<std::uint8_t>(octets[at]);
    const std::uint8_t min = at == 1 ? lead.second_min : 0x80;
    const std::uint8_t max = at == 1 ? lead.second_max : 0xbf;
    if (octet < min || octet > max) return {.scalar = {}, .octets = at};
    scalar = scalar << 6 | (octet & 0x3fU);
  }
  return {.scalar = scalar, .octets = lead.octets};
}

}  // namespace bauta::utf8
