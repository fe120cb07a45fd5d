#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "storage/store/result.h"

namespace bauta {

/// A server and who asks it, under a name: a table of profiles.toml.  "": not said.
struct Profile {
  std::string url = {};
  std::string service = {};
  std::string key = {};
  /// Holds the key instead; absolute, if the profiles' own folder is.
  std::filesystem::path key_file = {};
};

/// Where profiles are kept: below `config_home` ($XDG_CONFIG_HOME, which counts only if it is absolute), else below `home`.  nullopt: nowhere.
std::optional<std::filesystem::path> profiles_file(std::string_view config_home,
                                                   std::string_view home);

/// The profile `name` of what a file in `folder` holds.  What no profile has is an error, so that a misspelt word is not passed over; no error
/// repeats a value.  Codes: usage.profile.
Result<Profile> parse_profile(std::string_view toml, const std::string& name,
                              const std::filesystem::path& folder);

}  // namespace bauta
