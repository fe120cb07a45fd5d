#pragma once

#include <rocksdb/db.h>

#include "storage/rocksdb/rocks_store.h"

namespace bauta {

/// Of a database that was just opened with accept_loss: if it lost something, writes the options' loss_mark, durably.  To be called before
/// DurableMark::start(), which forgets the loss.  Codes: storage.*.
Status note_accepted_loss(rocksdb::DB& database, const RocksStoreOptions& options);

}  // namespace bauta
