#include "proxy/config/file_text.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <system_error>

namespace bauta {

Result<std::string> text_of_file(const std::filesystem::path& file) {
  std::error_code error;
  // Linux opens one, and only reading it fails.
  if (std::filesystem::is_directory(file, error))
    return fail("config.file_is_folder", fmt::format("{} is a folder, not a file", file.string()));
  const auto unreadable = [&] {
    return fail("config.file_missing", fmt::format("{} cannot be read", file.string()));
  };
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return unreadable();
  std::string text;
  // Not by iterators of the buffer, through which a disk's failure comes as an exception.
  std::array<char, 4096> some{};
  do {
    stream.read(some.data(), some.size());
    text.append(some.data(), static_cast<std::size_t>(stream.gcount()));
  } while (stream);
  if (stream.bad()) return unreadable();
  return text;
}

}  // namespace bauta
