#pragma once

#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include <memory>

#include "storage/rocksdb/rocks_store.h"
#include "storage/store/result.h"

namespace bauta {

/// What the engine hangs into RocksDB.
struct DatabaseHooks {
  std::shared_ptr<rocksdb::CompactionFilterFactory> filter;
  std::shared_ptr<rocksdb::EventListener> listener;
};

/// Opens the database, or makes it; first reads it without writing anything, and refuses what is not well.
/// Codes: RocksStore::open()'s.
Result<std::unique_ptr<rocksdb::DB>> open_database(rocksdb::Env& env,
                                                   const RocksStoreOptions& options,
                                                   const DatabaseHooks& hooks);

}  // namespace bauta
