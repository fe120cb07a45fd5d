#pragma once

#include <cstdint>
#include <string_view>

#include "routing/text/message_text.h"

namespace bauta {

/// On disk by number: never renumber.
enum class Encoding : std::uint8_t { gsm7, ucs2 };
std::string_view encoding_name(Encoding encoding);

struct Segmentation {
  Encoding encoding = Encoding::gsm7;
  /// Septets, or UTF-16 code units.
  std::uint32_t units = 0;
  /// How many SMS carry it: what a carrier bills.
  std::uint32_t segments = 1;

  friend bool operator==(const Segmentation&, const Segmentation&) = default;
};

/// 3GPP TS 23.038 (default alphabet and its extension, no national tables) and TS 23.040, 9.2.3.24.1 (8-bit reference: 153 septets,
/// 67 code units a part).  An extension pair or a surrogate pair never straddles two parts.
Segmentation segment(const MessageText& text);

}  // namespace bauta
