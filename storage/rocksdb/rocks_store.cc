#include "storage/rocksdb/rocks_store.h"

#include <utility>

#include "storage/rocksdb/engine.h"

namespace bauta {

RocksStore::RocksStore(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
RocksStore::~RocksStore() = default;

Result<std::unique_ptr<RocksStore>> RocksStore::open(RocksStoreOptions options,
                                                     const Clock& clock) {
  return RocksStoreOnEnv::open(*rocksdb::Env::Default(), std::move(options), clock);
}

Result<std::unique_ptr<RocksStore>> RocksStoreOnEnv::open(rocksdb::Env& env,
                                                          RocksStoreOptions options,
                                                          const Clock& clock) {
  BAUTA_TRY(auto engine, RocksStore::Engine::open(env, std::move(options), clock));
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(engine)));
}

Task<Result<std::optional<Record>>> RocksStore::get(Key key) { co_return engine_->get(key); }

Task<Result<std::vector<std::optional<Record>>>> RocksStore::multi_get(std::vector<Key> keys) {
  co_return engine_->multi_get(keys);
}

Task<Result<ScanPage>> RocksStore::scan(ScanRequest request) { co_return engine_->scan(request); }

Task<CommitOutcome> RocksStore::commit(Commit commit) {
  return engine_->committer().commit(std::move(commit));
}

std::unique_ptr<Subscription> RocksStore::subscribe(Key prefix, Executor executor,
                                                    std::function<void()> hint) {
  return engine_->hints().subscribe(prefix, std::move(executor), std::move(hint));
}

void RocksStore::drain() { engine_->committer().drain(); }

Status RocksStore::compact(const Key& from, const Key& to) { return engine_->compact(from, to); }

Status RocksStore::compact_erased() {
  if (auto failed = failure()) return std::unexpected(*std::move(failed));
  return engine_->compactor().compact();
}

Result<Backup> RocksStore::back_up(const BackupRequest& request) {
  return engine_->back_up(request);
}

DiskState RocksStore::disk() { return engine_->disk_space().look(); }

std::optional<Error> RocksStore::failure() const { return engine_->health().failure(); }

}  // namespace bauta
