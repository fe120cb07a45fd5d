#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/config/config.h"

namespace bauta {

/// `texts`: a list of texts; one text with commas between them in the environment.  `truth`: true or false, set as 1 or 0.
enum class SettingKind : std::uint8_t { text, integer, path, texts, truth };

/// A row of the table from which the loader, its checks, the names in the environment and the reference come.
struct Setting {
  std::string_view section;
  std::string_view name;
  SettingKind kind;
  std::string_view unit;
  /// As it would be written; "": none.
  std::string_view fallback;
  std::int64_t min;
  std::int64_t max;
  std::string_view sentence;
  /// What a configuration says here, as it would be written.
  std::string (*show)(const Config&);
  void (*set_text)(Config&, std::string_view);
  void (*set_integer)(Config&, std::int64_t);
  /// Taken up anew on SIGHUP; else a change needs a restart.
  bool is_live = false;
  void (*add_text)(Config&, std::string_view) = nullptr;
};
std::span<const Setting> settings();
/// "BAUTA_PUBLIC_LISTEN"
std::string environment_name(const Setting& setting);
/// May also be given as `<name>_file`, and is shown nowhere.
bool is_secret(const Setting& setting);

/// The same for a key of [[connections]]: a text, or a number where `number` says where it goes.
struct ConnectionSetting {
  std::string_view name;
  /// Which types ask for it, "" for all; `required` there.
  std::string_view type;
  bool required;
  /// May also be given as `<name>_file`.
  bool is_secret;
  std::string_view fallback;
  std::string_view sentence;
  std::string ConnectionConfig::* member;
  double ConnectionConfig::* number = nullptr;
  bool is_live = false;
};
std::span<const ConnectionSetting> connection_settings();
std::span<const std::string_view> connection_types();

}  // namespace bauta
