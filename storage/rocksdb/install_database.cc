#include <fcntl.h>
#include <rocksdb/options.h>
#include <unistd.h>

#include <system_error>
#include <vector>

#include "storage/rocksdb/database.h"
#include "storage/rocksdb/durable_mark.h"
#include "storage/rocksdb/frame.h"
#include "storage/rocksdb/status.h"

namespace bauta {
namespace {

namespace fs = std::filesystem;

/// Where the files are put, below the folder, so that they only have to be renamed.
constexpr const char* kAside = "restoring";
/// Whoever opens a database looks for this file first.
constexpr const char* kDoor = "CURRENT";
constexpr std::size_t kBufferBytes = std::size_t{4} << 20;

Status flush(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool flushed = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!flushed) return fail("storage.unavailable", folder.string() + ": cannot be flushed");
  return Status{};
}

/// Opens it once, so that what cannot be opened is never installed.  Its last sequence, the mark's.
Result<std::uint64_t> mark(rocksdb::Env& env, const fs::path& folder, const Installed& installed) {
  RocksStoreOptions options;
  options.path = folder;
  options.write_buffer_bytes = kBufferBytes;
  options.block_cache_bytes = kBufferBytes;
  BAUTA_TRY(const auto database, open_database(env, options, {}));
  if (database->GetLatestSequenceNumber() < installed.sequence) {
    return fail("storage.corrupt",
                "it ends at write " + std::to_string(database->GetLatestSequenceNumber()) +
                    ", and should have those up to " + std::to_string(installed.sequence));
  }
  BAUTA_CHECK(put_durably(*database, installed.mark, installed.mark_value));
  const auto sequence = database->GetLatestSequenceNumber();
  if (const auto closed = database->Close(); !closed.ok())
    return std::unexpected(error_of(closed, "closing the restored store"));
  return sequence;
}

/// RocksDB's own notes and lock are the next opener's to make.
bool is_left_behind(const fs::path& name) {
  return name == "LOCK" || name.string().starts_with("LOG");
}

Status move_up(const fs::path& from, const fs::path& to) {
  std::error_code error;
  std::vector<fs::path> names;
  for (const auto& entry : fs::directory_iterator(from, error))
    names.push_back(entry.path().filename());
  for (const auto& name : names) {
    if (error) break;
    if (name != kDoor && !is_left_behind(name)) fs::rename(from / name, to / name, error);
  }
  if (error) return fail("storage.unavailable", to.string() + ": " + error.message());
  BAUTA_CHECK(flush(to));
  fs::rename(from / kDoor, to / kDoor, error);
  if (error) return fail("storage.unavailable", to.string() + ": " + error.message());
  return flush(to);
}

Status install(rocksdb::Env& env, const fs::path& folder,
               const std::function<Status(const fs::path&)>& bring, const Installed& installed) {
  const auto aside = folder / kAside;
  // A mark without a database is a store that lost everything: nobody makes a new one over it.
  BAUTA_CHECK(DurableMark::start(folder, installed.sequence));
  BAUTA_CHECK(make_folder(aside));
  BAUTA_CHECK(bring(aside));
  BAUTA_TRY(const auto sequence, mark(env, aside, installed));
  BAUTA_CHECK(DurableMark::start(folder, sequence));
  return move_up(aside, folder);
}

}  // namespace

Status put_durably(rocksdb::DB& database, const Key& key, const std::string& value) {
  const auto frame = Frame{.version = Version{database.GetLatestSequenceNumber() + 1}}.encode();
  std::string framed(frame.data(), frame.size());
  framed += value;
  rocksdb::WriteOptions durably;
  durably.sync = true;
  const auto status = database.Put(durably, key.octets(), framed);
  if (!status.ok()) return std::unexpected(error_of(status, "marking the store"));
  return Status{};
}

Status install_database(rocksdb::Env& env, const fs::path& folder,
                        const std::function<Status(const fs::path&)>& bring,
                        const Installed& installed) {
  BAUTA_TRY(const auto lock, FolderLock::take(env, folder));
  const auto done = install(env, folder, bring, installed);
  std::error_code ignored;
  fs::remove_all(folder / kAside, ignored);
  if (!done) {
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const auto name = entry.path().filename();
      if (name != "LOCK" && name != "lost+found") fs::remove_all(entry.path(), ignored);
    }
  }
  return done;
}

}  // namespace bauta
