#include "storage/memory/memory_store.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <set>

#include "storage/store/assert.h"
#include "storage/store/commit_rules.h"

namespace bauta {

struct MemoryStore::Hints {
  struct Subscriber {
    Key prefix;
    Executor executor;
    std::function<void()> hint;
  };
  Mutex mutex;
  std::map<std::uint64_t, Subscriber> subscribers BAUTA_GUARDED_BY(mutex);
  std::uint64_t next BAUTA_GUARDED_BY(mutex) = 0;
};

namespace {

template <class Hints>
class MemorySubscription final : public Subscription {
 public:
  MemorySubscription(std::shared_ptr<Hints> hints, std::uint64_t id) : hints_(std::move(hints)), id_(id) {}
  ~MemorySubscription() override {
    const MutexLock lock(hints_->mutex);
    hints_->subscribers.erase(id_);
  }

 private:
  std::shared_ptr<Hints> hints_;
  std::uint64_t id_;
};

bool is_expired(const Record& record, TimePoint now) { return record.expiry && *record.expiry <= now; }

}  // namespace

MemoryStore::MemoryStore(const Clock& clock) : clock_(clock), hints_(std::make_shared<Hints>()) {}
MemoryStore::~MemoryStore() = default;

std::optional<Record> MemoryStore::find(const Key& key, TimePoint now) const {
  const auto found = records_.find(key);
  if (found == records_.end() || is_expired(found->second, now)) return std::nullopt;
  return found->second;
}

void MemoryStore::write(Key key, std::string value, std::optional<TimePoint> expiry) {
  records_.insert_or_assign(
      std::move(key), Record{.value = std::move(value), .version = Version{last_version_}, .expiry = expiry});
}

Task<Result<std::optional<Record>>> MemoryStore::get(Key key) {
  const auto now = clock_.now();
  const MutexLock lock(mutex_);
  co_return find(key, now);
}

Task<Result<std::vector<std::optional<Record>>>> MemoryStore::multi_get(std::vector<Key> keys) {
  const auto now = clock_.now();
  const MutexLock lock(mutex_);
  std::vector<std::optional<Record>> all;
  all.reserve(keys.size());
  for (const auto& key : keys) all.push_back(find(key, now));
  co_return all;
}

Task<Result<ScanPage>> MemoryStore::scan(ScanRequest request) {
  const auto now = clock_.now();
  const MutexLock lock(mutex_);
  ScanPage page;
  std::size_t bytes = 0;
  // Takes one record in; false: the page is full.
  const auto take = [&](const auto& entry) {
    if (is_expired(entry.second, now)) return true;
    const auto size = entry.first.octets().size() + entry.second.value.size();
    if (!page.records.empty() && (page.records.size() >= request.records_max || bytes + size > request.bytes_max)) {
      page.more = true;
      return false;
    }
    bytes += size;
    page.records.push_back({entry.first, entry.second});
    return true;
  };
  auto from = records_.lower_bound(request.from);
  auto to = records_.lower_bound(request.to);
  if (request.direction == Direction::forward) {
    if (request.after && *request.after >= request.from) from = records_.upper_bound(*request.after);
    for (; from != to && from != records_.end() && from->first < request.to; ++from) {
      if (!take(*from)) break;
    }
  } else {
    if (request.after && *request.after < request.to) to = records_.lower_bound(*request.after);
    while (to != records_.begin()) {
      --to;
      if (to->first < request.from || !take(*to)) break;
    }
  }
  co_return page;
}

Task<CommitOutcome> MemoryStore::commit(Commit commit) { co_return apply(commit); }

CommitOutcome MemoryStore::apply(const Commit& commit) {
  assert_commit_is_bounded(commit);
  std::vector<Key> written;
  Committed committed;
  {
    const auto now = clock_.now();
    const MutexLock lock(mutex_);
    for (const auto& [key, version] : commit.expects) {
      const auto found = find(key, now);
      if ((found ? found->version : kAbsent) != version) return Conflict{key};
    }
    committed.version = Version{++last_version_};
    for (const auto& put : commit.puts) {
      write(put.key, put.value, put.expiry);
      written.push_back(put.key);
    }
    for (const auto& key : commit.erases) {
      records_.erase(key);
      written.push_back(key);
    }
    for (const auto& append : commit.appends) {
      const auto position = ++positions_[append.prefix];
      Key key = Key::from_octets(append.prefix.octets());
      key = std::move(key).u64(position);
      written.push_back(key);
      write(std::move(key), append.value, append.expiry);
      committed.positions.push_back(position);
    }
  }
  const MutexLock lock(hints_->mutex);
  for (const auto& [id, subscriber] : hints_->subscribers) {
    const auto& prefix = subscriber.prefix.octets();
    if (std::ranges::any_of(written, [&](const Key& key) { return key.octets().starts_with(prefix); })) {
      boost::asio::post(subscriber.executor, subscriber.hint);
    }
  }
  return committed;
}

std::unique_ptr<Subscription> MemoryStore::subscribe(Key prefix, Executor executor, std::function<void()> hint) {
  const MutexLock lock(hints_->mutex);
  const auto id = hints_->next++;
  hints_->subscribers.emplace(
      id, Hints::Subscriber{.prefix = std::move(prefix), .executor = std::move(executor), .hint = std::move(hint)});
  return std::make_unique<MemorySubscription<Hints>>(hints_, id);
}

std::vector<KeyedRecord> MemoryStore::everything() const {
  const auto now = clock_.now();
  const MutexLock lock(mutex_);
  std::vector<KeyedRecord> all;
  for (const auto& [key, record] : records_) {
    if (!is_expired(record, now)) all.push_back({key, record});
  }
  return all;
}

}  // namespace bauta
