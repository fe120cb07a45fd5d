#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "metrics/instruments/instruments.h"
#include "proxy/net/http_limits.h"
#include "proxy/net/io_threads.h"
#include "proxy/net/router.h"
#include "proxy/net/tls_listening.h"
#include "storage/store/result.h"

namespace bauta {

struct HttpServerOptions {
  /// "public", "admin": the `listener` label of the metrics.
  std::string name = {};
  /// "127.0.0.1:8080", "[::1]:0"; port 0 takes a free one.
  std::string listen = {};
  /// What problem documents' types begin with.
  std::string public_url = {};
  HttpLimits limits = {};
  /// None: plain.
  std::optional<TlsFiles> tls = {};
};

/// HTTP/1.1 on every thread of `threads` (SO_REUSEPORT): a connection never changes threads, and its handlers run there.
/// Requests of one connection are answered one by one, in their order.  A handler's exception is a 500 with the code `internal` and nothing else.
/// Rejected without a handler: 400 http.malformed, 404 http.not_found, 405 http.method_not_allowed, 413 http.body_too_large,
/// 417 http.expectation_failed, 431 http.headers_too_large, 503 overloaded (with Retry-After).  A body is neither asked for (100 Continue)
/// nor read when its request is rejected by its head.  A peer that exceeds a time limit is cut off without an answer, and counted.
/// An answer with a stream is sent until it ends, or until the peer goes; a drain asks it to end.
/// Over TLS all of it is the same, but that a connection beyond the limit is closed without an answer: a handshake costs more than a request.
/// Thread-safe: start, what is about certificates, port, address.
class HttpServer {
 public:
  /// Listens from now on.  `threads` may be destroyed before the server or after it, `metrics` after both; `router` is complete.
  /// Codes: http.listen_failed (malformed address, in use, not allowed), and those of TlsListening::open.
  static Result<std::unique_ptr<HttpServer>> start(IoThreads& threads, HttpServerOptions options,
                                                   Router router, metrics::Instruments& metrics);
  /// Closes whatever is left, without waiting.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// What `files` hold, for take_certificate(): nothing changes yet.  What cannot be used is logged.  Without TLS before and now: null.
  /// Codes: those of TlsListening::prepare; tls.needs_restart (TLS was turned on or off).
  Result<PreparedCertificate> prepare_certificate(const std::optional<TlsFiles>& files) const;
  /// New connections are shown this from now on, old ones live on.  Logged and counted.
  void take_certificate(PreparedCertificate certificate);
  /// Both; a refusal is counted, and all is as it was.
  Status reload_certificate(const std::optional<TlsFiles>& files);
  /// Counts a reload that was refused before it came here.
  void reload_refused();

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
