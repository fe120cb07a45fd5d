#pragma once

#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/sst_file_manager.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "storage/rocksdb/rocks_store.h"
#include "storage/store/key.h"
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

/// Writes one record, synced, while nobody else writes.  Codes: storage.*.
Status put_durably(rocksdb::DB& database, const Key& key, const std::string& value);

/// Makes a folder, for its owner only, unless it is there; that it exists survives a crash.  Codes: storage.unavailable.
Status make_folder(const std::filesystem::path& path);

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

/// What a database that comes from elsewhere must have, and gets.
struct Installed {
  /// It has lost something if it ends before this write.
  std::uint64_t sequence = 0;
  Key mark;
  std::string mark_value;
};
/// Makes `folder`, which is there and empty, a store of the files that `bring` puts into the folder that it is given.  Before all of them
/// are durable, open_database() refuses it; what fails leaves it empty.  Codes: storage.*, and those of `bring`.
Status install_database(rocksdb::Env& env, const std::filesystem::path& folder,
                        const std::function<Status(const std::filesystem::path&)>& bring,
                        const Installed& installed);

}  // namespace bauta
