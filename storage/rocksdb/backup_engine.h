#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include "storage/rocksdb/backups.h"

namespace bauta {

/// Copies what `database` holds to the request's folder while it is written to and read; on the thread of the caller.  Tables that the
/// folder has already are not copied again.  Codes: storage.*.
Result<Backup> make_backup(rocksdb::Env& env, rocksdb::DB& database, const BackupRequest& request);

}  // namespace bauta
