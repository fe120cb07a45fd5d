#include "storage/rocksdb/read.h"

#include <rocksdb/iterator.h>
#include <rocksdb/options.h>

#include <memory>
#include <string>

#include "storage/rocksdb/frame.h"
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

/// What all of `keys` are at, if all are known; nullopt: a snapshot has to be read.
std::optional<std::vector<std::optional<Record>>> recall_all(const KnownVersions& known,
                                                             const std::vector<Key>& keys,
                                                             TimePoint now) {
  const auto began = known.published();
  std::vector<std::optional<Record>> records;
  records.reserve(keys.size());
  for (const auto& key : keys) {
    auto record = known.recall(key.octets(), now);
    if (!record) return std::nullopt;
    records.push_back(*std::move(record));
  }
  // Nothing was published meanwhile: this is how things stood when it began.
  return known.published() == began ? std::optional(std::move(records)) : std::nullopt;
}

Record record_of(const Frame& frame, std::string_view value) {
  return {.value = std::string(Frame::payload(value)),
          .version = frame.version,
          .expiry = frame.expiry};
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
  known.note_read(key, found, began);
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
  known.note_read(key.octets(), known_of(frame), began, payload_of(frame, value.ToStringView()));
  if (!frame || frame->is_expired(now)) return std::optional<Record>{};
  return std::optional(record_of(*frame, value.ToStringView()));
}

Result<std::vector<std::optional<Record>>> read_records(rocksdb::DB& database, KnownVersions& known,
                                                        const std::vector<Key>& keys,
                                                        TimePoint now) {
  if (auto records = recall_all(known, keys, now)) return *std::move(records);
  const auto began = known.published();
  const std::vector<rocksdb::Slice> slices([&] {
    std::vector<rocksdb::Slice> all;
    all.reserve(keys.size());
    for (const auto& key : keys) all.emplace_back(key.octets());
    return all;
  }());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database.MultiGet(reading(), database.DefaultColumnFamily(), keys.size(), slices.data(),
                    values.data(), statuses.data());
  std::vector<std::optional<Record>> records(keys.size());
  for (std::size_t at = 0; at < keys.size(); ++at) {
    const auto value = values[at].ToStringView();
    BAUTA_TRY(const auto frame, frame_of(statuses[at], value));
    known.note_read(keys[at].octets(), known_of(frame), began, payload_of(frame, value));
    if (frame && !frame->is_expired(now)) records[at] = record_of(*frame, value);
  }
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
