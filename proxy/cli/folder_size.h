#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace bauta {

/// What the files in a folder and below it take, in octets; nullopt: it cannot be read.  Files that go meanwhile do not count.
std::optional<std::uint64_t> folder_size(const std::filesystem::path& folder);

}  // namespace bauta
