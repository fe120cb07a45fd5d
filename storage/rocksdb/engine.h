#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <memory>

#include "storage/rocksdb/backups.h"
#include "storage/rocksdb/committer.h"
#include "storage/rocksdb/compactor.h"
#include "storage/rocksdb/disk_space.h"
#include "storage/rocksdb/health.h"
#include "storage/rocksdb/known_versions.h"
#include "storage/rocksdb/positions.h"
#include "storage/rocksdb/rocks_store.h"
#include "storage/store/hints.h"

namespace bauta {

/// What a RocksStore is made of; torn down from the committer to the database, and then what both used.
class RocksStore::Engine {
 public:
  static Result<std::unique_ptr<Engine>> open(rocksdb::Env& env, RocksStoreOptions options,
                                              const Clock& clock);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Result<std::optional<Record>> get(const Key& key);
  Result<std::vector<std::optional<Record>>> multi_get(const std::vector<Key>& keys);
  Result<ScanPage> scan(const ScanRequest& request);
  Status compact(const Key& from, const Key& to);
  Result<Backup> back_up(const BackupRequest& request);

  Committer& committer() { return *committer_; }
  Hints& hints() { return hints_; }
  DiskSpace& disk_space() { return disk_space_; }
  Compactor& compactor() { return *compactor_; }
  const Health& health() const { return *health_; }

 private:
  class Listener;

  Engine(rocksdb::Env& env, RocksStoreOptions options, const Clock& clock);
  /// Damage that was found ends the engine.
  template <class T>
  Result<T> checked(Result<T> result);

  rocksdb::Env& env_;
  const RocksStoreOptions options_;
  const Clock& clock_;
  /// Shared with the listener, which RocksDB may keep for longer.
  const std::shared_ptr<Health> health_;
  KnownVersions known_;
  Positions positions_;
  Hints hints_;
  DiskSpace disk_space_;
  std::unique_ptr<rocksdb::DB> database_;
  std::unique_ptr<Compactor> compactor_;
  std::unique_ptr<Committer> committer_;
};

/// Opens a store on another environment than the operating system: for tests that let it fail.
struct RocksStoreOnEnv {
  static Result<std::unique_ptr<RocksStore>> open(rocksdb::Env& env, RocksStoreOptions options,
                                                  const Clock& clock);
};

}  // namespace bauta
