#include "storage/rocksdb/engine.h"

#include <rocksdb/convenience.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>

#include <utility>

#include "storage/rocksdb/accepted_loss.h"
#include "storage/rocksdb/backup_engine.h"
#include "storage/rocksdb/database.h"
#include "storage/rocksdb/expiry_filter.h"
#include "storage/rocksdb/read.h"
#include "storage/rocksdb/status.h"

namespace bauta {

/// Ends the engine when RocksDB can no longer flush, compact or write: it would not go on by itself, and must not.
class RocksStore::Engine::Listener final : public rocksdb::EventListener {
 public:
  explicit Listener(std::shared_ptr<Health> health) : health_(std::move(health)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    auto error = error_of(*status, "RocksDB stopped");
    if (error.code == "storage.unavailable") error.code = "storage.failed";
    health_->fail(error);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* by_itself) override {
    *by_itself = false;
  }

 private:
  std::shared_ptr<Health> health_;
};

RocksStore::Engine::Engine(rocksdb::Env& env, RocksStoreOptions options, const Clock& clock)
    : env_(env),
      options_(std::move(options)),
      clock_(clock),
      health_(std::make_shared<Health>(options_.on_failure)),
      known_(options_.known_versions_max),
      disk_space_(env, options_) {}

Result<std::unique_ptr<RocksStore::Engine>> RocksStore::Engine::open(rocksdb::Env& env,
                                                                     RocksStoreOptions options,
                                                                     const Clock& clock) {
  std::unique_ptr<Engine> engine(new Engine(env, std::move(options), clock));
  BAUTA_TRY(engine->database_,
            open_database(
                env, engine->options_,
                {.filter = expiry_filter(clock, engine->options_.expiry_slack, engine->positions_),
                 .listener = std::make_shared<Listener>(engine->health_),
                 .files = engine->disk_space_.file_manager()}));
  engine->disk_space_.look();
  auto& database = *engine->database_;
  if (engine->options_.accept_loss) BAUTA_CHECK(note_accepted_loss(database, engine->options_));
  engine->positions_.attach(&database);
  const auto durable = database.GetLatestSequenceNumber();
  engine->known_.publish(durable);
  BAUTA_TRY(auto mark, DurableMark::start(engine->options_.path, durable));
  engine->compactor_ = std::make_unique<Compactor>(database, *engine->health_, engine->options_);
  engine->committer_ =
      std::make_unique<Committer>(Committer::Parts{.database = database,
                                                   .known = engine->known_,
                                                   .positions = engine->positions_,
                                                   .health = *engine->health_,
                                                   .disk_space = engine->disk_space_,
                                                   .compactor = *engine->compactor_,
                                                   .hints = engine->hints_,
                                                   .clock = clock},
                                  std::move(mark), engine->options_);
  return engine;
}

RocksStore::Engine::~Engine() {
  committer_.reset();
  if (!database_) return;
  // A compaction that still runs keeps what it would have to ask about.
  rocksdb::CancelAllBackgroundWork(database_.get(), true);
  compactor_.reset();
  positions_.detach();
  // Everything committed is synced: whatever this says, nothing depends on it.
  (void)database_->Close();
}

Result<std::optional<Record>> RocksStore::Engine::get(const Key& key) {
  if (auto failure = health_->failure()) return std::unexpected(*std::move(failure));
  return checked(read_record(*database_, known_, key, clock_.now()));
}

Result<std::vector<std::optional<Record>>> RocksStore::Engine::multi_get(
    const std::vector<Key>& keys) {
  if (auto failure = health_->failure()) return std::unexpected(*std::move(failure));
  return checked(read_records(*database_, known_, keys, clock_.now()));
}

Result<ScanPage> RocksStore::Engine::scan(const ScanRequest& request) {
  if (auto failure = health_->failure()) return std::unexpected(*std::move(failure));
  return checked(read_page(*database_, request, clock_.now()));
}

Status RocksStore::Engine::compact(const Key& from, const Key& to) {
  if (auto failure = health_->failure()) return std::unexpected(*std::move(failure));
  const rocksdb::Slice begin(from.octets());
  const rocksdb::Slice end(to.octets());
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const auto status = database_->CompactRange(options, &begin, &end);
  if (!status.ok()) return std::unexpected(error_of(status, "compacting"));
  return Status{};
}

Result<Backup> RocksStore::Engine::back_up(const BackupRequest& request) {
  if (auto failure = health_->failure()) return std::unexpected(*std::move(failure));
  // A backup flushes what lies in memory, and keeps tables that were merged: RocksDB does not survive to have no room for that.
  if (disk_space_.look().full) {
    return fail("storage.full", "the store's disk is full: a backup is made when there is space");
  }
  // What is damaged may be a file of the backups, for which no relay ends; a read of the store's own finds it too.
  return make_backup(env_, *database_, request);
}

template <class T>
Result<T> RocksStore::Engine::checked(Result<T> result) {
  if (!result && result.error().code == "storage.corrupt") health_->fail(result.error());
  return result;
}

}  // namespace bauta
