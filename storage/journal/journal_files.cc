#include "storage/journal/journal_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <ranges>
#include <string_view>
#include <system_error>
#include <utility>

namespace bauta {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".journal";
constexpr std::size_t kDigits = 10;

fs::path path_of(const fs::path& folder, std::uint64_t number) {
  return folder / journal_file_name(number);
}

std::unexpected<Error> unavailable(const fs::path& path, std::string_view doing, int error) {
  return fail("storage.unavailable", "the journal " + path.string() + ": " + std::string(doing) +
                                         ": " + std::strerror(error));
}

Result<std::string> octets_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return unavailable(path, "open", errno);
  std::string octets(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) return unavailable(path, "read", EIO);
  return octets;
}

/// As much as holds the first record.
Result<std::string> head_of(const fs::path& path) {
  constexpr std::size_t kHead = 512;
  std::ifstream in(path, std::ios::binary);
  if (!in) return unavailable(path, "open", errno);
  std::string octets(kHead, '\0');
  in.read(octets.data(), static_cast<std::streamsize>(octets.size()));
  if (in.bad()) return unavailable(path, "read", EIO);
  octets.resize(static_cast<std::size_t>(in.gcount()));
  return octets;
}

Status flush_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return unavailable(folder, "open the folder", errno);
  const int failed = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (failed != 0) return unavailable(folder, "flush the folder", failed);
  return {};
}

Status make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), error);
  if (error) return unavailable(folder, "make the folder above", error.value());
  if (::mkdir(folder.c_str(), 0700) != 0) return unavailable(folder, "make the folder", errno);
  return flush_folder(folder.parent_path().empty() ? fs::path(".") : folder.parent_path());
}

/// None: its first record was never written.
Result<std::optional<JournalFile>> begin_of(const fs::path& path) {
  BAUTA_TRY(const auto head, head_of(path));
  if (auto begin = read_journal_begin(head)) return begin;
  BAUTA_TRY(const auto octets, octets_of(path));
  auto content = read_journal_octets(octets);
  if (!content.begin && content.is_damaged) content.begin.emplace().is_damaged = true;
  return std::move(content.begin);
}

}  // namespace

std::string journal_file_name(std::uint64_t number) {
  auto digits = std::to_string(number);
  digits.insert(0, kDigits - std::min(kDigits, digits.size()), '0');
  return digits + std::string(kSuffix);
}

Result<std::vector<std::uint64_t>> journal_numbers(const fs::path& folder) {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error == std::errc::no_such_file_or_directory) return numbers;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const auto name = entries->path().filename().string();
    if (!name.ends_with(kSuffix)) continue;
    std::uint64_t number = 0;
    const auto* const end = name.data() + name.size() - kSuffix.size();
    const auto read = std::from_chars(name.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end && number > 0) numbers.push_back(number);
  }
  if (error) return unavailable(folder, "read the folder", error.value());
  std::ranges::sort(numbers);
  return numbers;
}

Result<std::vector<JournalFile>> list_journal(const fs::path& folder) {
  BAUTA_TRY(const auto numbers, journal_numbers(folder));
  std::vector<JournalFile> files;
  for (const auto number : numbers) {
    const auto path = path_of(folder, number);
    auto file = begin_of(path);
    // Who could not begin one takes it away again.
    if (std::error_code error; !file && !fs::exists(path, error) && !error) continue;
    if (!file) return std::unexpected(std::move(file.error()));
    if (!*file) continue;
    (*file)->number = number;
    files.push_back(**std::move(file));
  }
  auto next = TimePoint::max();
  for (auto& file : files | std::views::reverse) {
    if (file.is_damaged) file.begun_at = next;
    next = file.begun_at;
  }
  return files;
}

Result<JournalContent> read_journal(const fs::path& folder, std::uint64_t number) {
  BAUTA_TRY(const auto octets, octets_of(path_of(folder, number)));
  return read_journal_octets(octets);
}

Status drop_journal_file(const fs::path& folder, std::uint64_t number) {
  const auto path = path_of(folder, number);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return unavailable(path, "remove", errno);
  return {};
}

Result<std::uint64_t> next_journal_number(const fs::path& folder) {
  BAUTA_TRY(const auto numbers, journal_numbers(folder));
  return numbers.empty() ? 1 : numbers.back() + 1;
}

Result<JournalWriter> JournalWriter::begin(const fs::path& folder, const JournalFile& file) {
  BAUTA_CHECK(make_folder(folder));
  const auto path = path_of(folder, file.number);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return unavailable(path, "make", errno);
  JournalWriter writer(fd, file);
  auto begun = writer.write(journal_begin(file));
  if (begun) begun = flush_folder(folder);
  if (begun) return writer;
  // On a disk that is full there is a try every few seconds.
  ::unlink(path.c_str());
  return std::unexpected(std::move(begun.error()));
}

JournalWriter::JournalWriter(JournalWriter&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      file_(std::move(other.file_)),
      bytes_(other.bytes_),
      entries_(other.entries_) {}

JournalWriter::~JournalWriter() {
  if (fd_ >= 0) ::close(fd_);
}

Status JournalWriter::append(TimePoint at, std::span<const std::string> entries) {
  std::string octets;
  for (const auto& entry : entries) octets += journal_record({.at = at, .octets = entry});
  BAUTA_CHECK(write(octets));
  entries_ += entries.size();
  return {};
}

Status JournalWriter::write(const std::string& octets) {
  const auto file = std::to_string(file_.number);
  std::string_view rest = octets;
  while (!rest.empty()) {
    const auto written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return unavailable(file, "write", written < 0 ? errno : ENOSPC);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fdatasync(fd_) != 0) return unavailable(file, "flush", errno);
  bytes_ += octets.size();
  return {};
}

Result<std::optional<TimePoint>> JournalReader::last_entry() const {
  BAUTA_TRY(const auto files, list());
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    BAUTA_TRY(const auto content, read(file->number));
    if (!content.entries.empty()) return std::optional(content.entries.back().at);
  }
  return std::optional<TimePoint>();
}

}  // namespace bauta
