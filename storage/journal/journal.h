#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "storage/journal/journal_files.h"
#include "storage/store/clock.h"
#include "storage/store/mutex.h"
#include "storage/store/result.h"
#include "storage/store/task.h"

namespace bauta {

/// Called on the journal's thread; must not block.
class JournalObserver {
 public:
  virtual ~JournalObserver() = default;
  virtual void written(std::size_t entries) = 0;
  /// From now on it is, or is not, written to.
  virtual void failing(const std::optional<Error>& why) = 0;
};

struct JournalOptions {
  /// On another disk than the store; made, for its owner alone.
  std::filesystem::path folder;
  /// Whose journal it is: the files of another store are refused.
  std::string store;
  /// The store was written to without it before.
  bool follows_gap = false;
  std::uint64_t file_bytes_max = std::uint64_t{16} << 20;
  std::chrono::hours file_age_max{24};
  /// After a failure, so long goes by before another file is tried.
  std::chrono::milliseconds try_again{10'000};
  std::size_t waiting_max = 10'000;
  JournalObserver* observer = nullptr;  // outlives the journal
};

/// What must be known after a restore, written down outside of the store before it is committed there.  One thread writes; what waits
/// meanwhile shares the next fsync.  A disk that fails is told, and tried again with another file, which says that there is a gap before it.
/// Thread-safe.
class Journal {
 public:
  /// `clock` tells the machine's time, as backups do.  A folder that cannot be written is no refusal: see failure().
  /// Codes: backup.foreign_journal (the files there are of another store).
  static Result<std::unique_ptr<Journal>> open(JournalOptions options, const Clock& clock);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  /// Closes.
  ~Journal();

  /// On the disk once this has succeeded.  Resumes on the executor that it was called on.
  /// Codes: storage.overloaded (too many wait), storage.closed, storage.unavailable (they are not written, or perhaps).
  Task<Status> append(std::vector<std::string> entries);
  /// Why nothing is written at present; none: all is.
  std::optional<Error> failure() const;
  /// What is appended from now on stands behind it; nullopt: no file could be begun yet.  While nothing is written it stays where it was, so that a
  /// gap which begins in front of it is told from one behind it.
  std::optional<JournalPlace> place();
  /// The files below this number were there before.
  std::uint64_t first_file() const { return first_file_; }
  /// Writes what waits, and takes nothing more.
  void close();

 private:
  struct Waiting;
  using Group = std::vector<std::unique_ptr<Waiting>>;

  Journal(JournalOptions options, const Clock& clock, std::uint64_t next_file);
  void submit(std::unique_ptr<Waiting> waiting);
  void work();
  /// Empty: closed.
  Group take_group();
  Status write(const Group& group);
  Status open_file();
  void note(const std::optional<Error>& failure);
  void note_place();
  bool is_to_stay() const;
  static void resume(std::unique_ptr<Waiting> waiting, Status status);

  const JournalOptions options_;
  const Clock& clock_;
  const std::uint64_t first_file_;

  // Of the thread that writes.
  std::uint64_t next_file_;
  bool is_gap_;
  std::optional<JournalWriter> file_;
  std::chrono::steady_clock::time_point next_try_{};

  mutable Mutex mutex_;
  MutexCondition changed_;
  std::deque<std::unique_ptr<Waiting>> queue_ BAUTA_GUARDED_BY(mutex_);
  bool closing_ BAUTA_GUARDED_BY(mutex_) = false;
  std::optional<Error> failure_ BAUTA_GUARDED_BY(mutex_);
  std::optional<JournalPlace> place_ BAUTA_GUARDED_BY(mutex_);
  /// The last file of which somebody was told a place; 0: none.
  std::uint64_t told_file_ BAUTA_GUARDED_BY(mutex_) = 0;

  Mutex join_mutex_;
  std::thread thread_ BAUTA_GUARDED_BY(join_mutex_);
};

}  // namespace bauta
