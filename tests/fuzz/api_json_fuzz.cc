#include <json/value.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proxy/api/json.h"

/// No body makes the reader throw; what it takes, it takes again after it was written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto value = bauta::api::parse_json(body, 16);
  if (!value) return 0;
  if (!bauta::api::parse_json(bauta::api::write_json(*value), 16)) std::abort();
  return 0;
}
