#pragma once

#include <memory>
#include <vector>

#include "proxy/carriers/http_clients.h"
#include "proxy/net/http_client.h"
#include "routing/webhooks/endpoint_port.h"
#include "storage/store/clock.h"
#include "storage/store/result.h"

namespace bauta {

struct EndpointCallerOptions {
  /// Of each thread's client.  Its guard and its lookups are for endpoints that strangers named.
  HttpClientOptions http = {};
  /// A Retry-After that asks for more is obeyed for so long.
  Duration retry_after_max = std::chrono::hours{24};
};

/// Hands events to endpoints over HTTP, as Standard Webhooks has it.  Thread-safe; a call is made by the client of the caller's thread, or by
/// another one's where it has none.  Outlived by the event loops of its executors.
class EndpointCaller final : public EndpointPort {
 public:
  /// Codes: http.ca_file_unreadable.
  static Result<std::unique_ptr<EndpointCaller>> make(const std::vector<Executor>& executors,
                                                      const EndpointCallerOptions& options,
                                                      const Clock& clock);
  Task<EndpointAnswer> call(EndpointCall call) override;

 private:
  EndpointCaller(Duration retry_after_max, const Clock& clock)
      : retry_after_max_(retry_after_max), clock_(clock) {}
  EndpointAnswer judge(const HttpOutcome& outcome) const;

  const Duration retry_after_max_;
  const Clock& clock_;
  std::vector<std::unique_ptr<HttpClient>> clients_;
  HttpClients all_;
};

}  // namespace bauta
