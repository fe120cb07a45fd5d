#pragma once

#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/sst_file_manager.h>

#include <filesystem>
#include <memory>
#include <utility>

#include "storage/rocksdb/rocks_store.h"
#include "storage/store/result.h"

namespace bauta {

/// What the engine hangs into RocksDB.
struct DatabaseHooks {
  std::shared_ptr<rocksdb::CompactionFilterFactory> filter;
  std::shared_ptr<rocksdb::EventListener> listener;
  std::shared_ptr<rocksdb::SstFileManager> files;
};

/// Opens the database, or makes it; first reads it without writing anything, and refuses what is not well.
/// Codes: RocksStore::open()'s.
Result<std::unique_ptr<rocksdb::DB>> open_database(rocksdb::Env& env,
                                                   const RocksStoreOptions& options,
                                                   const DatabaseHooks& hooks);

/// Holds a folder against other processes, as RocksDB does.
class FolderLock {
 public:
  /// Codes: storage.locked, storage.unavailable.
  static Result<FolderLock> take(rocksdb::Env& env, const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept
      : env_(other.env_), lock_(std::exchange(other.lock_, nullptr)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  FolderLock(rocksdb::Env& env, rocksdb::FileLock* lock) : env_(env), lock_(lock) {}
  rocksdb::Env& env_;
  rocksdb::FileLock* lock_;
};

/// A database that nobody may change while it is read.
struct StoppedDatabase {
  FolderLock lock;
  std::unique_ptr<rocksdb::DB> database;
};
/// Codes: storage.locked, storage.corrupt, storage.newer_format, storage.unavailable (also: there is none).
Result<StoppedDatabase> open_stopped_database(rocksdb::Env& env, const std::filesystem::path& path);

}  // namespace bauta
