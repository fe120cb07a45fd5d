#include "storage/rocksdb/positions.h"

#include <rocksdb/iterator.h>
#include <rocksdb/options.h>

#include <memory>

#include "storage/rocksdb/frame.h"

namespace bauta {
namespace {

/// Forgetting everything is always right, and more prefixes than this have never been written to by one process.
constexpr std::size_t kRememberedMax = 1'000'000;

Position number_at(std::string_view octets) {
  Position value = 0;
  for (const char octet : octets) value = value << 8 | static_cast<unsigned char>(octet);
  return value;
}

Result<Position> last_on_disk(rocksdb::DB& database, std::string_view prefix) {
  const auto end = Key::from_octets(std::string(prefix)).end_of_prefix();
  const rocksdb::Slice lower(prefix.data(), prefix.size());
  const rocksdb::Slice upper(end.octets());
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> entries(database.NewIterator(options));
  for (entries->SeekToLast(); entries->Valid(); entries->Prev()) {
    // Records that are no entries, or entries of a longer prefix, may stand among them.
    if (entries->key().size() != prefix.size() + 8) continue;
    const auto frame = Frame::decode(entries->value().ToStringView());
    if (frame && frame->appended) {
      return number_at(entries->key().ToStringView().substr(prefix.size()));
    }
  }
  if (!entries->status().ok()) {
    return std::unexpected(error_of(entries->status(), "looking for the end of a log"));
  }
  return Position{0};
}

}  // namespace

Result<Position> Positions::last(std::string_view prefix) {
  if (const auto known = remembered(prefix)) return *known;
  BAUTA_TRY(const auto found, last_on_disk(*database_, prefix));
  const MutexLock lock(mutex_);
  if (last_.size() >= kRememberedMax) last_.clear();
  last_.emplace(prefix, found);
  return found;
}

void Positions::advance(std::string_view prefix, Position last) {
  const MutexLock lock(mutex_);
  const auto found = last_.find(prefix);
  // It may have been forgotten meanwhile: then the disk says it.
  if (found != last_.end()) found->second = last;
}

std::optional<Position> Positions::last_durable(std::string_view prefix) const {
  if (const auto known = remembered(prefix)) return known;
  auto* const database = database_.load();
  if (database == nullptr) return std::nullopt;
  const auto found = last_on_disk(*database, prefix);
  return found ? std::optional(*found) : std::nullopt;
}

std::optional<Position> Positions::remembered(std::string_view prefix) const {
  const MutexLock lock(mutex_);
  const auto found = last_.find(prefix);
  return found != last_.end() ? std::optional(found->second) : std::nullopt;
}

std::optional<EntryKey> entry_key(std::string_view key) {
  if (key.size() <= 8) return std::nullopt;
  const auto position = number_at(key.substr(key.size() - 8));
  if (position == 0 || position > kPositionMax) return std::nullopt;
  return EntryKey{.prefix = key.substr(0, key.size() - 8), .position = position};
}

}  // namespace bauta
