#include "storage/store/hints.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <utility>

namespace bauta {

struct Hints::Subscriber {
  Executor executor;
  std::function<void()> hint;
  std::atomic<bool> under_way = false;
};

struct Hints::Table {
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  Mutex mutex;
  std::unordered_map<std::string, std::vector<std::shared_ptr<Subscriber>>, Hash, std::equal_to<>>
      subscribers BAUTA_GUARDED_BY(mutex);
  /// How many of the prefixes are this long.
  std::map<std::size_t, std::size_t> lengths BAUTA_GUARDED_BY(mutex);
};

class Hints::Entry final : public Subscription {
 public:
  Entry(std::shared_ptr<Table> table, std::string prefix, std::shared_ptr<Subscriber> subscriber)
      : table_(std::move(table)), prefix_(std::move(prefix)), subscriber_(std::move(subscriber)) {}
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  ~Entry() override {
    const MutexLock lock(table_->mutex);
    const auto found = table_->subscribers.find(prefix_);
    std::erase(found->second, subscriber_);
    if (!found->second.empty()) return;
    table_->subscribers.erase(found);
    const auto length = table_->lengths.find(prefix_.size());
    if (--length->second == 0) table_->lengths.erase(length);
  }

 private:
  std::shared_ptr<Table> table_;
  std::string prefix_;
  std::shared_ptr<Subscriber> subscriber_;
};

Hints::Hints() : table_(std::make_shared<Table>()) {}

std::unique_ptr<Subscription> Hints::subscribe(const Key& prefix, Executor executor,
                                               std::function<void()> hint) {
  auto subscriber = std::make_shared<Subscriber>();
  subscriber->executor = std::move(executor);
  subscriber->hint = std::move(hint);
  {
    const MutexLock lock(table_->mutex);
    const auto [entry, first] = table_->subscribers.try_emplace(prefix.octets());
    entry->second.push_back(subscriber);
    if (first) ++table_->lengths[prefix.octets().size()];
  }
  return std::make_unique<Entry>(table_, prefix.octets(), std::move(subscriber));
}

void Hints::tell(const std::vector<std::string_view>& keys) {
  std::vector<std::shared_ptr<Subscriber>> told;
  {
    const MutexLock lock(table_->mutex);
    for (const auto key : keys) {
      for (const auto& [length, prefixes] : table_->lengths) {
        if (length > key.size()) break;
        const auto found = table_->subscribers.find(key.substr(0, length));
        if (found == table_->subscribers.end()) continue;
        for (const auto& subscriber : found->second) {
          if (!subscriber->under_way.exchange(true)) told.push_back(subscriber);
        }
      }
    }
  }
  for (auto& subscriber : told) {
    const auto executor = subscriber->executor;
    boost::asio::post(executor, [subscriber = std::move(subscriber)] {
      // Before the hint looks: what is written while it does is told again.
      subscriber->under_way = false;
      subscriber->hint();
    });
  }
}

}  // namespace bauta
