#pragma once

#include "storage/seal/key_ring.h"
#include "storage/store/random.h"
#include "storage/store/store.h"

namespace bauta {

/// A Store whose values are sealed in `inner`: written sealed and opened on reading, on the caller's thread.  Keys, expiries and lengths stay
/// in clear.  Each value is bound to its key (an appended one to its prefix) and its expiry, so that one moved elsewhere, or kept
/// beyond its time, does not open: storage.corrupt.  What stands in clear (clear_keys.h) can be read, and not written.
class SealedStore final : public Store {
 public:
  /// All outlive the store.  `nonces` draws 24 octets a value.
  SealedStore(Store& inner, const KeyRing& keys, Random& nonces)
      : inner_(inner), keys_(keys), nonces_(nonces) {}

  Task<Result<std::optional<Record>>> get(Key key) override;
  Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) override;
  Task<Result<ScanPage>> scan(ScanRequest request) override;
  Task<CommitOutcome> commit(Commit commit) override;
  std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                          std::function<void()> hint) override;

 private:
  Status open(const Key& key, Record& record) const;

  Store& inner_;
  const KeyRing& keys_;
  Random& nonces_;
};

}  // namespace bauta
