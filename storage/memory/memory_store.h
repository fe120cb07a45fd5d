#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/store/hints.h"
#include "storage/store/mutex.h"
#include "storage/store/store.h"

namespace bauta {

/// The Store as an ordered map: for tests, the simulation and `bauta dev --memory`.  As durable as the process.  Deterministic; every
/// call is ready at once and resumes inline, without growing the stack of who calls in a loop.  Thread-safe.
class MemoryStore final : public Store {
 public:
  /// All that it holds: what a disk would.
  struct Contents {
    std::map<Key, Record> records;
    std::uint64_t last_version = 0;
    /// The last position given out below each prefix: it stays when the record is erased, so that no position is used twice.
    std::map<Key, Position> positions;
  };

  /// The clock by which expiry is judged; outlives the store.
  explicit MemoryStore(const Clock& clock);
  /// As if the process had died when `contents` were taken, and started again.
  MemoryStore(const Clock& clock, Contents contents);

  Task<Result<std::optional<Record>>> get(Key key) override;
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override;
  Task<Result<ScanPage>> scan(ScanRequest request) override;
  Task<CommitOutcome> commit(Commit commit) override;
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override;

  /// The commit as a plain call, for who decides himself when it becomes durable.
  CommitOutcome apply(const Commit& commit);
  /// A copy, made in linear time.
  Contents contents() const;
  /// Every record that is there, expired ones left out: what a test compares.
  std::vector<KeyedRecord> everything() const;

 private:
  std::vector<std::optional<Record>> read(const std::vector<Key>& keys) const;
  ScanPage read(const ScanRequest& request) const;
  const Record* find(const Key& key, TimePoint now) const BAUTA_REQUIRES(mutex_);
  void write(Key key, std::string value, std::optional<TimePoint> expiry) BAUTA_REQUIRES(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  Contents contents_ BAUTA_GUARDED_BY(mutex_);
  Hints hints_;
};

}  // namespace bauta
