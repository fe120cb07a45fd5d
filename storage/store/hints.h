#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/store/mutex.h"
#include "storage/store/store.h"

namespace bauta {

/// Store::subscribe() for engines: who is told of writes below which prefix.
/// A key costs one look-up for each different length of the prefixes, however many subscriptions there are.  A subscriber has at
/// most one hint under way, so a slow one is not flooded.  Thread-safe; subscriptions may outlive it.
class Hints {
 public:
  Hints();
  std::unique_ptr<Subscription> subscribe(const Key& prefix, Executor executor,
                                          std::function<void()> hint);
  /// Posts to everybody whose prefix one of `keys` begins with.  Called after they became visible.
  void tell(const std::vector<std::string_view>& keys);

 private:
  struct Subscriber;
  struct Table;
  class Entry;
  std::shared_ptr<Table> table_;  // shared with the subscriptions, which remove themselves
};

}  // namespace bauta
