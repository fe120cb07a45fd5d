#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "proxy/net/event_stream.h"
#include "proxy/net/http.h"
#include "storage/store/result.h"

namespace bauta {

struct EventSourceOptions {
  std::string url = {};
  HttpHeaders headers = {};
  std::chrono::milliseconds connect_timeout{10'000};
  /// A server that has nothing to say says so more often.
  std::chrono::milliseconds silence_max{45'000};
  /// One event has no more.
  std::size_t event_octets_max = std::size_t{1} << 20;
};

/// One connection to a stream of events, from the request to its end.
struct EventStreamEnd {
  /// http.…: the connection failed or was lost; "" with a status: the server answered with something else than a stream.
  Error error = {.code = "", .detail = {}};
  unsigned status = 0;
  /// What to go on behind.
  std::string last_id = {};
  std::chrono::milliseconds retry{3'000};
  /// `take` wanted no more.
  bool is_over = false;
};

/// Reads the stream behind `last_id` ("": from now on) and gives `take` each event, until it answers false or the stream ends.  Blocks.
EventStreamEnd follow_events(const EventSourceOptions& options, const std::string& last_id,
                             const std::function<bool(const SentEvent&)>& take);

}  // namespace bauta
