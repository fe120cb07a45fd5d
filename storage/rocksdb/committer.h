#pragma once

#include <rocksdb/db.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "storage/rocksdb/compactor.h"
#include "storage/rocksdb/disk_space.h"
#include "storage/rocksdb/durable_mark.h"
#include "storage/rocksdb/group_batch.h"
#include "storage/rocksdb/health.h"
#include "storage/rocksdb/rocks_store.h"
#include "storage/store/hints.h"
#include "storage/store/mutex.h"
#include "storage/store/store.h"

namespace bauta {

/// The one thread that writes.  It takes whatever waits, judges and writes it as one batch with one fsync, and resumes who waited by one
/// post for each of their executors; what comes in meanwhile is the next group, so nobody lingers for company.
/// commit() is thread-safe.
class Committer {
 public:
  struct Parts {
    rocksdb::DB& database;
    KnownVersions& known;
    Positions& positions;
    Health& health;
    DiskSpace& disk_space;
    Compactor& compactor;
    Hints& hints;
    const Clock& clock;
  };
  Committer(Parts parts, DurableMark mark, const RocksStoreOptions& options);
  /// Drains.
  ~Committer();

  Task<CommitOutcome> commit(Commit commit);
  /// Refuses what comes from now on, answers what is under way, and ends the thread.
  void drain();

 private:
  struct Request;
  using Requests = std::vector<std::unique_ptr<Request>>;

  void submit(std::unique_ptr<Request> request);
  /// Why the request cannot even wait.
  std::optional<Error> queue(std::unique_ptr<Request>& request);
  void work();
  /// Empty: drained.
  Requests take_group();
  void write_group(const Requests& group);
  void judge(const Requests& group);
  void persist(const Requests& group, CommitGroup& report);
  void note_erasures(const Requests& group);
  void report(const Requests& group, CommitGroup report);
  static void resume(Requests group);

  const Parts parts_;
  DurableMark mark_;
  const RocksStoreOptions& options_;
  GroupBatch batch_;

  Mutex mutex_;
  MutexCondition changed_;
  std::deque<std::unique_ptr<Request>> queue_ BAUTA_GUARDED_BY(mutex_);
  std::size_t queue_bytes_ BAUTA_GUARDED_BY(mutex_) = 0;
  bool sleeping_ BAUTA_GUARDED_BY(mutex_) = false;
  bool draining_ BAUTA_GUARDED_BY(mutex_) = false;

  Mutex join_mutex_;
  std::thread thread_ BAUTA_GUARDED_BY(join_mutex_);
};

}  // namespace bauta
