#include "storage/rocksdb/read.h"

#include <rocksdb/iterator.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>

#include "storage/rocksdb/frame.h"
#include "storage/rocksdb/positions.h"
#include "storage/rocksdb/status.h"

namespace bauta {
namespace {

/// Expired records that one scan passes over at most.
constexpr std::size_t kPassedOverMax = 10'000;

rocksdb::ReadOptions reading() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  return options;
}

std::unexpected<Error> unreadable() {
  return fail("storage.corrupt", "a record has no frame: restore a backup");
}

/// What was found at a key: nullopt if nothing.
Result<std::optional<Frame>> frame_of(const rocksdb::Status& status, std::string_view value) {
  if (status.IsNotFound()) return std::optional<Frame>{};
  if (!status.ok()) return std::unexpected(error_of(status, "reading a record"));
  const auto frame = Frame::decode(value);
  if (!frame) return unreadable();
  return frame;
}

KnownVersions::Known known_of(const std::optional<Frame>& frame) {
  if (!frame) return {};
  return {.version = frame->version, .expiry = frame->expiry};
}

std::optional<std::string_view> payload_of(const std::optional<Frame>& frame,
                                           std::string_view value) {
  return frame ? std::optional(Frame::payload(value)) : std::nullopt;
}

Record record_of(const Frame& frame, std::string_view value) {
  return {.value = std::string(Frame::payload(value)),
          .version = frame.version,
          .expiry = frame.expiry};
}

/// For the committer and the next readers; entries of logs are not remembered (GroupBatch).
void note(KnownVersions& known, std::string_view key, const std::optional<Frame>& frame,
          std::uint64_t began, std::optional<std::string_view> value = {}) {
  if (entry_key(key)) return;
  known.note_read(key, known_of(frame), began, value);
}

/// Reads `keys`, those at `wanted`, into their places among `records`.
Status read_into(std::vector<std::optional<Record>>& records, rocksdb::DB& database,
                 KnownVersions& known, const std::vector<Key>& keys,
                 const std::vector<std::size_t>& wanted, TimePoint now) {
  const auto began = known.published();
  std::vector<rocksdb::Slice> slices;
  slices.reserve(wanted.size());
  for (const auto at : wanted) slices.emplace_back(keys[at].octets());
  std::vector<rocksdb::PinnableSlice> values(wanted.size());
  std::vector<rocksdb::Status> statuses(wanted.size());
  database.MultiGet(reading(), database.DefaultColumnFamily(), wanted.size(), slices.data(),
                    values.data(), statuses.data());
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    const auto value = values[n].ToStringView();
    BAUTA_TRY(const auto frame, frame_of(statuses[n], value));
    note(known, keys[wanted[n]].octets(), frame, began, payload_of(frame, value));
    if (frame && !frame->is_expired(now)) records[wanted[n]] = record_of(*frame, value);
  }
  return Status();
}

/// Goes over the keys of a request's range, in its direction, from behind `after`.
class Walk {
 public:
  Walk(rocksdb::DB& database, const ScanRequest& request)
      : forward_(request.direction == Direction::forward),
        from_(request.from.octets()),
        to_(request.to.octets()) {
    if (request.after) narrow(request.after->octets());
    auto options = reading();
    lower_ = from_;
    upper_ = to_;
    options.iterate_lower_bound = &lower_;
    options.iterate_upper_bound = &upper_;
    if (to_ <= from_) return;
    entries_.reset(database.NewIterator(options));
    if (forward_) {
      entries_->SeekToFirst();
    } else {
      entries_->SeekToLast();
    }
  }

  bool valid() const { return entries_ && entries_->Valid(); }
  void next() {
    if (forward_) {
      entries_->Next();
    } else {
      entries_->Prev();
    }
  }
  std::string_view key() const { return entries_->key().ToStringView(); }
  std::string_view value() const { return entries_->value().ToStringView(); }
  rocksdb::Status status() const { return entries_ ? entries_->status() : rocksdb::Status::OK(); }

 private:
  void narrow(const std::string& after) {
    if (forward_ && after >= from_) {
      from_ = after;
      from_.push_back('\0');  // the next key there can be
    } else if (!forward_ && after < to_) {
      to_ = after;
    }
  }

  const bool forward_;
  std::string from_;
  std::string to_;
  rocksdb::Slice lower_;
  rocksdb::Slice upper_;
  std::unique_ptr<rocksdb::Iterator> entries_;
};

}  // namespace

Result<KnownVersions::Known> read_version(rocksdb::DB& database, KnownVersions& known,
                                          std::string_view key) {
  const auto began = known.published();
  rocksdb::PinnableSlice value;
  const auto status =
      database.Get(reading(), database.DefaultColumnFamily(), rocksdb::Slice(key), &value);
  BAUTA_TRY(const auto frame, frame_of(status, value.ToStringView()));
  const auto found = known_of(frame);
  note(known, key, frame, began);
  return found;
}

Result<std::optional<Record>> read_record(rocksdb::DB& database, KnownVersions& known,
                                          const Key& key, TimePoint now) {
  if (auto record = known.recall(key.octets(), now)) return *std::move(record);
  const auto began = known.published();
  rocksdb::PinnableSlice value;
  const auto status =
      database.Get(reading(), database.DefaultColumnFamily(), rocksdb::Slice(key.octets()), &value);
  BAUTA_TRY(const auto frame, frame_of(status, value.ToStringView()));
  note(known, key.octets(), frame, began, payload_of(frame, value.ToStringView()));
  if (!frame || frame->is_expired(now)) return std::optional<Record>{};
  return std::optional(record_of(*frame, value.ToStringView()));
}

Result<std::vector<std::optional<Record>>> read_records(rocksdb::DB& database, KnownVersions& known,
                                                        const std::vector<Key>& keys,
                                                        TimePoint now) {
  std::vector<std::optional<Record>> records(keys.size());
  const auto began = known.published();
  std::vector<std::size_t> unknown;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    if (auto record = known.recall(keys[at].octets(), now)) {
      records[at] = *std::move(record);
    } else {
      unknown.push_back(at);
    }
  }
  if (!unknown.empty()) BAUTA_CHECK(read_into(records, database, known, keys, unknown, now));
  // Nothing was written meanwhile, not even what is still to be published: this is how things stood when it began.
  if (database.GetLatestSequenceNumber() == began) return records;
  // A snapshot of all then.
  std::vector<std::size_t> all(keys.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::ranges::fill(records, std::nullopt);
  BAUTA_CHECK(read_into(records, database, known, keys, all, now));
  return records;
}

Result<ScanPage> read_page(rocksdb::DB& database, const ScanRequest& request, TimePoint now) {
  ScanPage page;
  std::size_t bytes = 0;
  std::size_t passed_over = 0;
  Walk walk(database, request);
  for (; walk.valid(); walk.next()) {
    const auto key = walk.key();
    const auto frame = Frame::decode(walk.value());
    if (!frame) return unreadable();
    if (frame->is_expired(now)) {
      if (++passed_over < kPassedOverMax) continue;
      page.more = true;
      page.resume_after = Key::from_octets(std::string(key));
      return page;
    }
    const auto size = key.size() + Frame::payload(walk.value()).size();
    if (!page.records.empty() &&
        (page.records.size() >= request.records_max || bytes + size > request.bytes_max)) {
      page.more = true;
      page.resume_after = page.records.back().key;
      return page;
    }
    bytes += size;
    page.records.push_back({Key::from_octets(std::string(key)), record_of(*frame, walk.value())});
  }
  if (!walk.status().ok()) return std::unexpected(error_of(walk.status(), "scanning records"));
  return page;
}

}  // namespace bauta
