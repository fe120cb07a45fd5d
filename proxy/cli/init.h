#pragma once

#include <filesystem>
#include <string_view>

#include "storage/store/result.h"

namespace bauta {

/// A file that was not there before and that only its owner may touch.  Codes: init.cannot_write.
Status write_new_private_file(const std::filesystem::path& path, std::string_view content);
/// A new master key in such a file.
Status write_new_master_key(const std::filesystem::path& path);

}  // namespace bauta
