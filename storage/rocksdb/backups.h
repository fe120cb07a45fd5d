#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/store/clock.h"
#include "storage/store/journal_place.h"
#include "storage/store/key.h"
#include "storage/store/result.h"

namespace bauta {

/// Numbers the backups of a folder, from 1; the newest has the largest.
using BackupId = std::uint32_t;

struct Backup {
  BackupId id = 0;
  /// When it was begun, by the machine's clock.
  TimePoint created_at;
  /// Octets of its files; those that it shares with other backups count for each.
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  /// Every write up to this one is in it.
  std::uint64_t sequence = 0;
  /// From where on a journal tells what may not be in it; nullopt: it was made without one, or before places were noted.
  std::optional<JournalPlace> journal = {};
  /// Of one that was just made: why older ones that should have gone are still there; "": they are gone.
  std::string not_removed = {};
};

struct BackupRequest {
  /// Of the backups; made, for its owner only.  One store's alone.
  std::filesystem::path folder;
  /// So many stay, this one among them; the oldest go.
  std::uint32_t keep = 1;
  /// Is told how many octets have been read so far, now and then.  On the thread of the backup.
  std::function<void(std::uint64_t bytes)> progress = [](std::uint64_t) {};
  /// Ends it early: storage.closed, and what was copied is taken away by the next one.
  std::stop_token stop = {};
  /// Is noted in it; taken before the call.
  std::optional<JournalPlace> journal = {};
};

/// The backups in a folder, whole ones only, the oldest first.  Also while one is made.
/// Codes: storage.unavailable (it cannot be read, or there is no such folder).
Result<std::vector<Backup>> list_backups(const std::filesystem::path& folder);

/// Reads every octet of a backup and compares its checksums.
/// Codes: backup.not_found, storage.corrupt (which file), storage.unavailable.
Status verify_backup(const std::filesystem::path& folder, BackupId id);

struct RestoreRequest {
  std::filesystem::path folder;
  BackupId id = 0;
  /// Absent or empty; nothing is ever written over.
  std::filesystem::path store;
  /// A record that the restored store has besides.
  Key mark;
  std::string mark_value;
};

/// Makes a store of a backup that was verified.  Until all of it is on the disk, the folder is none that any program opens.
/// Codes: those of verify_backup(); backup.target_not_empty, storage.locked, storage.full, storage.newer_format.
Status restore_backup(const RestoreRequest& request);

}  // namespace bauta
