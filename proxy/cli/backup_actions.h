#pragma once

#include <functional>
#include <vector>

#include "proxy/admin/admin.h"
#include "proxy/cli/journal_replay.h"
#include "proxy/cli/recovery_hold.h"
#include "proxy/cli/relay_backups.h"
#include "proxy/cli/relay_engine.h"

namespace bauta {

/// Each outlives the admin listener.
struct BackupActionParts {
  RelayBackups& backups;
  RecoveryHold& recovery;
  const JournalReplay& journal;
  RelayEngine& engine;
  /// Some of what was held goes on and some does not: the next start goes on with all of it.
  std::function<void(const Error&)> cannot_go_on;
};

/// GET /backup, POST /backup (202: begun) and POST /backup/release, for the admin listener.
std::vector<AdminAction> backup_actions(BackupActionParts parts);

}  // namespace bauta
