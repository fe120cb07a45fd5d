#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "proxy/config/config.h"
#include "proxy/doctor/diagnosis.h"

namespace bauta {

struct FolderLook {
  bool exists = false;
  bool is_writable = false;
  std::uint64_t free_bytes = 0;
  std::uint64_t capacity_bytes = 0;
  /// statfs' f_type.
  std::uint64_t filesystem = 0;
};
/// Of a folder that is not there yet, the disk is that of the nearest one above it.
FolderLook look_at_folder(const std::filesystem::path& folder);

/// The disk that a folder lies on, or would lie on; nullopt: not known.
std::optional<std::uint64_t> disk_of(const std::filesystem::path& folder);
struct CopiesLook {
  std::optional<std::uint64_t> store = {};
  std::optional<std::uint64_t> backups = {};
  std::optional<std::uint64_t> journal = {};
};
/// Pure.  Backups and the journal: whether there are any, and whether what takes the store's disk leaves them.
Findings judge_copies(const Config& config, const CopiesLook& look);

/// Pure.  `reserve_bytes_max`: [storage] reserve_bytes_max, of which a small disk keeps a quarter of itself at most.
Findings judge_folder(const std::filesystem::path& folder, const FolderLook& look,
                      std::uint64_t reserve_bytes_max);

}  // namespace bauta
