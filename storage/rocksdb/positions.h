#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/rocksdb/status.h"
#include "storage/store/mutex.h"
#include "storage/store/store.h"

namespace bauta {

/// The last position given out below each prefix.
///
/// It is nowhere written down: the newest entry of a log says it, and that entry's key is never taken off the disk before a newer
/// one is durable.  Who erases the newest entry writes a grave in its place (Frame::grave), which is no record to anybody; an
/// entry that expired stays as long as it is the newest.  What is not the newest any more, compaction removes.  So an append costs
/// one put, an erasure one write, and no position is used twice, whatever is erased, expires or crashes.
///
/// Thread-safe; last() and advance() are the committer's alone.
class Positions {
 public:
  using Hash = struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  /// 0: nothing was ever appended.  Looked for on disk once, then remembered.
  Result<Position> last(std::string_view prefix);
  /// After the entry has become durable.
  void advance(std::string_view prefix, Position last);
  /// What last() would say of durable entries; remembers nothing, since it may be outdated once it is known.  Before attach(): nullopt.
  std::optional<Position> last_durable(std::string_view prefix) const;

  /// The database may be read from now on, until detach().
  void attach(rocksdb::DB* database) { database_ = database; }
  void detach() { database_ = nullptr; }

 private:
  std::optional<Position> remembered(std::string_view prefix) const;

  std::atomic<rocksdb::DB*> database_ = nullptr;
  mutable Mutex mutex_;
  std::unordered_map<std::string, Position, Hash, std::equal_to<>> last_ BAUTA_GUARDED_BY(mutex_);
};

/// A key that may be an entry's, taken apart; nullopt: it cannot be.  Positions are below 2^48 (at a million a second, enough for eight years):
/// so a random id at the end of a key is told apart by its first octets, but for one in 65,536, which the disk is asked about.
struct EntryKey {
  std::string_view prefix;
  Position position;
};
inline constexpr Position kPositionMax = (Position{1} << 48) - 1;
std::optional<EntryKey> entry_key(std::string_view key);

}  // namespace bauta
