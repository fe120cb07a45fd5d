#pragma once

#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/rocksdb/frame.h"
#include "storage/store/mutex.h"
#include "storage/store/store.h"

namespace bauta {

/// The versions of keys lately written or read, so that the committer judges expectations without asking RocksDB; and their values, so
/// that what every text hangs on (its number, service, route, session) is not looked up for every text.
///
/// Three facts keep it right.  The committer notes every write here before it judges the next commit, so an entry is never older
/// than RocksDB.  A reader notes what it read only if nothing stands here for the key, and only if every write since its read
/// began would still stand here (`floor`).  And what is not yet published stays, however full it is: of the batch being built
/// nothing is forgotten.
///
/// Keys are known by a hash of 128 bits under a secret of this process: nobody can choose two that are the same, and by chance there are
/// none.
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

  /// Remembers between half of `keys_max` and all of it, less if their values are large.
  explicit KnownVersions(std::size_t keys_max);

  std::optional<Known> find(std::string_view key) const;
  bool contains(std::string_view key) const { return find(key).has_value(); }
  /// The durable record of `key`, expired ones being absent; outer nullopt: it is not known.
  std::optional<std::optional<Record>> recall(std::string_view key, TimePoint now) const;

  /// Where a reader begins: it sees at least all writes up to here.
  std::uint64_t published() const { return published_.load(std::memory_order_acquire); }
  /// `began` is what published() said before the key was read.  `value`: what was read there, if it was looked at.
  void note_read(std::string_view key, Known known, std::uint64_t began,
                 std::optional<std::string_view> value = {});

  /// `sequence` grows with every write.  `value`: if it is likely to be read.
  void note_write(std::string_view key, Known known, std::uint64_t sequence,
                  std::optional<std::string_view> value = {});
  /// Everything up to `sequence` can be read.
  void publish(std::uint64_t sequence) { published_.store(sequence, std::memory_order_release); }

 private:
  struct Digest {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool operator==(const Digest&) const = default;
  };
  struct Hash {
    using is_avalanching = void;
    std::size_t operator()(const Digest& digest) const { return digest.low; }
  };
  struct Entry {
    Known known;
    /// The write that it stands for; 0: it was read.
    std::uint64_t written = 0;
    std::optional<std::string> value = {};
  };
  /// Forgotten as a whole, the older of two.
  struct Generation {
    /// Flat: most keys that are looked for are not there, which one cache line says.
    boost::unordered_flat_map<Digest, Entry, Hash> keys;
    std::size_t value_octets = 0;
    std::uint64_t last_write = 0;
  };
  struct Shard {
    mutable Mutex mutex;
    Generation young BAUTA_GUARDED_BY(mutex);
    Generation old BAUTA_GUARDED_BY(mutex);
    /// Every key that was written after this sequence stands in the shard.
    std::uint64_t floor BAUTA_GUARDED_BY(mutex) = 0;
  };

  Digest digest_of(std::string_view key) const;
  /// By the digest's other half: the maps use the first.
  Shard& shard_of(const Digest& key) const { return shards_[key.high % kShards]; }
  static const Entry* find_in(const Shard& shard, const Digest& key) BAUTA_REQUIRES(shard.mutex);
  static Entry* find_in(Shard& shard, const Digest& key) BAUTA_REQUIRES(shard.mutex);
  void remember(Shard& shard, const Digest& key, Entry entry) BAUTA_REQUIRES(shard.mutex);
  static void give_value(Shard& shard, Entry& entry, std::optional<std::string_view> value)
      BAUTA_REQUIRES(shard.mutex);

  static constexpr std::size_t kShards = 16;
  /// Larger ones are read from RocksDB.
  static constexpr std::size_t kValueOctetsMax = 1'024;
  /// Of one generation of a shard: with all of them, 64 MiB.
  static constexpr std::size_t kGenerationOctetsMax = (std::size_t{64} << 20) / kShards / 2;
  const std::size_t generation_max_;
  std::array<unsigned char, 16> secret_{};
  std::atomic<std::uint64_t> published_ = 0;
  mutable std::array<Shard, kShards> shards_;
};

}  // namespace bauta
