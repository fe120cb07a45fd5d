#pragma once

#include <array>
#include <string>
#include <string_view>

namespace bauta {

/// What is not set here but at a service, over the API: for who looks for it in the configuration.
inline constexpr std::array<std::string_view, 14> kServiceSettings = {
    "display_name",   "cooling_seconds",  "deadline_seconds",  "unknown", "locality_fallback",
    "answer_ended",   "answer_strangers", "retention_seconds", "sticky",  "consent_scope",
    "mask_addresses", "language",         "default_region",    "texts"};

bool is_service_setting(std::string_view key);
/// ": a service has it: bauta service set default --deadline-seconds …"
std::string hint_of_service_setting(std::string_view key);

}  // namespace bauta
