#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/rocksdb/frame.h"
#include "storage/store/mutex.h"
#include "storage/store/store.h"

namespace bauta {

/// The versions of keys lately written or read, so that the committer judges expectations without asking RocksDB.
///
/// Three facts keep it right.  The committer notes every write here before it judges the next commit, so an entry is never older
/// than RocksDB.  A reader notes what it read only if nothing stands here for the key, and only if every write since its read
/// began would still stand here (`floor`).  And what is not yet published stays, however full it is: of the batch being built
/// nothing is forgotten.
///
/// Thread-safe; note_write() and publish() are the committer's alone.
class KnownVersions {
 public:
  /// What a key is at.
  struct Known {
    Version version = kAbsent;
    std::optional<TimePoint> expiry = {};

    Version at(TimePoint now) const { return expiry && *expiry <= now ? kAbsent : version; }
  };

  /// Remembers between half of `keys_max` and all of it.
  explicit KnownVersions(std::size_t keys_max);

  std::optional<Known> find(std::string_view key) const;
  bool contains(std::string_view key) const { return find(key).has_value(); }

  /// Where a reader begins: it sees at least all writes up to here.
  std::uint64_t published() const { return published_.load(std::memory_order_acquire); }
  /// `began` is what published() said before the key was read.
  void note_read(std::string_view key, Known known, std::uint64_t began);

  /// `sequence` grows with every write.
  void note_write(std::string_view key, Known known, std::uint64_t sequence);
  /// Everything up to `sequence` can be read.
  void publish(std::uint64_t sequence) { published_.store(sequence, std::memory_order_release); }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  /// Forgotten as a whole, the older of two.
  struct Generation {
    std::unordered_map<std::string, Known, Hash, std::equal_to<>> keys;
    std::uint64_t last_write = 0;
  };
  struct Shard {
    mutable Mutex mutex;
    Generation young BAUTA_GUARDED_BY(mutex);
    Generation old BAUTA_GUARDED_BY(mutex);
    /// Every key that was written after this sequence stands in the shard.
    std::uint64_t floor BAUTA_GUARDED_BY(mutex) = 0;
  };

  Shard& shard_of(std::string_view key) const;
  static const Known* find_in(const Shard& shard, std::string_view key) BAUTA_REQUIRES(shard.mutex);
  void remember(Shard& shard, std::string_view key, Known known) BAUTA_REQUIRES(shard.mutex);

  static constexpr std::size_t kShards = 16;
  const std::size_t generation_max_;
  std::atomic<std::uint64_t> published_ = 0;
  mutable std::array<Shard, kShards> shards_;
};

}  // namespace bauta
