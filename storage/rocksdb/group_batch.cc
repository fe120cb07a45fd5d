#include "storage/rocksdb/group_batch.h"

#include <rocksdb/options.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "storage/rocksdb/read.h"
#include "storage/store/assert.h"
#include "storage/store/commit_rules.h"

namespace bauta {

void GroupBatch::begin(TimePoint now) {
  writes_.clear();
  base_ = database_.GetLatestSequenceNumber();
  now_ = now;
  keys_.clear();
  appended_keys_.clear();
  entries_.clear();
  ends_.clear();
}

Result<std::variant<Committed, Conflict>> GroupBatch::add(const Commit& commit) {
  for (const auto& [key, expected] : commit.expects) {
    BAUTA_TRY(const auto version, version_of(key));
    if (version != expected) return Conflict{key};
  }
  Committed committed;
  if (is_empty(commit)) return committed;
  BAUTA_CHECK(find_ends(commit));

  const Version version{last_sequence() + 1};
  committed.version = version;
  for (const auto& [key, value, expiry] : commit.puts) {
    const std::string_view octets = key.octets();
    const bool appended = end_of_log_with(octets) != nullptr;
    put(octets, {.version = version, .appended = appended, .expiry = expiry}, value);
  }
  for (const auto& key : commit.erases) erase(key.octets(), version);
  committed.positions.reserve(commit.appends.size());
  for (const auto& [prefix, value, expiry] : commit.appends) {
    const auto position = ++ends_.find(prefix.octets())->second;
    BAUTA_ASSERT(position <= kPositionMax);
    const auto& key = appended_keys_.emplace_back(position_key(prefix, position).octets());
    put(key, {.version = version, .appended = true, .expiry = expiry}, value);
    committed.positions.push_back(position);
  }
  return committed;
}

void GroupBatch::publish() {
  for (const auto& [prefix, end] : ends_) positions_.advance(prefix, end);
  known_.publish(last_sequence());
}

Result<Version> GroupBatch::version_of(const Key& key) {
  if (entry_key(key.octets())) {
    const auto written = entries_.find(key.octets());
    if (written != entries_.end()) return written->second.at(now_);
  } else if (const auto known = known_.find(key.octets())) {
    return known->at(now_);
  }
  // What is not known was not written in this batch, so the database has the last word.
  BAUTA_TRY(const auto known, read_version(database_, known_, key.octets()));
  return known.at(now_);
}

Status GroupBatch::find_ends(const Commit& commit) {
  for (const auto& append : commit.appends) BAUTA_CHECK(find_end(append.prefix.octets()));
  for (const auto& put : commit.puts) {
    if (const auto entry = entry_key(put.key.octets())) BAUTA_CHECK(find_end(entry->prefix));
  }
  for (const auto& key : commit.erases) {
    if (const auto entry = entry_key(key.octets())) BAUTA_CHECK(find_end(entry->prefix));
  }
  return Status{};
}

Result<Position> GroupBatch::find_end(std::string_view prefix) {
  if (const auto found = ends_.find(prefix); found != ends_.end()) return found->second;
  BAUTA_TRY(const auto end, positions_.last(prefix));
  ends_.emplace(prefix, end);
  return end;
}

const Position* GroupBatch::end_of_log_with(std::string_view key) const {
  const auto entry = entry_key(key);
  if (!entry) return nullptr;
  const auto& end = ends_.find(entry->prefix)->second;
  return entry->position <= end ? &end : nullptr;
}

void GroupBatch::put(std::string_view key, const Frame& frame, std::string_view value) {
  writes_.push_back({.key = key, .head = frame.encode(), .value = value, .nth = writes_.size()});
  note(key, {.version = frame.version, .expiry = frame.expiry}, value);
}

void GroupBatch::erase(std::string_view key, Version version) {
  const auto* const end = end_of_log_with(key);
  if (end != nullptr && entry_key(key)->position == *end) {
    put(key, Frame::grave(version), {});
    return;
  }
  writes_.push_back({.key = key, .head = {}, .value = {}, .nth = writes_.size()});
  note(key, {});
}

rocksdb::WriteBatch& GroupBatch::writes() {
  // Neighbours one after the other: the memtable's skip list finds a place faster from the last one.  What is written twice keeps its order.
  std::ranges::sort(writes_, [](const Write& one, const Write& other) {
    return std::tie(one.key, one.nth) < std::tie(other.key, other.nth);
  });
  batch_.Clear();
  for (const auto& [key, head, value, nth] : writes_) {
    const rocksdb::Slice key_slice(key);
    if (!head) {
      BAUTA_ASSERT(batch_.Delete(key_slice).ok());
      continue;
    }
    const std::array value_slices{rocksdb::Slice(head->data(), head->size()),
                                  rocksdb::Slice(value)};
    const auto status = batch_.Put(rocksdb::SliceParts(&key_slice, 1),
                                   rocksdb::SliceParts(value_slices.data(), value_slices.size()));
    BAUTA_ASSERT(status.ok());
  }
  return batch_;
}

void GroupBatch::note(std::string_view key, KnownVersions::Known known,
                      std::optional<std::string_view> value) {
  keys_.push_back(key);
  if (entry_key(key)) {
    entries_.insert_or_assign(key, known);
  } else {
    known_.note_write(key, known, last_sequence(), value);
  }
}

}  // namespace bauta
