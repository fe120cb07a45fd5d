#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "storage/journal/journal_records.h"
#include "storage/store/clock.h"
#include "storage/store/journal_place.h"
#include "storage/store/result.h"

namespace bauta {

/// The files of a journal: `<number>.journal`, the number of 10 digits.
///
/// A process writes into files of its own, so that what one left half written at the end of its last is never written on.

/// The oldest first; those whose first record was never written are left out, those where it is damaged are not.  No folder: none.
/// Codes: storage.unavailable.
Result<std::vector<JournalFile>> list_journal(const std::filesystem::path& folder);
/// The file from which on all that was to be written down is in these files; nullopt: there are none, or the last is damaged.
std::optional<JournalFile> covered_from(const std::vector<JournalFile>& files);
/// When that one was begun.
std::optional<TimePoint> covered_since(const std::vector<JournalFile>& files);
/// All of one, some MiB.  Codes: storage.unavailable.
Result<JournalContent> read_journal(const std::filesystem::path& folder, std::uint64_t number);
/// What is read from a journal begins here.
struct JournalFrom {
  /// None: of a backup that notes none.
  std::optional<JournalPlace> place = {};
  /// Without a place: what was written before this time, as far as the clock that stamped it never fell.
  TimePoint time{};
};
/// Takes away the files that lie in front of all of these, and those without a first record; the newest stays.
/// Codes: storage.unavailable.
Status drop_journal_before(const std::filesystem::path& folder,
                           const std::vector<JournalFrom>& needed);
/// What is a file of a journal by its name, in order; also one whose first record was never written.  Codes: storage.unavailable.
Result<std::vector<std::uint64_t>> journal_numbers(const std::filesystem::path& folder);
std::string journal_file_name(std::uint64_t number);
/// Codes: storage.unavailable.
Status drop_journal_file(const std::filesystem::path& folder, std::uint64_t number);
/// The number that the next file gets.
Result<std::uint64_t> next_journal_number(const std::filesystem::path& folder);

/// Where reading begins.
struct JournalStart {
  std::uint64_t file = 0;
  /// Of that file.
  std::uint64_t entry = 0;
  /// The place that was asked for is not in these files (any more): all of them are read, and something may be missing in front of them.
  bool is_lost = false;
};

/// The files of a folder, for who reads them and need not know where they lie.
class JournalReader {
 public:
  explicit JournalReader(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<std::vector<JournalFile>> list() const { return list_journal(folder_); }
  Result<JournalContent> read(std::uint64_t number) const { return read_journal(folder_, number); }
  /// When the last entry was written; nullopt: there is none.  Codes: storage.unavailable.
  Result<std::optional<TimePoint>> last_entry() const;
  /// From a place on, whatever the clocks said.  By time: behind the longest front of all entries that is older and in which no stamp is smaller
  /// than the one before it; what follows is taken whatever its stamp.  Codes: storage.unavailable.
  Result<JournalStart> start_of(const JournalFrom& from) const;
  /// Where the first of them begins; none are asked for: at the end of all numbers.
  Result<JournalStart> first_start_of(const std::vector<JournalFrom>& all) const;
  /// The end of what is there, while nobody writes; nullopt: there is nothing, or its end is damaged.  Codes: storage.unavailable.
  Result<std::optional<JournalPlace>> end() const;
  /// The names of the files that are read from any of these on, and are damaged; reads all of them.  Codes: storage.unavailable.
  Result<std::vector<std::string>> damaged(const std::vector<JournalFrom>& all) const;

 private:
  std::filesystem::path folder_;
};

/// A file that is being written, from its first record on.  Not thread-safe.
class JournalWriter {
 public:
  /// Makes the folder and the file, for their owner alone; both are on the disk when this returns.  A failure leaves no file.
  /// Codes: storage.unavailable.
  static Result<JournalWriter> begin(const std::filesystem::path& folder, const JournalFile& file);
  JournalWriter(JournalWriter&& other) noexcept;
  JournalWriter& operator=(JournalWriter&&) = delete;
  ~JournalWriter();

  /// On the disk when this returns.  After a failure the file is not written on.  Codes: storage.unavailable.
  Status append(TimePoint at, std::span<const std::string> entries);
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t entries() const { return entries_; }
  const JournalFile& file() const { return file_; }

 private:
  JournalWriter(int fd, JournalFile file) : fd_(fd), file_(std::move(file)) {}
  Status write(const std::string& octets);

  int fd_;
  JournalFile file_;
  std::uint64_t bytes_ = 0;
  std::uint64_t entries_ = 0;
};

}  // namespace bauta
