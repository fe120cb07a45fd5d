#include "storage/rocksdb/compactor.h"

#include <rocksdb/env.h>
#include <rocksdb/metadata.h>
#include <rocksdb/options.h>

#include <algorithm>

#include "storage/rocksdb/status.h"

namespace bauta {
namespace {

using namespace std::chrono_literals;
using Monotonic = std::chrono::steady_clock;

/// How many times within `compact_every` the tables are looked at, and at least how often.
constexpr int kLooks = 24;
constexpr std::chrono::milliseconds kLookAtLeastEvery = 60s;
/// What is compacted in one go.
constexpr std::uint64_t kPieceBytes = std::uint64_t{256} << 20;
/// RocksDB merges from 4 such tables on, and slows commits down from 20.
constexpr std::uint64_t kFreshTablesMax = 8;

struct Range {
  std::string from;
  std::string to;
};

Range range_of(const std::string& family) {
  // '0' stands behind '/'.
  return {.from = family + '/', .to = family + '0'};
}

bool overlaps(const rocksdb::LiveFileMetaData& table, const Range& range) {
  return table.smallestkey < range.to && table.largestkey >= range.from;
}

std::vector<rocksdb::LiveFileMetaData> tables_in(rocksdb::DB& database, const Range& range) {
  std::vector<rocksdb::LiveFileMetaData> tables;
  database.GetLiveFilesMetaData(&tables);
  std::erase_if(tables, [&](const auto& table) { return !overlaps(table, range); });
  return tables;
}

}  // namespace

Compactor::Compactor(rocksdb::DB& database, Health& health, const RocksStoreOptions& options)
    : database_(database), health_(health), options_(options) {
  if (!options_.erasable_families.empty()) thread_ = std::thread([this] { work(); });
}

Compactor::~Compactor() {
  stopping_ = true;
  {
    const MutexLock lock(mutex_);
    stopped_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Compactor::note_erased(std::string_view key) {
  if (erased_) return;
  const auto family = key.substr(0, key.find('/'));
  if (std::ranges::find(options_.erasable_families, family) != options_.erasable_families.end())
    erased_ = true;
}

void Compactor::work() {
  const auto every = std::clamp(std::chrono::milliseconds(options_.compact_every) / kLooks, 10ms,
                                kLookAtLeastEvery);
  while (wait(every)) {
    if (!health_.is_good() || !erased_ || !is_due()) continue;
    const auto began = Monotonic::now();
    const auto done = compact();
    if (is_stopping()) return;
    if (options_.observer != nullptr)
      options_.observer->compacted(done.has_value(), Monotonic::now() - began);
  }
}

bool Compactor::wait(std::chrono::milliseconds time) {
  const MutexLock lock(mutex_);
  if (!stopping_) stopped_.wait_for(mutex_, time);
  return !stopping_;
}

bool Compactor::is_due() const {
  std::int64_t now = 0;
  if (!database_.GetEnv()->GetCurrentTime(&now).ok()) return false;
  const auto oldest = now - options_.compact_every.count();
  for (const auto& family : options_.erasable_families) {
    for (const auto& table : tables_in(database_, range_of(family))) {
      // 0: it is not known.
      if (static_cast<std::int64_t>(table.file_creation_time) <= oldest) return true;
    }
  }
  return false;
}

Status Compactor::compact() {
  // Before it begins: what is erased meanwhile may have been passed by already.
  erased_ = false;
  for (const auto& piece : pieces()) {
    give_way();
    if (is_stopping()) return Status{};
    if (auto done = compact(piece); !done) {
      erased_ = true;
      return done;
    }
  }
  return Status{};
}

std::vector<Compactor::Piece> Compactor::pieces() const {
  std::vector<Piece> pieces;
  for (const auto& family : options_.erasable_families) {
    const auto range = range_of(family);
    auto tables = tables_in(database_, range);
    std::ranges::sort(tables, {}, &rocksdb::LiveFileMetaData::largestkey);
    Piece piece{.from = range.from, .to = {}};
    std::uint64_t bytes = 0;
    for (const auto& table : tables) {
      bytes += table.size;
      if (bytes < kPieceBytes || table.largestkey >= range.to) continue;
      piece.to = table.largestkey;
      pieces.push_back(piece);
      piece.from = table.largestkey;
      bytes = 0;
    }
    piece.to = range.to;
    pieces.push_back(piece);
  }
  return pieces;
}

Status Compactor::compact(const Piece& piece) {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.max_subcompactions = 1;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const rocksdb::Slice from(piece.from);
  const rocksdb::Slice to(piece.to);
  const auto status = database_.CompactRange(options, &from, &to);
  if (status.ok()) return Status{};
  if (status.IsCompactionTooLarge())
    return fail("storage.full", "there is no room on the disk to take off it what was erased");
  return std::unexpected(error_of(status, "compacting what was erased"));
}

void Compactor::give_way() {
  std::uint64_t fresh = 0;
  while (database_.GetIntProperty("rocksdb.num-files-at-level0", &fresh) &&
         fresh > kFreshTablesMax && wait(100ms)) {
  }
}

}  // namespace bauta
