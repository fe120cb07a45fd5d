#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "metrics/instruments/instruments.h"
#include "proxy/net/io_threads.h"
#include "proxy/net/router.h"
#include "storage/store/result.h"

namespace bauta {

/// What a listener takes on: each has the same name under [http] of the configuration.
struct HttpLimits {
  std::size_t header_bytes_max = 16'384;
  std::size_t header_count_max = 100;
  std::size_t body_bytes_max = 262'144;
  /// From a request's first octet to the end of its head.
  std::chrono::milliseconds header_timeout{10'000};
  /// For the whole body.
  std::chrono::milliseconds body_timeout{30'000};
  /// Between requests of a connection, and before the first.
  std::chrono::milliseconds idle_timeout{60'000};
  /// For a whole answer.
  std::chrono::milliseconds write_timeout{30'000};
  /// After an answer to a request that was not read to its end: the time for the peer to see it before the connection is reset.
  std::chrono::milliseconds linger_timeout{1'000};
  /// Connections, of all threads together; at most `body_bytes_max` each is held.
  std::size_t connections_max = 4'096;
  /// Requests whose handlers run, of all threads together.
  std::size_t requests_in_flight_max = 1'024;
};

struct HttpServerOptions {
  /// "public", "admin": the `listener` label of the metrics.
  std::string name = {};
  /// "127.0.0.1:8080", "[::1]:0"; port 0 takes a free one.
  std::string listen = {};
  /// What problem documents' types begin with.
  std::string public_url = {};
  HttpLimits limits = {};
};

/// HTTP/1.1 on every thread of `threads` (SO_REUSEPORT): a connection never changes threads, and its handlers run there.
/// Requests of one connection are answered one by one, in their order.  A handler's exception is a 500 with the code `internal` and nothing else.
/// Rejected without a handler: 400 http.malformed, 404 http.not_found, 405 http.method_not_allowed, 413 http.body_too_large,
/// 417 http.expectation_failed, 431 http.headers_too_large, 503 overloaded (with Retry-After).  A body is neither asked for (100 Continue)
/// nor read when its request is rejected by its head.  A peer that exceeds a time limit is cut off without an answer, and counted.
/// Thread-safe: start, port, address.
class HttpServer {
 public:
  /// Listens from now on.  `threads` may be destroyed before the server or after it, `metrics` after both; `router` is complete.
  /// Codes: http.listen_failed (malformed address, in use, not allowed).
  static Result<std::unique_ptr<HttpServer>> start(IoThreads& threads, HttpServerOptions options,
                                                   Router router, metrics::Instruments& metrics);
  /// Closes whatever is left, without waiting.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The port that is listened on.
  std::uint16_t port() const;
  /// "127.0.0.1:8080" with the port that was taken.
  std::string address() const;

  /// Takes no more connections, closes the idle ones, lets requests in flight finish (`Connection: close`) and returns when all are
  /// done, or at `deadline`, when what is left is cut off.  Returns how many requests were cut off.  From any executor, once.
  Task<std::size_t> drain(std::chrono::milliseconds deadline);

 private:
  class Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);
  /// Shared with the connections' coroutines, which may end after the server.
  std::shared_ptr<Impl> impl_;
};

}  // namespace bauta
