#pragma once

#include <json/value.h>

#include <optional>
#include <vector>

#include "proxy/config/config.h"
#include "storage/rocksdb/backups.h"
#include "storage/store/result.h"

namespace bauta {

/// {whole, what}
Json::Value json_of_verdict(const Status& whole);

/// Each backup as {id, whole, what}; reads all of them.
struct BackupVerdicts {
  Json::Value json{Json::arrayValue};
  /// Codes: storage.corrupt: the last of them that is not whole.
  Status all;
};
/// Codes: storage.unavailable: they cannot be read.
Result<BackupVerdicts> verify_backups(const Config& config, const std::vector<Backup>& backups);

/// What a restore of any of these reads besides: the journal's files from the oldest of them on; none: no journal is configured.
/// Codes: storage.corrupt in the verdict; storage.unavailable: it cannot be read.
Result<std::optional<Status>> verify_journal(const Config& config,
                                             const std::vector<Backup>& backups);

}  // namespace bauta
