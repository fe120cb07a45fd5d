#include "storage/journal/journal_files.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/journal/journal.pb.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "bautajnl";
constexpr std::string_view kSuffix = ".journal";
constexpr std::size_t kDigits = 10;
constexpr std::size_t kLength = 4;
constexpr std::size_t kSum = 8;
constexpr std::size_t kFrame = kLength + kSum;

fs::path path_of(const fs::path& folder, std::uint64_t number) {
  auto digits = std::to_string(number);
  digits.insert(0, kDigits - std::min(kDigits, digits.size()), '0');
  return folder / (digits + std::string(kSuffix));
}

std::unexpected<Error> unavailable(const fs::path& path, std::string_view doing, int error) {
  return fail("storage.unavailable", "the journal " + path.string() + ": " + std::string(doing) +
                                         ": " + std::strerror(error));
}

std::string sum_of(std::string_view octets) {
  // libsodium makes none shorter than 16.
  std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), nullptr,
                     0);
  return {reinterpret_cast<const char*>(hash.data()), kSum};
}

std::string framed(const records::JournalRecord& record) {
  const auto payload = record.SerializeAsString();
  std::string octets;
  octets.reserve(kFrame + payload.size());
  for (std::size_t at = 0; at < kLength; ++at) {
    octets.push_back(
        static_cast<char>(static_cast<unsigned char>(payload.size() >> (24 - 8 * at))));
  }
  return octets + sum_of(payload) + payload;
}

/// Takes records from the front of what a file holds.
class Records {
 public:
  explicit Records(std::string_view octets) : rest_(octets) {
    if (!rest_.starts_with(kMagic)) {
      // Of a file that was just being made there may be less.
      is_damaged_ = !kMagic.starts_with(rest_) && !is_blank(rest_);
      rest_ = {};
      return;
    }
    rest_.remove_prefix(kMagic.size());
  }

  std::optional<records::JournalRecord> next() {
    if (rest_.size() < kFrame) return end();
    std::size_t length = 0;
    for (const char octet : rest_.substr(0, kLength))
      length = length << 8 | static_cast<unsigned char>(octet);
    if (length > rest_.size() - kFrame) return end();
    const auto payload = rest_.substr(kFrame, length);
    records::JournalRecord record;
    if (sum_of(payload) != rest_.substr(kLength, kSum) ||
        !record.ParseFromString(std::string(payload))) {
      // The last one may have its length on the disk and not all of its octets.
      is_damaged_ = !is_blank(rest_.substr(kFrame + length));
      rest_ = {};
      return std::nullopt;
    }
    rest_.remove_prefix(kFrame + length);
    return record;
  }
  bool is_damaged() const { return is_damaged_; }

 private:
  /// What a file system shows of octets that it had promised room and was not yet given.
  static bool is_blank(std::string_view octets) {
    return octets.find_first_not_of('\0') == std::string_view::npos;
  }
  std::optional<records::JournalRecord> end() {
    rest_ = {};
    return std::nullopt;
  }

  std::string_view rest_;
  bool is_damaged_ = false;
};

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

/// Of what is a file of a journal by its name; in order.
Result<std::vector<std::uint64_t>> numbers_in(const fs::path& folder) {
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

}  // namespace

Result<std::vector<JournalFile>> list_journal(const fs::path& folder) {
  BAUTA_TRY(const auto numbers, numbers_in(folder));
  std::vector<JournalFile> files;
  for (const auto number : numbers) {
    BAUTA_TRY(const auto octets, head_of(path_of(folder, number)));
    const auto first = Records(octets).next();
    if (!first || !first->has_begin()) continue;
    files.push_back({.number = number,
                     .begun_at = from_millis(first->at_ms()),
                     .store = first->begin().store(),
                     .follows_gap = first->begin().follows_gap()});
  }
  return files;
}

std::optional<TimePoint> covered_since(const std::vector<JournalFile>& files) {
  std::optional<TimePoint> since;
  for (const auto& file : files)
    if (!since || file.follows_gap) since = file.begun_at;
  return since;
}

Result<JournalContent> read_journal(const fs::path& folder, std::uint64_t number) {
  BAUTA_TRY(const auto octets, octets_of(path_of(folder, number)));
  JournalContent content;
  Records records(octets);
  while (auto record = records.next()) {
    if (!record->has_entry()) continue;
    content.entries.push_back(
        {.at = from_millis(record->at_ms()), .octets = std::move(*record->mutable_entry())});
  }
  content.is_damaged = records.is_damaged();
  return content;
}

Status drop_journal_before(const fs::path& folder, TimePoint time) {
  BAUTA_TRY(const auto files, list_journal(folder));
  for (std::size_t at = 0; at + 1 < files.size(); ++at) {
    // What it holds is older than the file behind it.
    if (files[at + 1].begun_at > time) break;
    BAUTA_CHECK(drop_journal_file(folder, files[at].number));
  }
  return {};
}

Status drop_journal_file(const fs::path& folder, std::uint64_t number) {
  const auto path = path_of(folder, number);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return unavailable(path, "remove", errno);
  return {};
}

Result<std::uint64_t> next_journal_number(const fs::path& folder) {
  BAUTA_TRY(const auto numbers, numbers_in(folder));
  return numbers.empty() ? 1 : numbers.back() + 1;
}

Result<JournalWriter> JournalWriter::begin(const fs::path& folder, const JournalFile& file) {
  BAUTA_CHECK(make_folder(folder));
  const auto path = path_of(folder, file.number);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return unavailable(path, "make", errno);
  JournalWriter writer(fd, file);
  records::JournalRecord record;
  record.set_at_ms(to_millis(file.begun_at));
  record.mutable_begin()->set_store(file.store);
  record.mutable_begin()->set_follows_gap(file.follows_gap);
  BAUTA_CHECK(writer.write(std::string(kMagic) + framed(record)));
  BAUTA_CHECK(flush_folder(folder));
  return writer;
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
  for (const auto& entry : entries) {
    records::JournalRecord record;
    record.set_at_ms(to_millis(at));
    record.set_entry(entry);
    octets += framed(record);
  }
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
