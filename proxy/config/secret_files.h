#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bauta {

/// A file that holds a secret, and by which setting: "admin.key_file", or the configuration itself by "connections.0.token".
struct SecretFile {
  std::string setting;
  std::filesystem::path path;
};

/// Those that the configuration `file` names, and itself if a secret stands in it; none if it is no TOML.
std::vector<SecretFile> secret_files_of(const std::filesystem::path& file);

}  // namespace bauta
