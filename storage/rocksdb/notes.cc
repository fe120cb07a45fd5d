#include "storage/rocksdb/notes.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <string>
#include <system_error>

namespace bauta {
namespace {

constexpr std::size_t kNotesBytesMax = std::size_t{4} << 20;

class Notes final : public rocksdb::Logger {
 public:
  explicit Notes(const std::filesystem::path& folder)
      : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {
    std::error_code ignored;
    std::filesystem::rename(folder / "LOG", folder / "LOG.old", ignored);
    file_ =
        ::open((folder / "LOG").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  }
  ~Notes() override {
    if (file_ >= 0) ::close(file_);
  }

  /// The options, at length: `bauta config` tells what matters of them.
  void LogHeader(const char*, va_list) override {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 1024> line{};
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    const auto begins = std::strftime(line.data(), line.size(), "%FT%TZ ", &utc);
    const auto room = line.size() - begins - 1;
    const auto length = std::vsnprintf(line.data() + begins, room, format, arguments);
    if (length < 0) return;
    auto end = begins + std::min(static_cast<std::size_t>(length), room - 1);
    line.at(end++) = '\n';
    written_ += end;
    if (written_ > kNotesBytesMax || file_ < 0) return;
    // One call a line, so that threads do not mix theirs; what does not fit is lost.
    [[maybe_unused]] const auto done = ::write(file_, line.data(), end);
  }

 private:
  int file_ = -1;
  std::atomic<std::size_t> written_ = 0;
};

class NoNotes final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

std::shared_ptr<rocksdb::Logger> notes_in(const std::filesystem::path& folder) {
  return std::make_shared<Notes>(folder);
}

std::shared_ptr<rocksdb::Logger> no_notes() { return std::make_shared<NoNotes>(); }

}  // namespace bauta
