#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "proxy/config/config.h"
#include "storage/recovery/recovery.h"
#include "storage/rocksdb/backups.h"
#include "storage/store/result.h"

namespace bauta {

// What is done with the backups of a relay that does not run, by its configuration.

/// Codes of all of them: backup.not_configured, storage.*.
Result<std::vector<Backup>> backups_of(const Config& config);
/// The newest, or the one of that number.  Codes: also backup.not_found.
Result<Backup> backup_of(const Config& config, std::optional<BackupId> id);
/// Codes: also storage.locked (a relay runs on the store: it makes them itself).
Result<Backup> back_up_stopped(const Config& config, std::function<void(std::uint64_t)> progress);
/// Makes the configuration's store of `backup`, to be released before anything leaves it, and tries whether its master key opens it.
/// Codes: those of restore_backup(); seal.* and storage.corrupt if only the key does not fit: the store is restored all the same.
Result<Recovery> restore_stopped(const Config& config, const Backup& backup);
/// Releases a restored store; what it was.  nullopt: nothing was held.  Codes: also backup.not_replayed (there is a journal).
Result<std::optional<Recovery>> release_stopped(const Config& config);

}  // namespace bauta
