#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "pool/address/real_address.h"
#include "routing/text/message_text.h"
#include "routing/text/segments.h"

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Does `text` hold a run of so many digits?
bool holds_digits(std::string_view text, std::ptrdiff_t count) {
  return std::search_n(text.begin(), text.end(), count, true,
                       [](char c, bool) { return is_digit(c); }) != text.end();
}

}  // namespace

/// What carriers and people write: a text is always kept as valid UTF-8, a mask never shows a whole number, and no number survives redaction.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const auto text = bauta::MessageText::from_carrier(octets);
  if (!bauta::MessageText::parse(text.reveal())) std::abort();
  if (bauta::segment(text).segments < 1) std::abort();
  if (const auto address = bauta::RealAddress::from_carrier(octets)) {
    const auto again = bauta::RealAddress::from_carrier(address->reveal_with_channel());
    if (!again || *again != *address) std::abort();
    if (holds_digits(address->masked(), 7)) std::abort();
  }
  if (holds_digits(bauta::redact_numbers(octets), 7)) std::abort();
  return 0;
}
