#include "storage/rocksdb/known_versions.h"

#include <algorithm>
#include <utility>

namespace bauta {

KnownVersions::KnownVersions(std::size_t keys_max)
    : generation_max_(std::max<std::size_t>(1, keys_max / kShards / 2)) {}

std::optional<KnownVersions::Known> KnownVersions::find(std::string_view key) const {
  const auto& shard = shard_of(key);
  const MutexLock lock(shard.mutex);
  const auto* const known = find_in(shard, key);
  return known != nullptr ? std::optional(*known) : std::nullopt;
}

void KnownVersions::note_read(std::string_view key, Known known, std::uint64_t began) {
  auto& shard = shard_of(key);
  const MutexLock lock(shard.mutex);
  if (began < shard.floor || find_in(shard, key) != nullptr) return;
  remember(shard, key, known);
}

void KnownVersions::note_write(std::string_view key, Known known, std::uint64_t sequence) {
  auto& shard = shard_of(key);
  const MutexLock lock(shard.mutex);
  remember(shard, key, known);
  shard.young.last_write = sequence;
}

KnownVersions::Shard& KnownVersions::shard_of(std::string_view key) const {
  // The map's buckets use the low bits.
  return shards_[(std::hash<std::string_view>{}(key) >> 48) % kShards];
}

const KnownVersions::Known* KnownVersions::find_in(const Shard& shard, std::string_view key) {
  for (const auto* generation : {&shard.young, &shard.old}) {
    const auto found = generation->keys.find(key);
    if (found != generation->keys.end()) return &found->second;
  }
  return nullptr;
}

void KnownVersions::remember(Shard& shard, std::string_view key, Known known) {
  if (shard.young.keys.size() >= generation_max_ && shard.old.last_write <= published()) {
    shard.floor = std::max(shard.floor, shard.old.last_write);
    shard.old = std::exchange(shard.young, {});
    shard.young.keys.reserve(generation_max_);
  }
  const auto found = shard.young.keys.find(key);
  if (found != shard.young.keys.end()) {
    found->second = known;
  } else {
    shard.young.keys.emplace(key, known);
  }
}

}  // namespace bauta
