#include "proxy/cli/folder_size.h"

#include <system_error>

namespace bauta {

std::optional<std::uint64_t> folder_size(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(folder, error);
  if (error) return std::nullopt;
  std::uint64_t octets = 0;
  while (entry != std::filesystem::recursive_directory_iterator()) {
    // A compaction removes files while we look.
    std::error_code gone;
    const bool is_file = entry->is_regular_file(gone);
    const auto size = is_file ? entry->file_size(gone) : 0;
    if (!gone) octets += size;
    entry.increment(error);
    if (error) return std::nullopt;
  }
  return octets;
}

}  // namespace bauta
