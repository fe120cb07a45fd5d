#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/net/address_guard.h"
#include "storage/store/task.h"

namespace bauta {

struct FoundAddresses {
  /// Why there are none, in the system's words; "": there are.
  std::string error = {};
  std::vector<AddressOctets> addresses = {};
};

/// Looks names up, each on a thread of its own and only once at a time: the system's resolver cannot be stopped, so a name whose servers
/// never answer must hold up nobody but those who want that name.  Thread-safe.
class NameLookups {
 public:
  /// So many names at the same time; more of them wait.
  explicit NameLookups(unsigned threads_max);
  /// What is still being looked up ends by itself; nobody hears of it.
  ~NameLookups();
  NameLookups(const NameLookups&) = delete;
  NameLookups& operator=(const NameLookups&) = delete;

  /// Who waits for a name; when it is destroyed, what was found is not told any more, unless that was posted already.
  class Waiting {
   public:
    virtual ~Waiting() = default;
  };
  /// `done` is posted to `executor`, whose event loop lives as long as what this returns.
  std::unique_ptr<Waiting> look_up(std::string host, Executor executor,
                                   std::function<void(const FoundAddresses&)> done);

 private:
  struct State;
  class Waiter;
  /// Shared with the threads, which may end after this.
  std::shared_ptr<State> state_;
};

}  // namespace bauta
