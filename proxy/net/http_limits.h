#pragma once

#include <chrono>
#include <cstddef>

namespace bauta {

/// What a listener takes on: each has the same name under [http] of the configuration.
struct HttpLimits {
  std::size_t header_bytes_max = 16'384;
  std::size_t header_count_max = 100;
  std::size_t body_bytes_max = 262'144;
  /// To agree on TLS, where it is spoken.
  std::chrono::milliseconds tls_handshake_timeout{10'000};
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
  /// Connections, of all threads together, from the first octet of TLS on; at most `body_bytes_max` each is held.
  std::size_t connections_max = 4'096;
  /// Requests whose handlers run, of all threads together.
  std::size_t requests_in_flight_max = 1'024;
};

}  // namespace bauta
