#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/store/mutex.h"
#include "storage/store/store.h"

namespace bauta {

/// The Store as an ordered map: for tests, the simulation and `bauta dev --memory`.  As durable as the process.  Deterministic; every call
/// is ready at once and resumes inline.
class MemoryStore final : public Store {
 public:
  /// The clock by which expiry is judged; outlives the store.
  explicit MemoryStore(const Clock& clock);
  ~MemoryStore() override;

  Task<Result<std::optional<Record>>> get(Key key) override;
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override;
  Task<Result<ScanPage>> scan(ScanRequest request) override;
  Task<CommitOutcome> commit(Commit commit) override;
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor, std::function<void()> hint) override;

  /// The commit as a plain call, for who decides himself when it becomes durable.
  CommitOutcome apply(const Commit& commit);
  /// Every record that is there, expired ones left out: what a test compares.
  std::vector<KeyedRecord> everything() const;

 private:
  struct Hints;
  std::optional<Record> find(const Key& key, TimePoint now) const BAUTA_REQUIRES(mutex_);
  void write(Key key, std::string value, std::optional<TimePoint> expiry) BAUTA_REQUIRES(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<Key, Record> records_ BAUTA_GUARDED_BY(mutex_);
  std::uint64_t last_version_ BAUTA_GUARDED_BY(mutex_) = 0;
  /// The last position given out below each prefix: it stays when the record is erased, so that no position is used twice.
  std::map<Key, Position> positions_ BAUTA_GUARDED_BY(mutex_);
  /// Shared with the subscriptions, which may outlive the store.
  std::shared_ptr<Hints> hints_;
};

}  // namespace bauta
