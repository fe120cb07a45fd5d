#include <algorithm>
#include <limits>
#include <utility>

#include "storage/journal/journal_files.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;

bool is_file_of(const JournalPlace& place, const JournalFile& file) {
  return !file.is_damaged && file.number == place.file &&
         to_millis(file.begun_at) == to_millis(place.begun_at);
}

JournalStart at_place(const std::vector<JournalFile>& files, const JournalPlace& place) {
  for (const auto& file : files)
    if (is_file_of(place, file)) return {.file = place.file, .entry = place.entry};
  return {.is_lost = true};
}

/// Goes along a journal for as long as all of it is older, and its clock did not fall.
class OlderFront {
 public:
  explicit OlderFront(TimePoint than) : than_(than) {}

  bool has(TimePoint stamp) {
    const bool is_older = stamp < than_ && stamp >= last_;
    last_ = stamp;
    return is_older;
  }
  /// How many of them; nullopt: all.
  std::optional<std::size_t> end_in(const std::vector<JournalEntry>& entries) {
    for (std::size_t at = 0; at < entries.size(); ++at)
      if (!has(entries[at].at)) return at;
    return std::nullopt;
  }

 private:
  const TimePoint than_;
  TimePoint last_ = TimePoint::min();
};

}  // namespace

std::optional<JournalFile> covered_from(const std::vector<JournalFile>& files) {
  std::optional<JournalFile> from;
  for (const auto& file : files) {
    if (file.is_damaged) {
      from.reset();
    } else if (!from || file.follows_gap) {
      from = file;
    }
  }
  return from;
}

std::optional<TimePoint> covered_since(const std::vector<JournalFile>& files) {
  const auto from = covered_from(files);
  return from ? std::optional(from->begun_at) : std::nullopt;
}

Result<JournalStart> JournalReader::start_of(const JournalFrom& from) const {
  BAUTA_TRY(const auto files, list());
  if (from.place) return at_place(files, *from.place);
  OlderFront older(from.time);
  for (std::size_t at = 0; at < files.size(); ++at) {
    const auto number = files[at].number;
    if (!older.has(files[at].begun_at)) return JournalStart{.file = number};
    BAUTA_TRY(const auto content, read(number));
    if (const auto end = older.end_in(content.entries))
      return JournalStart{.file = number, .entry = *end};
    // What cannot be read is older than the file behind it.
    const bool is_last = at + 1 == files.size();
    if (content.is_damaged && (is_last || files[at + 1].begun_at >= from.time))
      return JournalStart{.file = number, .entry = content.entries.size()};
  }
  return JournalStart{.file = files.empty() ? 0 : files.back().number + 1};
}

Result<JournalStart> JournalReader::first_start_of(const std::vector<JournalFrom>& all) const {
  JournalStart first{.file = std::numeric_limits<std::uint64_t>::max()};
  for (const auto& from : all) {
    BAUTA_TRY(const auto start, start_of(from));
    if (std::pair(start.file, start.entry) < std::pair(first.file, first.entry)) first = start;
  }
  return first;
}

Result<std::optional<JournalPlace>> JournalReader::end() const {
  BAUTA_TRY(const auto files, list());
  if (files.empty() || files.back().is_damaged) return std::optional<JournalPlace>();
  BAUTA_TRY(const auto content, read(files.back().number));
  if (content.is_damaged) return std::optional<JournalPlace>();
  return std::optional(JournalPlace{.file = files.back().number,
                                    .entry = content.entries.size(),
                                    .begun_at = files.back().begun_at});
}

Result<std::vector<std::string>> JournalReader::damaged(const std::vector<JournalFrom>& all) const {
  BAUTA_TRY(const auto start, first_start_of(all));
  BAUTA_TRY(const auto files, list());
  std::vector<std::string> names;
  for (const auto& file : files) {
    if (file.number < start.file) continue;
    BAUTA_TRY(const auto content, read(file.number));
    // Entries in front of the place were on the disk when it was noted.
    const bool is_short = file.number == start.file && content.entries.size() < start.entry;
    if (content.is_damaged || is_short) names.push_back(journal_file_name(file.number));
  }
  return names;
}

Status drop_journal_before(const fs::path& folder, const std::vector<JournalFrom>& needed) {
  const JournalReader reader(folder);
  BAUTA_TRY(const auto start, reader.first_start_of(needed));
  auto time = TimePoint::max();
  for (const auto& from : needed)
    if (!from.place) time = std::min(time, from.time);
  BAUTA_TRY(const auto numbers, journal_numbers(folder));
  BAUTA_TRY(const auto files, reader.list());
  for (const auto number : numbers) {
    // The newest may just be made.
    if (number == numbers.back()) break;
    if (std::ranges::find(files, number, &JournalFile::number) == files.end())
      BAUTA_CHECK(drop_journal_file(folder, number));
  }
  for (std::size_t at = 0; at + 1 < files.size() && files[at].number < start.file; ++at) {
    // By time, a journal is known to be whole from when the file that spans it was begun.
    if (files[at + 1].begun_at > time) break;
    BAUTA_CHECK(drop_journal_file(folder, files[at].number));
  }
  return {};
}

}  // namespace bauta
