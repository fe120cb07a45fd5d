#pragma once

#include <vector>

#include "proxy/admin/admin.h"
#include "proxy/cli/recovery_hold.h"
#include "proxy/cli/relay_backups.h"
#include "proxy/cli/relay_engine.h"

namespace bauta {

/// GET /backup, POST /backup (202: begun) and POST /backup/release, for the admin listener; all outlive it.
std::vector<AdminAction> backup_actions(RelayBackups& backups, RecoveryHold& recovery,
                                        RelayEngine& engine);

}  // namespace bauta
