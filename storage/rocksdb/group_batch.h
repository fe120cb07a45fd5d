#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "storage/rocksdb/frame.h"
#include "storage/rocksdb/known_versions.h"
#include "storage/rocksdb/positions.h"
#include "storage/store/store.h"

namespace bauta {

/// The writes of a group of commits, each judged against the database and those before it.  The committer's.
class GroupBatch {
 public:
  GroupBatch(rocksdb::DB& database, KnownVersions& known, Positions& positions)
      : database_(database), known_(known), positions_(positions) {}

  /// Begins a new group; the clock's word counts for all of it.
  void begin(TimePoint now);
  /// Adds all of the commit, or nothing.  Its keys are looked at until the next begin().  Codes: storage.unavailable, storage.corrupt.
  Result<std::variant<Committed, Conflict>> add(const Commit& commit);

  /// All of it, for RocksDB; nothing more is added then.
  rocksdb::WriteBatch& writes();
  bool empty() const { return writes_.empty(); }
  /// Which keys have changed.
  const std::vector<std::string_view>& keys() const { return keys_; }
  /// The sequence number of the last write, once it is written.
  std::uint64_t last_sequence() const { return base_ + writes_.size(); }
  /// The batch is durable and visible.
  void publish();

 private:
  Result<Version> version_of(const Key& key);
  /// What the batch makes of a key, for the next commits and for readers.
  void note(std::string_view key, KnownVersions::Known known,
            std::optional<std::string_view> value = {});
  /// Looks up the ends of all logs that the commit touches, before anything is added.
  Status find_ends(const Commit& commit);
  Result<Position> find_end(std::string_view prefix);
  /// nullptr: the key is no entry that was ever appended.
  const Position* end_of_log_with(std::string_view key) const;
  void put(std::string_view key, const Frame& frame, std::string_view value);
  void erase(std::string_view key, Version version);

  rocksdb::DB& database_;
  KnownVersions& known_;
  Positions& positions_;

  struct Write {
    std::string_view key;
    /// None: the key is erased.
    std::optional<Frame::Octets> head;
    std::string_view value;
    std::size_t nth;
  };

  std::vector<Write> writes_;
  rocksdb::WriteBatch batch_;
  std::uint64_t base_ = 0;
  TimePoint now_{};
  std::vector<std::string_view> keys_;
  std::deque<std::string> appended_keys_;
  /// Entries of logs, or what may be: they are many, nobody asks for one by its key, and so they are not remembered beyond this batch.
  std::unordered_map<std::string_view, KnownVersions::Known> entries_;
  /// The last position below each prefix, those of this batch included.
  std::unordered_map<std::string, Position, Positions::Hash, std::equal_to<>> ends_;
};

}  // namespace bauta
