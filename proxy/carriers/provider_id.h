#pragma once

#include <string_view>

namespace bauta {

/// 1 to 64 letters and digits, as carriers name texts; may be stored and logged.
bool is_provider_id(std::string_view text);

}  // namespace bauta
