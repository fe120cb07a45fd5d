#include "storage/rocksdb/database.h"

#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <unistd.h>

#include <array>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "storage/rocksdb/durable_mark.h"
#include "storage/rocksdb/frame.h"
#include "storage/rocksdb/notes.h"
#include "storage/rocksdb/status.h"
#include "storage/store/clear_keys.h"

namespace bauta {
namespace {

/// `meta/format`, in the engine's frame; on disk: never change.
///
///     written by (4 octets, big-endian) | oldest format whose programs can read it (4)
struct Format {
  std::uint32_t written = 1;
  std::uint32_t oldest_reader = 1;

  std::string encode() const {
    std::string octets;
    for (const auto number : {written, oldest_reader}) {
      for (int shift = 24; shift >= 0; shift -= 8) {
        octets.push_back(static_cast<char>(static_cast<unsigned char>(number >> shift)));
      }
    }
    return octets;
  }
  static std::optional<Format> decode(std::string_view octets) {
    if (octets.size() < 8) return std::nullopt;
    std::array<std::uint32_t, 2> numbers{};
    for (std::size_t at = 0; at < 8; ++at) {
      numbers.at(at / 4) = numbers.at(at / 4) << 8 | static_cast<unsigned char>(octets[at]);
    }
    return Format{.written = numbers[0], .oldest_reader = numbers[1]};
  }
};
constexpr Format kFormat;

/// What both ways to open share: durability and damage.  Defaults that promises hang on are written out.
rocksdb::Options base_options(rocksdb::Env& env) {
  rocksdb::Options options;
  options.env = &env;
  options.paranoid_checks = true;
  options.manual_wal_flush = false;
  options.recycle_log_file_num = 0;
  options.two_write_queues = false;
  options.unordered_write = false;
  options.enable_pipelined_write = false;
  // A commit that was being written when the power went is torn, and was answered to nobody: it ends the log.  Damage before that also
  // ends it, without a word: DurableMark notices.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  return options;
}

rocksdb::Options serving_options(rocksdb::Env& env, const RocksStoreOptions& store,
                                 const DatabaseHooks& hooks) {
  auto options = base_options(env);
  options.create_if_missing = true;
  options.compaction_filter_factory = hooks.filter;
  if (hooks.listener) options.listeners.push_back(hooks.listener);
  options.sst_file_manager = hooks.files;
  // A background error is not tried again: what the disk does after a failed fsync cannot be trusted.
  options.max_bgerror_resume_count = 0;

  options.allow_concurrent_memtable_write = false;  // there is one writer
  options.write_buffer_size = store.write_buffer_bytes;
  options.max_write_buffer_number = 4;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  options.memtable_whole_key_filtering = true;
  options.manifest_preallocation_size = std::size_t{64} << 10;
  options.max_total_wal_size = 4 * store.write_buffer_bytes;
  options.level_compaction_dynamic_level_bytes = true;
  options.max_background_jobs = 2;
  options.bytes_per_sync = std::uint64_t{1} << 20;
  options.compression = rocksdb::kNoCompression;  // sealed values look random
  options.info_log = notes_in(store.path);
  options.fail_if_options_file_error = true;  // a disk that fails is not served from

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(store.block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.optimize_filters_for_memory = true;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

enum class Presence : std::uint8_t { nothing, database };

/// Where CURRENT is missing but a database was, RocksDB would make a new one over it.
Result<Presence> look_for_database(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder / "CURRENT", error)) return Presence::database;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("MANIFEST") || name.ends_with(".sst") || name == "DURABLE") {
      return fail("storage.corrupt", "the store " + folder.string() + " has a file " + name +
                                         " but none named CURRENT: restore a backup");
    }
  }
  if (error) return fail("storage.unavailable", folder.string() + ": " + error.message());
  return Presence::nothing;
}

Status check_format(rocksdb::DB& database) {
  std::string value;
  const auto status = database.Get(rocksdb::ReadOptions(), format_key().octets(), &value);
  if (status.IsNotFound()) {
    // Its maker died before the first write.
    if (database.GetLatestSequenceNumber() == 0) return Status{};
    return fail("storage.corrupt", "the store does not say which format it has: restore a backup");
  }
  if (!status.ok()) return std::unexpected(error_of(status, "reading the store's format"));
  if (value.size() < Frame::kOctets) {
    return fail("storage.corrupt", "the store's format cannot be read: restore a backup");
  }
  const auto format = Format::decode(Frame::payload(value));
  if (!format) {
    return fail("storage.corrupt", "the store's format cannot be read: restore a backup");
  }
  if (format->oldest_reader > kFormat.written) {
    return fail("storage.newer_format", "the store has format " + std::to_string(format->written) +
                                            ", this program reads up to " +
                                            std::to_string(kFormat.written) +
                                            ": start a newer version; nothing was changed");
  }
  return Status{};
}

Status check_nothing_is_lost(rocksdb::DB& database, const std::filesystem::path& folder) {
  BAUTA_TRY(const auto durable, DurableMark::read(folder));
  const auto recovered = database.GetLatestSequenceNumber();
  if (!durable || recovered >= *durable) return Status{};
  return fail("storage.corrupt", "the store's log is damaged: writes up to number " +
                                     std::to_string(*durable) + " were durable, only those up to " +
                                     std::to_string(recovered) +
                                     " can be read.  Nothing was changed.  Restore a backup, or "
                                     "start once with --accept-loss to go on without them; only "
                                     "where there is a journal STOPs and erasures among them are "
                                     "known again");
}

/// The database as it would be opened, found to be well; nothing is written.
Result<std::unique_ptr<rocksdb::DB>> check(rocksdb::Env& env, const std::filesystem::path& path,
                                           bool accept_loss) {
  auto reading = base_options(env);
  reading.info_log = no_notes();
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(reading, path.string(), &opened);
  std::unique_ptr<rocksdb::DB> database(opened);
  if (!status.ok()) return std::unexpected(error_of(status, "checking the store"));
  if (!accept_loss) BAUTA_CHECK(check_nothing_is_lost(*database, path));
  BAUTA_CHECK(check_format(*database));
  return database;
}

/// What a compaction was writing when the disk was full is no table of the database's, and may be as large as all that are: RocksDB would
/// remove it, but only once it is open, which it cannot be without space.  Nobody else has the folder open.
void remove_unfinished_tables(const std::filesystem::path& folder, rocksdb::DB& database) {
  std::vector<rocksdb::LiveFileMetaData> tables;
  database.GetLiveFilesMetaData(&tables);
  std::set<std::string> known;
  for (const auto& table : tables)
    known.insert(std::filesystem::path(table.name).filename().string());
  std::vector<std::filesystem::path> unfinished;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".sst" && !known.contains(entry.path().filename().string()))
      unfinished.push_back(entry.path());
  }
  for (const auto& table : unfinished) std::filesystem::remove(table, error);
}

/// Opening writes what lies in the log as tables, and begins a new log; Debian's RocksDB aborts where it finds no room for that.
Status check_there_is_room(rocksdb::Env& env, const RocksStoreOptions& options) {
  constexpr std::uint64_t kForItsNotes = std::uint64_t{1} << 20;
  std::uint64_t needed = options.write_buffer_bytes + options.write_buffer_bytes / 8 + kForItsNotes;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options.path, error)) {
    if (entry.path().extension() != ".log") continue;
    const auto size = entry.file_size(error);
    if (!error) needed += size;
  }
  std::uint64_t free = 0;
  if (!env.GetFreeSpace(options.path.string(), &free).ok() || free >= needed) return Status{};
  return fail("storage.full", std::to_string(free >> 10) + " KiB are free on the disk of " +
                                  options.path.string() + ", and starting needs " +
                                  std::to_string(needed >> 10) +
                                  ": make space; nothing was changed");
}

Status write_format(rocksdb::DB& database) {
  const auto frame = Frame{.version = Version{database.GetLatestSequenceNumber() + 1}}.encode();
  std::string value(frame.data(), frame.size());
  value += kFormat.encode();
  rocksdb::WriteOptions durably;
  durably.sync = true;
  const auto status = database.Put(durably, format_key().octets(), value);
  if (!status.ok()) return std::unexpected(error_of(status, "making the store"));
  return Status{};
}

}  // namespace

Status make_folder(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::create_directories(path, error)) {
    if (error) return fail("storage.unavailable", path.string() + ": " + error.message());
    return Status{};
  }
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  // That the folder exists has to survive as well.
  const int parent = ::open((path / "..").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool flushed = parent >= 0 && ::fsync(parent) == 0;
  if (parent >= 0) ::close(parent);
  if (!flushed) return fail("storage.unavailable", path.string() + ": cannot flush its parent");
  return Status{};
}

Result<FolderLock> FolderLock::take(rocksdb::Env& env, const std::filesystem::path& folder) {
  rocksdb::FileLock* lock = nullptr;
  const auto path = (folder / "LOCK").string();
  const auto status = env.LockFile(path, &lock);
  if (status.ok()) return FolderLock(env, lock);
  if (::access(path.c_str(), R_OK | W_OK) == 0) {
    return fail("storage.locked",
                "another process has the store " + folder.string() +
                    " open, and only one may at a time: if it is the relay, stop that first");
  }
  return std::unexpected(error_of(status, "locking the store"));
}

FolderLock::~FolderLock() {
  if (lock_ != nullptr) env_.UnlockFile(lock_);
}

Result<StoppedDatabase> open_stopped_database(rocksdb::Env& env,
                                              const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error))
    return fail("storage.unavailable", path.string() + ": there is no store");
  BAUTA_TRY(auto lock, FolderLock::take(env, path));
  BAUTA_TRY(const auto presence, look_for_database(path));
  if (presence == Presence::nothing)
    return fail("storage.unavailable", path.string() + ": there is no store");
  BAUTA_TRY(auto database, check(env, path, false));
  return StoppedDatabase{.lock = std::move(lock), .database = std::move(database)};
}

Result<std::unique_ptr<rocksdb::DB>> open_database(rocksdb::Env& env,
                                                   const RocksStoreOptions& options,
                                                   const DatabaseHooks& hooks) {
  BAUTA_CHECK(make_folder(options.path));
  {
    BAUTA_TRY(const auto lock, FolderLock::take(env, options.path));
    BAUTA_TRY(const auto presence, look_for_database(options.path));
    if (presence == Presence::database) {
      BAUTA_TRY(const auto database, check(env, options.path, options.accept_loss));
      if (!check_there_is_room(env, options)) remove_unfinished_tables(options.path, *database);
    }
    BAUTA_CHECK(check_there_is_room(env, options));
  }
  // RocksDB takes the lock itself; whoever was quicker in between was told the same as we.
  rocksdb::DB* opened = nullptr;
  const auto status =
      rocksdb::DB::Open(serving_options(env, options, hooks), options.path.string(), &opened);
  std::unique_ptr<rocksdb::DB> database(opened);
  if (!status.ok()) return std::unexpected(error_of(status, "opening the store"));
  if (database->GetLatestSequenceNumber() == 0) BAUTA_CHECK(write_format(*database));
  return database;
}

}  // namespace bauta
