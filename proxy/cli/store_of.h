#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "metrics/instruments/instruments.h"
#include "proxy/config/config.h"
#include "storage/recovery/recovery.h"
#include "storage/rocksdb/backups.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/master_key.h"
#include "storage/seal/sealed_store.h"
#include "storage/seal/system_random.h"
#include "storage/store/clock.h"
#include "storage/store/store.h"

namespace bauta {

class Journal;

/// What the stores of `config` are sealed by; none: they die with the process.  Taken once, out of the environment too, before there are other
/// threads.  Codes: those of MasterKey::load().
Result<std::optional<MasterKey>> master_key_of(const Config& config);

/// How much memory an engine may take for itself.
enum class StoreSize : std::uint8_t { ample, modest };

struct OpenStoreOptions {
  bool accept_loss = false;
  StoreSize size = StoreSize::ample;
  /// The engine can promise nothing any more.
  std::function<void(const Error&)> on_failure;
};

/// The store that a configuration names, opened and sealed.
class OpenStore {
 public:
  /// Clock and metrics outlive the store.
  static Result<std::unique_ptr<OpenStore>> open(const Config& config,
                                                 std::optional<MasterKey> master,
                                                 OpenStoreOptions options, const Clock& clock,
                                                 metrics::Instruments& metrics);
  ~OpenStore();

  Store& store();
  const IndexKey& index_key() const;
  Random& random();
  /// The disk has no space left for commits: looks now, and keeps the gauges.
  bool is_full();
  /// See RocksStore::back_up(); the journal's place is noted in it.  Codes: also backup.not_configured (a store in memory has none).
  Result<Backup> back_up(BackupRequest request);
  /// None: no journal is configured.
  const Journal* journal() const;
  /// Whether it had been written to with a journal, without a gap, before it was opened.
  bool was_journaled() const;
  /// Whether it was restored and not yet released.  Codes: storage.*.
  Task<Result<std::optional<Recovery>>> recovery();
  Task<Status> note_replayed(Recovery recovery);
  Task<Status> end_recovery();
  /// Everything acknowledged is on the disk when this returns; nothing is taken any more.
  void close();

 private:
  struct Parts;
  explicit OpenStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bauta
