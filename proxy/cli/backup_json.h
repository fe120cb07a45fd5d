#pragma once

#include <json/value.h>

#include <optional>
#include <vector>

#include "storage/recovery/recovery.h"
#include "storage/rocksdb/backups.h"

namespace bauta {

// Backups as /backup and `bauta backup --json` show them.
Json::Value json_of(const Backup& backup);
Json::Value json_of(const std::vector<Backup>& backups);
/// Null: there is nothing to recover from.
Json::Value json_of(const std::optional<Recovery>& recovery);

}  // namespace bauta
