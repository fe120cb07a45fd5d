#include "storage/rocksdb/stopped_store.h"

#include <rocksdb/iterator.h>
#include <rocksdb/options.h>

#include <utility>

#include "storage/rocksdb/database.h"
#include "storage/rocksdb/frame.h"
#include "storage/rocksdb/known_versions.h"
#include "storage/rocksdb/positions.h"
#include "storage/rocksdb/read.h"
#include "storage/rocksdb/status.h"

namespace bauta {

struct StoppedStore::Parts {
  StoppedDatabase database;
  TimePoint now;
  /// What reads ask for; nothing is committed that it could judge.
  KnownVersions known{1};
};

namespace {

/// Goes over every record's frame, and collects what is wrong.
class FrameCheck {
 public:
  FrameCheck(StoppedStore::Verdict& verdict, std::size_t flaws_max)
      : verdict_(verdict), flaws_max_(flaws_max) {}

  void look_at(std::string_view key, std::string_view value) {
    ++verdict_.records;
    const auto frame = Frame::decode(value);
    if (!frame) return found(key, "has no frame");
    const auto sequence = static_cast<std::uint64_t>(frame->version);
    if (frame->version == kAbsent || sequence > verdict_.last_sequence)
      found(key, "has a version that was never given out");
    if (frame->appended && !entry_key(key)) found(key, "was appended and has no position");
  }
  void found(std::optional<std::string_view> key, std::string what) {
    if (verdict_.flaws.size() >= flaws_max_) {
      ++verdict_.flaws_left_out;
      return;
    }
    StoppedStore::Flaw flaw{.key = {}, .what = std::move(what)};
    if (key) flaw.key = Key::from_octets(std::string(*key));
    verdict_.flaws.push_back(std::move(flaw));
  }

 private:
  StoppedStore::Verdict& verdict_;
  std::size_t flaws_max_;
};

rocksdb::ReadOptions reading_all() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  return options;
}

}  // namespace

StoppedStore::StoppedStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
StoppedStore::~StoppedStore() = default;

Result<std::unique_ptr<StoppedStore>> StoppedStore::open(const std::filesystem::path& path,
                                                         TimePoint now) {
  BAUTA_TRY(auto database, open_stopped_database(*rocksdb::Env::Default(), path));
  return std::unique_ptr<StoppedStore>(new StoppedStore(
      std::unique_ptr<Parts>(new Parts{.database = std::move(database), .now = now})));
}

StoppedStore::Verdict StoppedStore::verify(std::size_t flaws_max) {
  auto& database = *parts_->database.database;
  Verdict verdict;
  verdict.last_sequence = database.GetLatestSequenceNumber();
  FrameCheck check(verdict, flaws_max);
  if (const auto status = database.VerifyChecksum(reading_all()); !status.ok())
    check.found(std::nullopt, error_of(status, "comparing checksums").detail);
  const std::unique_ptr<rocksdb::Iterator> records(database.NewIterator(reading_all()));
  for (records->SeekToFirst(); records->Valid(); records->Next())
    check.look_at(records->key().ToStringView(), records->value().ToStringView());
  if (const auto status = records->status(); !status.ok())
    check.found(std::nullopt, error_of(status, "reading every record").detail);
  return verdict;
}

Task<Result<std::optional<Record>>> StoppedStore::get(Key key) {
  co_return read_record(*parts_->database.database, parts_->known, key, parts_->now);
}

Task<Result<std::vector<std::optional<Record>>>> StoppedStore::multi_get(std::vector<Key> keys) {
  co_return read_records(*parts_->database.database, parts_->known, keys, parts_->now);
}

Task<Result<ScanPage>> StoppedStore::scan(ScanRequest request) {
  co_return read_page(*parts_->database.database, request, parts_->now);
}

Task<CommitOutcome> StoppedStore::commit(Commit) {
  co_return Refused{{.code = "storage.closed", .detail = "the store was opened to be read"}};
}

std::unique_ptr<Subscription> StoppedStore::subscribe(Key, Executor, std::function<void()>) {
  return std::make_unique<Subscription>();
}

}  // namespace bauta
