#pragma once

#include <json/value.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "storage/store/result.h"

namespace bauta {

/// A service, and those of its settings that are named.
struct ServiceWords {
  std::string name;
  std::optional<std::string> display_name;
  std::optional<std::int64_t> cooling_seconds;
  std::optional<std::int64_t> deadline_seconds;
  std::optional<std::int64_t> retention_seconds;
  std::optional<std::string> unknown;
  std::optional<std::string> locality_fallback;
  std::optional<bool> answer_ended;
  std::optional<bool> answer_strangers;
  std::optional<std::string> sticky;
  std::optional<std::string> consent_scope;
  std::optional<bool> mask_addresses;
  std::optional<std::string> language;
  std::optional<std::string> default_region;
  /// A file.
  std::string texts;

  /// As the API takes them.  Codes: usage.file, usage.texts.
  Result<Json::Value> settings() const;
};

/// Why people would hear nothing in the language that a service is set to, of the service as the API shows it; "": they do.
std::string unspoken_language(const Json::Value& service);

void add_service_name(CLI::App* command, std::string& name);
/// An option for each setting that the API has.
void add_service_settings(CLI::App* command, ServiceWords& words);

}  // namespace bauta
