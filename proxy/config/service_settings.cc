#include "proxy/config/service_settings.h"

#include <fmt/format.h>

#include <algorithm>

namespace bauta {

bool is_service_setting(std::string_view key) {
  return std::ranges::find(kServiceSettings, key) != kServiceSettings.end();
}

std::string hint_of_service_setting(std::string_view key) {
  std::string option(key);
  std::ranges::replace(option, '_', '-');
  return fmt::format(": a service has it: bauta service set default --{} …", option);
}

}  // namespace bauta
