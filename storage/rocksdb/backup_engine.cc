#include "storage/rocksdb/backup_engine.h"

#include <rocksdb/utilities/backup_engine.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <system_error>

#include "storage/rocksdb/database.h"
#include "storage/rocksdb/notes.h"
#include "storage/rocksdb/status.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;

/// After so many octets somebody is told.
constexpr std::uint64_t kProgressBytes = std::uint64_t{1} << 20;

/// What a backup says of itself; in the backup: never change.
///
///     bauta 1 sequence=<number>[ journal=<file>/<entry>/<begun at, ms>][ <word that is not known> …]
constexpr std::string_view kBauta = "bauta 1 ";
constexpr std::string_view kSequence = "sequence=";
constexpr std::string_view kJournal = "journal=";

std::string words_of(std::uint64_t sequence, const std::optional<JournalPlace>& journal) {
  auto words = std::string(kBauta) + std::string(kSequence) + std::to_string(sequence);
  if (!journal) return words;
  return words + " " + std::string(kJournal) + std::to_string(journal->file) + "/" +
         std::to_string(journal->entry) + "/" + std::to_string(to_millis(journal->begun_at));
}

std::string_view word_off(std::string_view& rest, char end) {
  const auto at = std::min(rest.find(end), rest.size());
  const auto word = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return word;
}

template <class Number>
std::optional<Number> number_in(std::string_view word) {
  Number number = 0;
  const auto [end, bad] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (bad != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

/// nullopt: it says none that can be read, and is as one that says none.
std::optional<JournalPlace> place_in(std::string_view words) {
  while (!words.empty()) {
    auto word = word_off(words, ' ');
    if (!word.starts_with(kJournal)) continue;
    word.remove_prefix(kJournal.size());
    const auto file = number_in<std::uint64_t>(word_off(word, '/'));
    const auto entry = number_in<std::uint64_t>(word_off(word, '/'));
    const auto begun = number_in<std::int64_t>(word);
    if (!file || !entry || !begun) return std::nullopt;
    return JournalPlace{.file = *file, .entry = *entry, .begun_at = from_millis(*begun)};
  }
  return std::nullopt;
}

struct SaidOfItself {
  std::uint64_t sequence = 0;
  std::optional<JournalPlace> journal;
};

/// nullopt: another program made it.
std::optional<SaidOfItself> read_words(std::string_view words) {
  if (!words.starts_with(kBauta)) return std::nullopt;
  words.remove_prefix(kBauta.size());
  auto word = word_off(words, ' ');
  if (!word.starts_with(kSequence)) return std::nullopt;
  const auto sequence = number_in<std::uint64_t>(word.substr(kSequence.size()));
  if (!sequence) return std::nullopt;
  return SaidOfItself{.sequence = *sequence, .journal = place_in(words)};
}

std::optional<Backup> backup_of(const rocksdb::BackupInfo& info) {
  const auto said = read_words(info.app_metadata);
  if (!said) return std::nullopt;
  return Backup{.id = info.backup_id,
                .created_at = TimePoint{std::chrono::seconds(info.timestamp)},
                .bytes = info.size,
                .files = info.number_files,
                .sequence = said->sequence,
                .journal = said->journal};
}

rocksdb::BackupEngineOptions options_for(const fs::path& folder) {
  rocksdb::BackupEngineOptions options(folder.string());
  options.share_table_files = true;
  options.share_files_with_checksum = true;
  options.sync = true;
  options.backup_log_files = true;
  options.callback_trigger_interval_size = kProgressBytes;
  return options;
}

/// RocksDB keeps the pointer that it was given for its notes.
struct QuietOptions {
  std::shared_ptr<rocksdb::Logger> notes = no_notes();
  rocksdb::BackupEngineOptions options;

  explicit QuietOptions(const fs::path& folder) : options(options_for(folder)) {
    options.info_log = notes.get();
  }
};

/// Reads a folder of backups, and writes nothing to it.
class Reader {
 public:
  static Result<Reader> open(const fs::path& folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error))
      return fail(
          "storage.unavailable",
          folder.string() +
              ": there is no such folder: nothing was backed up there yet, or its disk is missing");
    if (!fs::is_directory(folder / "meta", error))
      return fail("backup.not_found", folder.string() + ": there are no backups");
    Reader reader(folder);
    rocksdb::BackupEngineReadOnly* opened = nullptr;
    const auto status = rocksdb::BackupEngineReadOnly::Open(rocksdb::Env::Default(),
                                                            reader.options_->options, &opened);
    reader.engine_.reset(opened);
    if (!status.ok()) return std::unexpected(error_of(status, "reading the backups"));
    return reader;
  }

  std::vector<Backup> list() const {
    std::vector<rocksdb::BackupInfo> infos;
    engine_->GetBackupInfo(&infos);
    std::vector<Backup> backups;
    for (const auto& info : infos)
      if (const auto backup = backup_of(info)) backups.push_back(*backup);
    std::ranges::sort(backups, {}, &Backup::id);
    return backups;
  }
  Result<Backup> find(BackupId id) const {
    for (const auto& backup : list())
      if (backup.id == id) return backup;
    std::vector<rocksdb::BackupID> damaged;
    engine_->GetCorruptedBackups(&damaged);
    if (std::ranges::find(damaged, id) != damaged.end()) {
      return fail("storage.corrupt",
                  "files of backup " + std::to_string(id) + " are missing or cannot be read");
    }
    return fail("backup.not_found", "there is no backup " + std::to_string(id));
  }
  Result<Backup> verify(BackupId id) const {
    BAUTA_TRY(auto backup, find(id));
    const auto status = engine_->VerifyBackup(id, true);
    if (status.ok()) return backup;
    const auto words = "backup " + std::to_string(id) + ": " + status.ToString();
    if (status.IsCorruption() || status.IsNotFound()) return fail("storage.corrupt", words);
    return std::unexpected(error_of(status, "reading backup " + std::to_string(id)));
  }
  Status restore(BackupId id, const fs::path& into) const {
    const auto status =
        engine_->RestoreDBFromBackup(rocksdb::RestoreOptions(), id, into.string(), into.string());
    if (!status.ok()) return std::unexpected(error_of(status, "restoring the backup"));
    return Status{};
  }

 private:
  explicit Reader(const fs::path& folder) : options_(std::make_unique<QuietOptions>(folder)) {}

  std::unique_ptr<QuietOptions> options_;
  std::unique_ptr<rocksdb::BackupEngineReadOnly> engine_;
};

Result<std::unique_ptr<rocksdb::BackupEngine>> open_engine(rocksdb::Env& env,
                                                           const QuietOptions& options) {
  BAUTA_CHECK(make_folder(options.options.backup_dir));
  rocksdb::BackupEngine* opened = nullptr;
  const auto status = rocksdb::BackupEngine::Open(options.options, &env, &opened);
  std::unique_ptr<rocksdb::BackupEngine> engine(opened);
  if (!status.ok()) return std::unexpected(error_of(status, "opening the backups"));
  return engine;
}

/// What `lost+found` is to a file system, and a lock file to a store that was refused: nobody's.
bool is_nobodys(const fs::path& name) { return name == "lost+found" || name == "LOCK"; }

Status check_is_empty(const fs::path& store) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(store, error)) {
    const auto name = entry.path().filename();
    if (is_nobodys(name)) continue;
    return fail("backup.target_not_empty",
                store.string() + " is not empty (" + name.string() +
                    "): a restore writes over nothing.  Move the folder away, or empty it");
  }
  if (error) return fail("storage.unavailable", store.string() + ": " + error.message());
  return Status{};
}

}  // namespace

Result<Backup> make_backup(rocksdb::Env& env, rocksdb::DB& database, const BackupRequest& request) {
  const QuietOptions options(request.folder);
  BAUTA_TRY(const auto engine, open_engine(env, options));
  const std::stop_callback stop_it(request.stop, [&] { engine->StopBackup(); });
  const auto sequence = database.GetLatestSequenceNumber();
  rocksdb::CreateBackupOptions how;
  // What lies in memory becomes a table, which the next backups share; the log, copied anew for each, stays small.
  how.flush_before_backup = true;
  how.decrease_background_thread_cpu_priority = true;
  how.background_thread_cpu_priority = rocksdb::CpuPriority::kLow;
  std::uint64_t bytes = 0;
  how.progress_callback = [&] { request.progress(bytes += kProgressBytes); };
  rocksdb::BackupID id = 0;
  const auto status =
      engine->CreateNewBackupWithMetadata(how, &database, words_of(sequence, request.journal), &id);
  if (request.stop.stop_requested())
    return fail("storage.closed", "the backup was not finished: the relay stops");
  if (!status.ok()) return std::unexpected(error_of(status, "making a backup"));
  rocksdb::BackupInfo info;
  if (const auto read = engine->GetBackupInfo(id, &info); !read.ok())
    return std::unexpected(error_of(read, "reading the backup that was made"));
  auto made = *backup_of(info);
  // It is made, whatever becomes of the others: who is told that it failed makes the next at once.
  if (const auto purged = engine->PurgeOldBackups(request.keep); !purged.ok())
    made.not_removed = error_of(purged, "removing the oldest backups").detail;
  return made;
}

Result<std::vector<Backup>> list_backups(const fs::path& folder) {
  const auto reader = Reader::open(folder);
  if (reader) return reader->list();
  if (reader.error().code == "backup.not_found") return std::vector<Backup>();
  return std::unexpected(reader.error());
}

Status verify_backup(const fs::path& folder, BackupId id) {
  BAUTA_TRY(const auto reader, Reader::open(folder));
  BAUTA_CHECK(reader.verify(id));
  return Status{};
}

Status restore_backup(const RestoreRequest& request) {
  BAUTA_TRY(const auto reader, Reader::open(request.folder));
  BAUTA_TRY(const auto backup, reader.verify(request.id));
  BAUTA_CHECK(make_folder(request.store));
  BAUTA_CHECK(check_is_empty(request.store));
  return install_database(
      *rocksdb::Env::Default(), request.store,
      [&](const fs::path& into) { return reader.restore(request.id, into); },
      {.sequence = backup.sequence, .mark = request.mark, .mark_value = request.mark_value});
}

}  // namespace bauta
