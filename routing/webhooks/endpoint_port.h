#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/store/clock.h"
#include "storage/store/task.h"

namespace bauta {

/// What came of handing an event to an endpoint.  On disk and in the API by name: never rename.
enum class AttemptResult : std::uint8_t {
  delivered,       // any 2xx
  refused,         // another status; redirects are not followed
  gone,            // 410
  unreachable,     // no connection, no TLS, or no HTTP
  timeout,         // no answer in time
  address_refused  // its name leads to no address that may be connected to
};
std::string_view attempt_result_name(AttemptResult result);
std::optional<AttemptResult> parse_attempt_result(std::string_view name);

struct EndpointCall {
  std::string url = {};
  std::string id = {};
  std::int64_t timestamp = 0;
  std::string signature = {};
  std::string body = {};
};

struct EndpointAnswer {
  AttemptResult result = AttemptResult::unreachable;
  /// 0: none came.
  unsigned status = 0;
  /// Why not, as a code; "" where there is a status.
  std::string error = {};
  Duration took{};
  /// Of a 429 or a 503, at most as long as is obeyed.
  std::optional<Duration> retry_after = {};
};

/// Whoever opens the sockets.  Thread-safe.
class EndpointPort {
 public:
  virtual ~EndpointPort() = default;
  /// Ends within its time limits, always; one endpoint that does not answer keeps nobody else waiting.
  virtual Task<EndpointAnswer> call(EndpointCall call) = 0;
};

}  // namespace bauta
