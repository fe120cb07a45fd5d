#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/store/clock.h"
#include "storage/store/key.h"
#include "storage/store/result.h"
#include "storage/store/task.h"

namespace bauta {

/// Of one key's values: never used twice for the same key, so that A, B, A is seen as a change.  `kAbsent` means "no such record".
enum class Version : std::uint64_t {};
inline constexpr Version kAbsent{0};

/// An appended record's place: dense under its prefix, from 1, in commit order, visible in that order.
using Position = std::uint64_t;

struct Record {
  std::string value;
  Version version = kAbsent;
  /// When the record stops to exist; none: never.  Expired is absent, for every call.
  std::optional<TimePoint> expiry;
};

struct KeyedRecord {
  Key key;
  Record record;
};

enum class Direction : std::uint8_t { forward, backward };

/// The keys k with from <= k < to, beyond `after` in `direction` (exclusive).
struct ScanRequest {
  Key from;
  Key to;
  std::optional<Key> after = {};
  Direction direction = Direction::forward;
  std::uint32_t records_max = 100;
  std::size_t bytes_max = std::size_t{1} << 20;

  static ScanRequest prefix(const Key& prefix) {
    return {.from = prefix, .to = prefix.end_of_prefix()};
  }
};

struct ScanPage {
  std::vector<KeyedRecord> records;
  /// There may be more: go on with `after` = the last key of this page (or `resume_after` when the page is empty).
  bool more = false;
  std::optional<Key> resume_after = {};
};

struct Put {
  Key key;
  std::string value;
  std::optional<TimePoint> expiry = {};
};
/// The engine fills in the position: the key becomes `prefix` and the position's 8 octets, big-endian.
struct Append {
  Key prefix;
  std::string value;
  std::optional<TimePoint> expiry = {};
};

/// All or nothing.  Keys written are distinct; at most kWritesMax writes and kBytesMax octets of keys and values: asserted, since
/// who composes a commit bounds it.
struct Commit {
  static constexpr std::size_t kWritesMax = 1000;
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20;

  std::vector<std::pair<Key, Version>> expects;
  std::vector<Put> puts;
  std::vector<Key> erases;
  std::vector<Append> appends;

  Commit& expect(Key key, Version version) {
    expects.emplace_back(std::move(key), version);
    return *this;
  }
  Commit& put(Key key, std::string value, std::optional<TimePoint> expiry = {}) {
    puts.push_back({std::move(key), std::move(value), expiry});
    return *this;
  }
  Commit& erase(Key key) {
    erases.push_back(std::move(key));
    return *this;
  }
  Commit& append(Key prefix, std::string value, std::optional<TimePoint> expiry = {}) {
    appends.push_back({std::move(prefix), std::move(value), expiry});
    return *this;
  }
};

/// Durable: fsync has returned.  `positions` are those of the appends, in their order.
struct Committed {
  std::vector<Position> positions;
  /// What every key of this commit now has, so that who wrote a record can expect it without reading it again.
  Version version = kAbsent;
};
/// Nothing was written: `key` is not at the expected version.
struct Conflict {
  Key key;
};
/// Nothing was written: storage.overloaded (the queue is full), storage.full (no space), storage.closed.
struct Refused {
  Error error;
};
/// Nobody knows: read a key that only this commit writes.  storage.unknown
struct Unknown {
  Error error;
};
using CommitOutcome = std::variant<Committed, Conflict, Refused, Unknown>;

/// Ends its subscription when destroyed; a hint that is under way may still arrive.
class Subscription {
 public:
  virtual ~Subscription() = default;
};

/// What RocksDB, a test's map and later PostgreSQL all fulfil; tests/conformance runs against each.
/// Thread-safe; a call resumes on the executor that it was made on.  Error codes: storage.unavailable, storage.corrupt.
class Store {
 public:
  virtual ~Store() = default;

  virtual Task<Result<std::optional<Record>>> get(Key key) = 0;
  /// In the order of `keys`, all from one snapshot.
  virtual Task<Result<std::vector<std::optional<Record>>>> multi_get(std::vector<Key> keys) = 0;
  /// One page, from one snapshot, within both limits of the request (but at least one record, if there is one).
  virtual Task<Result<ScanPage>> scan(ScanRequest request) = 0;
  virtual Task<CommitOutcome> commit(Commit commit) = 0;
  /// After local commits that wrote below `prefix`, `hint` is posted to `executor` (once for several).  Never the only way to learn of a change.
  virtual std::unique_ptr<Subscription> subscribe(Key prefix, Executor executor,
                                                  std::function<void()> hint) = 0;
};

}  // namespace bauta
