#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "proxy/doctor/diagnosis.h"

namespace bauta {

struct FileRights {
  /// The permission bits alone.
  unsigned mode = 0;
  std::uint32_t owner = 0;
};
/// nullopt: there is no such file.
std::optional<FileRights> rights_of(const std::filesystem::path& file);

enum class Readers : std::uint8_t { owner, group };
/// Pure.  A file that holds a secret: nobody but its owner has rights on it, its group at most that to read, and its owner is `user`, for whom the relay is to run, or root.
Diagnosis judge_secret(const std::string& setting, const std::filesystem::path& file,
                       const std::optional<FileRights>& rights, std::uint32_t user,
                       Readers readers = Readers::owner);

}  // namespace bauta
