#pragma once

#include <algorithm>
#include <chrono>
#include <string>

#include "proxy/net/http_client.h"
#include "proxy/net/url.h"
#include "storage/store/result.h"

namespace bauta {

/// A call as it goes over the wire, and until when.
struct OutgoingRequest {
  Url url;
  bool is_head = false;
  std::string octets;
  std::chrono::steady_clock::time_point deadline;

  std::chrono::steady_clock::time_point within(std::chrono::milliseconds limit) const {
    return std::min(deadline, std::chrono::steady_clock::now() + limit);
  }
};

/// Its time begins to run.  Codes: http.bad_call.
Result<OutgoingRequest> render(HttpCall call, const HttpClientOptions& options);

}  // namespace bauta
