#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/rocksdb/health.h"
#include "storage/rocksdb/rocks_store.h"
#include "storage/store/mutex.h"

namespace bauta {

/// Takes what was erased off the disk: an erasure only hides a record until a compaction meets both.  A thread of its own looks whether there is a
/// table of the erasable families that is older than `compact_every`, and something was erased since it began (after a start that is not
/// known, so it counts as erased): then all of these families are compacted, piece by piece, so that commits never wait for it.
/// The age of the tables is all that it goes by, so nothing has to be remembered over a restart.
class Compactor {
 public:
  Compactor(rocksdb::DB& database, Health& health, const RocksStoreOptions& options);
  /// The database's background work is cancelled before, or this waits for it.
  ~Compactor();

  /// A key was erased durably.
  void note_erased(std::string_view key);
  /// Does it now, on the thread of the caller.  Codes: storage.unavailable, storage.corrupt, storage.full (there is no room to do it).
  Status compact();

 private:
  struct Piece {
    std::string from;
    std::string to;
  };

  void work();
  /// False: stopped meanwhile.
  bool wait(std::chrono::milliseconds time);
  bool is_stopping() const { return stopping_; }
  bool is_due() const;
  std::vector<Piece> pieces() const;
  Status compact(const Piece& piece);
  /// Lets tables that commits have filled be merged first: too many of them would slow commits down.
  void give_way();

  rocksdb::DB& database_;
  Health& health_;
  const RocksStoreOptions& options_;
  std::atomic<bool> erased_ = true;
  std::atomic<bool> stopping_ = false;
  Mutex mutex_;
  MutexCondition stopped_;
  std::thread thread_;
};

}  // namespace bauta
