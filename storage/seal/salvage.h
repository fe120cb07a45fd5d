#pragma once

#include <functional>

#include "storage/seal/key_ring.h"
#include "storage/store/store.h"

namespace bauta {

/// A sealed store as an inspector reads it: a scan passes over what does not open, and tells of it, where a SealedStore would stop; get()
/// and multi_get() fail with storage.corrupt, as there.  Writes nothing: a commit is refused (storage.closed).
class SalvageStore final : public Store {
 public:
  /// `unreadable` may be told of the same key more than once.  All outlive the store.
  SalvageStore(Store& inner, const KeyRing& keys, std::function<void(const Key&)> unreadable)
      : inner_(inner), keys_(keys), unreadable_(std::move(unreadable)) {}

  Task<Result<std::optional<Record>>> get(Key key) override;
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override;
  Task<Result<ScanPage>> scan(ScanRequest request) override;
  Task<CommitOutcome> commit(Commit commit) override;
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override;

 private:
  bool open(const Key& key, Record& record) const;

  Store& inner_;
  const KeyRing& keys_;
  const std::function<void(const Key&)> unreadable_;
};

}  // namespace bauta
