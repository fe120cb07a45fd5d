#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proxy/net/address_guard.h"
#include "proxy/net/http.h"
#include "storage/store/result.h"

namespace bauta {

class NameLookups;

/// What a client takes on: each has the same name, beginning `client_`, under [http] of the configuration.
struct HttpClientOptions {
  /// To one origin (scheme, host, port).  Beyond, calls wait for a connection, first come, first served.
  std::size_t connections_max = 64;
  std::size_t waiting_max = 1'024;
  std::chrono::milliseconds wait_timeout{10'000};
  std::chrono::milliseconds connect_timeout{10'000};  // names resolved and TCP connected
  std::chrono::milliseconds tls_timeout{10'000};
  std::chrono::milliseconds write_timeout{10'000};
  /// From the end of the request to the end of the answer.
  std::chrono::milliseconds read_timeout{30'000};
  /// An idle connection is kept no longer.
  std::chrono::milliseconds idle_timeout{30'000};
  std::size_t response_header_bytes_max = 32'768;
  std::size_t response_bytes_max = 1'048'576;
  /// Certificates (PEM) that are trusted beside the system's; "": none.
  std::string ca_file = {};
  std::string user_agent = "bauta";
  /// Judges each address before it is connected to, so after names were resolved; none: every address is connected to.  For URLs
  /// that a tenant names.
  std::optional<AddressGuard> guard = {};
  /// Who looks names up: for many names that strangers chose, of which some may never answer.  Shared by the clients of all threads.
  /// Null: the system's resolver, one name of this thread after the other.
  std::shared_ptr<NameLookups> lookups = {};
};

struct HttpCall {
  std::string method = "GET";
  /// "https://api.example.com/v1/x?y": http or https; no user info, the fragment is left out.
  std::string url = {};
  HttpHeaders headers = {};
  std::string body = {};
  /// Caps all of the client's time limits together.
  std::optional<std::chrono::milliseconds> timeout = {};
};

/// Provably, no octet of the request has left: it may be made again.
/// Codes: http.bad_call, http.overloaded (too many calls wait), http.wait_timeout, http.resolve_failed, http.address_refused (by the guard), http.connect_failed, http.connect_timeout,
/// http.tls_failed, http.tls_timeout, http.timeout (the call's own, before it was written), http.write_failed (before the first octet), http.closed (the client is closing).
struct HttpNotSent {
  Error error;
};
/// At least one octet may have left and no whole, well-formed answer came: nobody knows what the peer did.
/// Codes: http.connection_lost, http.write_timeout, http.read_timeout, http.malformed_answer, http.answer_too_large, http.closed.
struct HttpUnknown {
  Error error;
};
/// A whole answer, whatever its status.  Redirects are not followed, 1xx are skipped.
struct HttpAnswer {
  unsigned status = 0;
  HttpHeaders headers = {};
  std::string body = {};
};
using HttpOutcome = std::variant<HttpNotSent, HttpUnknown, HttpAnswer>;

/// HTTP/1.1 with kept connections, over TCP or TLS (1.2 and later; the peer's certificate and name are checked).  One a thread: made for an
/// executor, and called, closed and destroyed only on its thread, or when that runs no more (or its event loop is gone already).
/// Error details name the host and what went wrong, never the path, the query or a body.
class HttpClient {
 public:
  /// Codes: http.ca_file_unreadable.
  static Result<std::unique_ptr<HttpClient>> make(Executor executor, HttpClientOptions options);
  /// Cuts off what is left, see close().
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Ends within the time limits, always.  A request is written at most once: only a kept connection that turns out to be dead before an
  /// octet left is replaced by a new one.
  Task<HttpOutcome> call(HttpCall call);

  /// Calls under way and later ones end as http.closed; idle connections are closed.
  void close();

 private:
  class Impl;
  explicit HttpClient(std::shared_ptr<Impl> impl);
  /// Shared with the calls under way.
  std::shared_ptr<Impl> impl_;
};

}  // namespace bauta
