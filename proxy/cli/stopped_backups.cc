#include "proxy/cli/stopped_backups.h"

#include <memory>
#include <system_error>
#include <utility>

#include "proxy/cli/run_task.h"
#include "storage/journal/journal_files.h"
#include "storage/rocksdb/rocks_store.h"
#include "storage/rocksdb/stopped_store.h"
#include "storage/seal/key_ring.h"
#include "storage/seal/master_key.h"
#include "storage/seal/system_random.h"
#include "storage/store/clear_keys.h"
#include "storage/store/clock.h"

namespace bauta {
namespace {

/// For what reads and writes a few records.
constexpr std::size_t kSmall = std::size_t{4} << 20;

Status check_configured(const Config& config) {
  if (config.storage_engine != "rocksdb")
    return fail("storage.unavailable", "the engine " + config.storage_engine + " keeps nothing");
  if (!config.backup_path.empty()) return {};
  return fail("backup.not_configured",
              "the configuration names no folder for backups: [backup] path");
}

/// Below what seals: no key is needed.
Result<std::unique_ptr<RocksStore>> open_engine(const Config& config, const Clock& clock) {
  std::error_code error;
  if (!std::filesystem::exists(config.storage_path / "CURRENT", error))
    return fail("storage.unavailable", config.storage_path.string() + ": there is no store");
  RocksStoreOptions options;
  options.path = config.storage_path;
  options.block_cache_bytes = kSmall;
  options.write_buffer_bytes = kSmall;
  options.free_bytes_min = static_cast<std::uint64_t>(config.storage_reserve_bytes_max);
  options.on_failure = [](const Error&) {};
  return RocksStore::open(fit_to_disk(std::move(options)), clock);
}

/// Nobody writes to it while the store is ours.  One that cannot be read hinders no backup.
std::optional<JournalPlace> end_of_journal(const Config& config) {
  if (config.backup_journal.empty()) return std::nullopt;
  return JournalReader(config.backup_journal).end().value_or(std::nullopt);
}

/// Without the key that it was sealed with, a store says nothing to anybody.
Status check_key(const Config& config) {
  const auto now = SystemClock().now();
  BAUTA_TRY(auto master, MasterKey::load({.file = config.master_key_file.value_or("").string()}));
  BAUTA_TRY(const auto store, StoppedStore::open(config.storage_path, now));
  SystemRandom random;
  BAUTA_TRY(const auto ring, run_here(KeyRing::open(*store, std::move(master), random, now)));
  return {};
}

}  // namespace

Result<std::vector<Backup>> backups_of(const Config& config) {
  BAUTA_CHECK(check_configured(config));
  return list_backups(config.backup_path);
}

Result<Backup> backup_of(const Config& config, std::optional<BackupId> id) {
  BAUTA_TRY(const auto backups, backups_of(config));
  if (backups.empty())
    return fail("backup.not_found", config.backup_path.string() + ": there is no whole backup");
  if (!id) return backups.back();
  for (const auto& backup : backups)
    if (backup.id == *id) return backup;
  return fail("backup.not_found", "there is no whole backup " + std::to_string(*id) +
                                      "; bauta backup list says which there are");
}

Result<Backup> back_up_stopped(const Config& config, std::function<void(std::uint64_t)> progress) {
  BAUTA_CHECK(check_configured(config));
  SystemClock clock;
  auto store = open_engine(config, clock);
  if (!store && store.error().code == "storage.locked") {
    return fail("storage.locked", store.error().detail +
                                      ", or let the relay make its backup itself: leave out "
                                      "--config");
  }
  if (!store) return std::unexpected(store.error());
  const auto place = end_of_journal(config);
  return (*store)->back_up({.folder = config.backup_path,
                            .keep = static_cast<std::uint32_t>(config.backup_keep),
                            .progress = std::move(progress),
                            .journal = place});
}

Result<Recovery> restore_stopped(const Config& config, const Backup& backup) {
  BAUTA_CHECK(check_configured(config));
  const Recovery recovery{.backup = backup.id,
                          .backed_up_at = backup.created_at,
                          .restored_at = SystemClock().now(),
                          .journal = backup.journal};
  BAUTA_CHECK(restore_backup({.folder = config.backup_path,
                              .id = backup.id,
                              .store = config.storage_path,
                              .mark = recovery_key(),
                              .mark_value = encode_recovery(recovery)}));
  if (const auto opens = check_key(config); !opens) {
    auto error = opens.error();
    error.detail =
        "the store is restored, but the configured master key does not open it: " + error.detail;
    return std::unexpected(std::move(error));
  }
  return recovery;
}

Result<std::optional<Recovery>> release_stopped(const Config& config) {
  SystemClock clock;
  BAUTA_TRY(const auto store, open_engine(config, clock));
  BAUTA_TRY(auto recovery, run_here(recovery_of(*store)));
  if (recovery && !recovery->is_replayed && !config.backup_journal.empty()) {
    return fail("backup.not_replayed",
                "the store was not yet told from the journal what was done since its backup: start "
                "the relay, which does it; to release it without, take [backup] journal out of "
                "the configuration");
  }
  if (recovery) BAUTA_CHECK(run_here(end_recovery(*store)));
  return recovery;
}

}  // namespace bauta
