#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proxy/net/form.h"
#include "proxy/net/url.h"

/// A form that was read and written again reads as the same; a percent-encoded text decodes to itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto form = bauta::decode_form(text);
  if (bauta::decode_form(bauta::encode_form(form)) != form) std::abort();
  const auto decoded = bauta::percent_decode(bauta::percent_encode(text));
  if (!decoded || *decoded != text) std::abort();
  static_cast<void>(bauta::percent_decode(text).has_value());
  static_cast<void>(bauta::parse_url(text).has_value());
  return 0;
}
