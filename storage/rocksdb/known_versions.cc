#include "storage/rocksdb/known_versions.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace bauta {

KnownVersions::KnownVersions(std::size_t keys_max)
    : generation_max_(std::max<std::size_t>(1, keys_max / kShards / 2)) {
  static_assert(sizeof(secret_) == crypto_shorthash_siphashx24_KEYBYTES);
  randombytes_buf(secret_.data(), secret_.size());
}

KnownVersions::Digest KnownVersions::digest_of(std::string_view key) const {
  static_assert(sizeof(Digest) == crypto_shorthash_siphashx24_BYTES);
  std::array<unsigned char, sizeof(Digest)> octets{};
  crypto_shorthash_siphashx24(octets.data(), reinterpret_cast<const unsigned char*>(key.data()),
                              key.size(), secret_.data());
  Digest digest;
  std::memcpy(&digest, octets.data(), sizeof digest);
  return digest;
}

std::optional<KnownVersions::Known> KnownVersions::find(std::string_view key) const {
  const auto digest = digest_of(key);
  const auto& shard = shard_of(digest);
  const MutexLock lock(shard.mutex);
  const auto* const entry = find_in(shard, digest);
  return entry != nullptr ? std::optional(entry->known) : std::nullopt;
}

std::optional<std::optional<Record>> KnownVersions::recall(std::string_view key,
                                                           TimePoint now) const {
  const auto digest = digest_of(key);
  const auto& shard = shard_of(digest);
  const MutexLock lock(shard.mutex);
  const auto* const entry = find_in(shard, digest);
  if (entry == nullptr || entry->written > published()) return std::nullopt;
  if (entry->known.at(now) == kAbsent) return std::optional<Record>{};
  if (!entry->value) return std::nullopt;
  return Record{
      .value = *entry->value, .version = entry->known.version, .expiry = entry->known.expiry};
}

void KnownVersions::note_read(std::string_view key, Known known, std::uint64_t began,
                              std::optional<std::string_view> value) {
  const auto digest = digest_of(key);
  auto& shard = shard_of(digest);
  const MutexLock lock(shard.mutex);
  if (auto* const entry = find_in(shard, digest)) {
    // No version is used twice for a key: this is its value, whoever read it when.
    if (entry->known.version == known.version && !entry->value) give_value(shard, *entry, value);
    return;
  }
  if (began < shard.floor) return;
  Entry entry{.known = known};
  give_value(shard, entry, value);
  remember(shard, digest, std::move(entry));
}

void KnownVersions::note_write(std::string_view key, Known known, std::uint64_t sequence,
                               std::optional<std::string_view> value) {
  const auto digest = digest_of(key);
  auto& shard = shard_of(digest);
  const MutexLock lock(shard.mutex);
  Entry entry{.known = known, .written = sequence};
  give_value(shard, entry, value);
  remember(shard, digest, std::move(entry));
  shard.young.last_write = sequence;
}

const KnownVersions::Entry* KnownVersions::find_in(const Shard& shard, const Digest& key) {
  for (const auto* generation : {&shard.young, &shard.old}) {
    const auto found = generation->keys.find(key);
    if (found != generation->keys.end()) return &found->second;
  }
  return nullptr;
}

KnownVersions::Entry* KnownVersions::find_in(Shard& shard, const Digest& key) {
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

void KnownVersions::remember(Shard& shard, const Digest& key, Entry entry) {
  const bool full = shard.young.keys.size() >= generation_max_ ||
                    shard.young.value_octets >= kGenerationOctetsMax;
  if (full && shard.old.last_write <= published()) {
    shard.floor = std::max(shard.floor, shard.old.last_write);
    // The forgotten one's memory is taken up again.
    std::swap(shard.old, shard.young);
    shard.young.keys.clear();
    shard.young.value_octets = 0;
    shard.young.last_write = 0;
    shard.young.keys.reserve(generation_max_);
  }
  shard.young.keys.insert_or_assign(key, std::move(entry));
}

}  // namespace bauta
