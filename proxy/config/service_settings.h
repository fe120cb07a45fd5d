#pragma once

#include <array>
#include <string_view>

namespace bauta {

/// What is not set here but at a service, over the API: for who looks for it in the configuration.
inline constexpr std::array<std::string_view, 14> kServiceSettings = {
    "display_name",   "cooling_seconds",  "deadline_seconds",  "unknown", "locality_fallback",
    "answer_ended",   "answer_strangers", "retention_seconds", "sticky",  "consent_scope",
    "mask_addresses", "language",         "default_region",    "texts"};

}  // namespace bauta
