#include "storage/rocksdb/known_versions.h"

#include <algorithm>
#include <utility>

namespace bauta {

KnownVersions::KnownVersions(std::size_t keys_max)
    : generation_max_(std::max<std::size_t>(1, keys_max / kShards / 2)) {}

std::optional<KnownVersions::Known> KnownVersions::find(std::string_view key) const {
  const auto& shard = shard_of(key);
  const MutexLock lock(shard.mutex);
  const auto* const entry = find_in(shard, key);
  return entry != nullptr ? std::optional(entry->known) : std::nullopt;
}

std::optional<std::optional<Record>> KnownVersions::recall(std::string_view key,
                                                           TimePoint now) const {
  const auto& shard = shard_of(key);
  const MutexLock lock(shard.mutex);
  const auto* const entry = find_in(shard, key);
  if (entry == nullptr || entry->written > published()) return std::nullopt;
  if (entry->known.at(now) == kAbsent) return std::optional<Record>{};
  if (!entry->value) return std::nullopt;
  return Record{
      .value = *entry->value, .version = entry->known.version, .expiry = entry->known.expiry};
}

void KnownVersions::note_read(std::string_view key, Known known, std::uint64_t began,
                              std::optional<std::string_view> value) {
  auto& shard = shard_of(key);
  const MutexLock lock(shard.mutex);
  if (auto* const entry = find_in(shard, key)) {
    // No version is used twice for a key: this is its value, whoever read it when.
    if (entry->known.version == known.version && !entry->value) give_value(shard, *entry, value);
    return;
  }
  if (began < shard.floor) return;
  Entry entry{.known = known};
  give_value(shard, entry, value);
  remember(shard, key, std::move(entry));
}

void KnownVersions::note_write(std::string_view key, Known known, std::uint64_t sequence,
                               std::optional<std::string_view> value) {
  auto& shard = shard_of(key);
  const MutexLock lock(shard.mutex);
  Entry entry{.known = known, .written = sequence};
  give_value(shard, entry, value);
  remember(shard, key, std::move(entry));
  shard.young.last_write = sequence;
}

KnownVersions::Shard& KnownVersions::shard_of(std::string_view key) const {
  // The map's buckets use the low bits.
  return shards_[(std::hash<std::string_view>{}(key) >> 48) % kShards];
}

const KnownVersions::Entry* KnownVersions::find_in(const Shard& shard, std::string_view key) {
  for (const auto* generation : {&shard.young, &shard.old}) {
    const auto found = generation->keys.find(key);
    if (found != generation->keys.end()) return &found->second;
  }
  return nullptr;
}

KnownVersions::Entry* KnownVersions::find_in(Shard& shard, std::string_view key) {
  for (auto* generation : {&shard.young, &shard.old}) {
    const auto found = generation->keys.find(key);
    if (found != generation->keys.end()) return &found->second;
  }
  return nullptr;
}

/// Counted as the young generation's, where most are: what an old one was given is forgotten sooner than it is due.
void KnownVersions::give_value(Shard& shard, Entry& entry, std::optional<std::string_view> value) {
  if (!value || value->size() > kValueOctetsMax) return;
  entry.value.emplace(*value);
  shard.young.value_octets += value->size();
}

void KnownVersions::remember(Shard& shard, std::string_view key, Entry entry) {
  const bool full = shard.young.keys.size() >= generation_max_ ||
                    shard.young.value_octets >= kGenerationOctetsMax;
  if (full && shard.old.last_write <= published()) {
    shard.floor = std::max(shard.floor, shard.old.last_write);
    shard.old = std::exchange(shard.young, {});
    shard.young.keys.reserve(generation_max_);
  }
  const auto found = shard.young.keys.find(key);
  if (found != shard.young.keys.end()) {
    found->second = std::move(entry);
  } else {
    shard.young.keys.emplace(key, std::move(entry));
  }
}

}  // namespace bauta
