#pragma once

#include <utility>
#include <vector>

#include "proxy/net/http_client.h"

namespace bauta {

/// The HTTP clients of all threads, as one: a call is made by the client of the caller's own thread.  Filled before use, then const.
class HttpClients {
 public:
  /// `client` belongs to `executor` and outlives this.
  void add(Executor executor, HttpClient& client) {
    clients_.emplace_back(std::move(executor), &client);
  }
  bool empty() const { return clients_.empty(); }

  /// From any executor, and resumes there; a caller on none of the threads is served by the first one's client.
  /// Called on an empty set: asserted.
  Task<HttpOutcome> call(HttpCall call) const;

 private:
  std::vector<std::pair<Executor, HttpClient*>> clients_;
};

}  // namespace bauta
