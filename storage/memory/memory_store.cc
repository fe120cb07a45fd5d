#include "storage/memory/memory_store.h"

#include <string_view>
#include <utility>

#include "storage/store/assert.h"
#include "storage/store/commit_rules.h"

namespace bauta {
namespace {

bool is_expired(const Record& record, TimePoint now) {
  return record.expiry && *record.expiry <= now;
}

/// Fills a page within the limits of its request.
class PageFiller {
 public:
  PageFiller(const ScanRequest& request, TimePoint now) : request_(request), now_(now) {}

  /// False: the page is full, and there is more.
  bool take(const Key& key, const Record& record) {
    if (is_expired(record, now_)) return true;
    const auto size = key.octets().size() + record.value.size();
    if (!page_.records.empty() &&
        (page_.records.size() >= request_.records_max || bytes_ + size > request_.bytes_max)) {
      page_.more = true;
      page_.resume_after = page_.records.back().key;
      return false;
    }
    bytes_ += size;
    page_.records.push_back({key, record});
    return true;
  }
  ScanPage page() && { return std::move(page_); }

 private:
  const ScanRequest& request_;
  TimePoint now_;
  ScanPage page_;
  std::size_t bytes_ = 0;
};

}  // namespace

MemoryStore::MemoryStore(const Clock& clock) : clock_(clock) {}

MemoryStore::MemoryStore(const Clock& clock, Contents contents)
    : clock_(clock), contents_(std::move(contents)) {}

Task<Result<std::optional<Record>>> MemoryStore::get(Key key) {
  const std::vector<Key> keys{std::move(key)};
  co_return std::move(read(keys).front());
}

Task<Result<std::vector<std::optional<Record>>>> MemoryStore::multi_get(std::vector<Key> keys) {
  co_return read(keys);
}

Task<Result<ScanPage>> MemoryStore::scan(ScanRequest request) { co_return read(request); }

Task<CommitOutcome> MemoryStore::commit(Commit commit) { co_return apply(commit); }

std::unique_ptr<Subscription> MemoryStore::subscribe(Key prefix, Executor executor,
                                                     std::function<void()> hint) {
  return hints_.subscribe(prefix, std::move(executor), std::move(hint));
}

CommitOutcome MemoryStore::apply(const Commit& commit) {
  assert_commit_is_bounded(commit);
  std::vector<std::string> appended;
  Committed committed;
  {
    const MutexLock lock(mutex_);
    const auto now = clock_.now();
    for (const auto& [key, version] : commit.expects) {
      const auto* const found = find(key, now);
      if ((found != nullptr ? found->version : kAbsent) != version) return Conflict{key};
    }
    if (is_empty(commit)) return committed;
    committed.version = Version{++contents_.last_version};
    for (const auto& put : commit.puts) write(put.key, put.value, put.expiry);
    for (const auto& key : commit.erases) contents_.records.erase(key);
    for (const auto& append : commit.appends) {
      const auto position = ++contents_.positions[append.prefix];
      auto key = position_key(append.prefix, position);
      appended.push_back(key.octets());
      write(std::move(key), append.value, append.expiry);
      committed.positions.push_back(position);
    }
  }
  std::vector<std::string_view> written(appended.begin(), appended.end());
  for (const auto& put : commit.puts) written.emplace_back(put.key.octets());
  for (const auto& key : commit.erases) written.emplace_back(key.octets());
  hints_.tell(written);
  return committed;
}

MemoryStore::Contents MemoryStore::contents() const {
  const MutexLock lock(mutex_);
  return contents_;
}

std::vector<KeyedRecord> MemoryStore::everything() const {
  const MutexLock lock(mutex_);
  const auto now = clock_.now();
  std::vector<KeyedRecord> all;
  for (const auto& [key, record] : contents_.records) {
    if (!is_expired(record, now)) all.push_back({key, record});
  }
  return all;
}

std::vector<std::optional<Record>> MemoryStore::read(const std::vector<Key>& keys) const {
  const MutexLock lock(mutex_);
  const auto now = clock_.now();
  std::vector<std::optional<Record>> all;
  all.reserve(keys.size());
  for (const auto& key : keys) {
    const auto* const found = find(key, now);
    all.push_back(found != nullptr ? std::optional(*found) : std::nullopt);
  }
  return all;
}

ScanPage MemoryStore::read(const ScanRequest& request) const {
  const MutexLock lock(mutex_);
  PageFiller filler(request, clock_.now());
  const auto& records = contents_.records;
  if (request.to <= request.from) return std::move(filler).page();
  auto begin = records.lower_bound(request.from);
  auto end = records.lower_bound(request.to);
  const auto& after = request.after;
  if (request.direction == Direction::forward) {
    if (after && *after >= request.to) return std::move(filler).page();
    if (after && *after >= request.from) begin = records.upper_bound(*after);
    for (; begin != end && filler.take(begin->first, begin->second); ++begin) {
    }
  } else {
    if (after && *after <= request.from) return std::move(filler).page();
    if (after && *after < request.to) end = records.lower_bound(*after);
    while (begin != end) {
      --end;
      if (!filler.take(end->first, end->second)) break;
    }
  }
  return std::move(filler).page();
}

const Record* MemoryStore::find(const Key& key, TimePoint now) const {
  const auto found = contents_.records.find(key);
  if (found == contents_.records.end() || is_expired(found->second, now)) return nullptr;
  return &found->second;
}

void MemoryStore::write(Key key, std::string value, std::optional<TimePoint> expiry) {
  contents_.records.insert_or_assign(
      std::move(key),
      Record{
          .value = std::move(value), .version = Version{contents_.last_version}, .expiry = expiry});
}

}  // namespace bauta
