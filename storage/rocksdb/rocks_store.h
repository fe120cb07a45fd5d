#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/rocksdb/backups.h"
#include "storage/store/store.h"

namespace bauta {

/// One group of commits that the committer judged together: at most one synced write.
struct CommitGroup {
  std::size_t committed = 0;
  std::size_t conflicts = 0;
  std::size_t refused = 0;
  std::size_t unknown = 0;
  /// Puts, erasures and appends of what was committed.
  std::size_t writes = 0;
  /// How long the synced write took: log, fsync, and making it visible.  0: nothing was written.
  std::chrono::nanoseconds write{0};
  /// Commits that came in meanwhile.
  std::size_t waiting = 0;
};

/// The disk that the store lies on.
struct DiskState {
  /// Octets that may still be written.
  std::uint64_t free = 0;
  /// Octets of these that are kept for what was acknowledged already.
  std::uint64_t reserve = 0;
  /// Commits are refused.
  bool full = false;
};

/// Is told what the committer does; for metrics.  Outlives the store.
class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  /// On the committer's thread, before those who wait are resumed.
  virtual void group_done(const CommitGroup& group) = 0;
  /// A commit that never reached the committer (the queue is full, the store drains or failed).  On the caller's thread.
  virtual void refused_at_once() = 0;
  /// On the committer's thread, or that of who asked.
  virtual void disk_looked_at(const DiskState& disk) = 0;
  /// What was erased was taken off the disk, or could not be (tried again).  On a thread of the engine's.
  virtual void compacted(bool done, std::chrono::nanoseconds took) = 0;
};

/// What a store had lost when it was opened all the same.
struct AcceptedLoss {
  /// The last write that is there.
  std::uint64_t recovered = 0;
  /// The last one that was durable; nullopt: nobody knows.
  std::optional<std::uint64_t> durable = {};
  /// The mark's value as it is.
  std::optional<std::string> known = {};
};

/// A record that such a store gets before anybody reads it, and before the loss is forgotten.
struct LossMark {
  Key key;
  /// nullopt: it stays as it is.
  std::function<std::optional<std::string>(const AcceptedLoss&)> value;
};

struct RocksStoreOptions {
  /// Made, for its owner only, if it does not exist.
  std::filesystem::path path;
  /// Opens although less is there than was durable once.
  bool accept_loss = false;
  /// With accept_loss; called by open() alone.
  std::optional<LossMark> loss_mark = {};

  /// Commits that may wait for the committer; more are refused.
  std::size_t queue_commits_max = 8192;
  std::size_t queue_bytes_max = std::size_t{64} << 20;
  /// What is made durable by one fsync.
  std::size_t group_commits_max = 4096;
  std::size_t group_bytes_max = std::size_t{4} << 20;

  /// Keys whose version is remembered, so that no expectation has to be read for.
  std::size_t known_versions_max = std::size_t{1} << 18;
  std::size_t block_cache_bytes = std::size_t{256} << 20;
  std::size_t write_buffer_bytes = std::size_t{64} << 20;
  /// How long an expired record stays on disk at least.
  Duration expiry_slack = std::chrono::hours(1);
  /// Commits are refused while less than this is free on the disk: RocksDB does not survive to be without any.
  std::uint64_t free_bytes_min = std::uint64_t{256} << 20;

  /// Families of keys whose records have to leave the disk once they are erased; none: nothing is done about it.
  std::vector<std::string> erasable_families = {};
  /// That is the time within which they do.
  std::chrono::seconds compact_every = std::chrono::hours(24);

  CommitObserver* observer = nullptr;
  /// Called once, when the store has failed and the process has to end: from any thread, also RocksDB's; must not wait.
  std::function<void(const Error&)> on_failure;
};

/// What a small disk can bear: a reserve of a quarter of it at most, and a log and tables in memory that the reserve can take in.
RocksStoreOptions fit_to_disk(RocksStoreOptions options);

/// The Store on RocksDB: one committer thread gathers commits, judges their expectations, and makes them durable by one fsync a group; reads go
/// straight to RocksDB, on the thread that makes them.
///
/// After a failed fsync, or any other error of RocksDB's that it does not forgive, nobody knows what is on disk: every call fails
/// with storage.failed (storage.corrupt if damage was found), nothing is tried again, and only the next start, which reads the
/// disk, decides.  Further codes of commits: storage.overloaded, storage.full, storage.closed (refused); storage.unknown.
/// Thread-safe.  Destroyed after whoever waits for a call has been resumed, and before the executors that they wait on.
class RocksStore final : public Store {
 public:
  /// Nothing is written before everything was found to be well.  Codes: storage.locked (another process has it), storage.corrupt,
  /// storage.newer_format, storage.full (starting needs more space than there is), storage.unavailable.
  static Result<std::unique_ptr<RocksStore>> open(RocksStoreOptions options, const Clock& clock);
  /// Drains.
  ~RocksStore() override;

  Task<Result<std::optional<Record>>> get(Key key) override;
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override;
  Task<Result<ScanPage>> scan(ScanRequest request) override;
  Task<CommitOutcome> commit(Commit commit) override;
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override;

  /// Refuses commits from now on (storage.closed), and returns when all that were under way have been answered.  Reads go on.
  void drain();
  /// Takes what is erased, overwritten or expired in [from, to) off the disk.  Blocks while it works; reads and commits go on.
  /// Codes: storage.unavailable, storage.corrupt.
  Status compact(const Key& from, const Key& to);
  /// The same now for all that was erased in the erasable families.  Codes: also storage.full.
  Status compact_erased();
  /// Copies all that was committed before the call to the request's folder.  Blocks while it works, which may be long: on a thread of its own,
  /// one at a time; reads and commits go on.  Codes: storage.unavailable, storage.corrupt, storage.full, storage.closed (it was stopped).
  Result<Backup> back_up(const BackupRequest& request);
  /// Looks at the disk now.
  DiskState disk();
  /// Why the store refuses everything; nullopt while it does not.
  std::optional<Error> failure() const;

 private:
  class Engine;
  friend struct RocksStoreOnEnv;
  explicit RocksStore(std::unique_ptr<Engine> engine);

  std::unique_ptr<Engine> engine_;
};

}  // namespace bauta
