#pragma once

#include <rocksdb/env.h>
#include <rocksdb/sst_file_manager.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "storage/rocksdb/rocks_store.h"

namespace bauta {

/// How much of the disk is left, and that a reserve of it stays: RocksDB does not survive to be without any.  What was acknowledged may
/// still have to be written as tables, and the next start writes what it finds in the log once more: the reserve is for both, and
/// for nobody else.  Commits are refused below it, and compactions, which need room for what they read, wait until they fit beside it.
/// Thread-safe.
class DiskSpace {
 public:
  DiskSpace(rocksdb::Env& env, const RocksStoreOptions& options);

  /// For the database's options: it asks before each compaction.
  std::shared_ptr<rocksdb::SstFileManager> file_manager() const { return files_; }

  /// Looks at the disk, and tells the observer.
  DiskState look();
  /// Less than the reserve is left.  Looks at most every 100 ms and every sixteenth of the reserve, but always while it is full.
  bool is_full();
  /// So many octets have gone to the log.
  void written(std::size_t bytes) { written_ += bytes; }

 private:
  using Monotonic = std::chrono::steady_clock;

  rocksdb::Env& env_;
  const RocksStoreOptions& options_;
  const std::shared_ptr<rocksdb::SstFileManager> files_;
  std::atomic<Monotonic::time_point> looked_at_ = Monotonic::time_point();
  std::atomic<std::size_t> written_ = 0;
  std::atomic<bool> full_ = false;
};

}  // namespace bauta
