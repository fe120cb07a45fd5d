#pragma once

#include <filesystem>
#include <string>

#include "storage/store/result.h"

namespace bauta {

/// All that `file` holds; a pipe may be one too.  The detail names the file and why, and nothing of what it holds.
/// Codes: config.file_missing (cannot be read), config.file_is_folder.
Result<std::string> text_of_file(const std::filesystem::path& file);

}  // namespace bauta
