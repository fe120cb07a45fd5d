#include "proxy/cli/relay_options.h"

#include "proxy/cli/version.h"
#include "proxy/net/name_lookups.h"

namespace bauta {
namespace {

constexpr std::size_t kConnectionsToAHost = 10'000;

}  // namespace

RelayLimits limits_of(const Config& config) {
  return {.conflict_tries = static_cast<std::uint32_t>(config.conflict_tries),
          .dedup = config.dedup,
          .automatic_answer = config.automatic_answer,
          .route_forget = config.route_forget,
          .repeats_max = static_cast<std::uint32_t>(config.repeats_max),
          .repeats_window = config.repeats_window,
          .idempotency = config.idempotency,
          .audit_keep = config.audit_keep,
          .unknown_wait = config.unknown_wait,
          .lane_texts_max = static_cast<std::size_t>(config.lane_texts_max),
          .texts_waiting_max = static_cast<std::size_t>(config.texts_waiting_max),
          .unconfirmed = config.unconfirmed,
          .unknown_resends_max = static_cast<std::uint32_t>(config.unknown_resends_max),
          .crash_count_max = static_cast<std::uint32_t>(config.crash_count_max),
          .retry_backoff_first = config.retry_backoff_first,
          .retry_backoff_max = config.retry_backoff_max,
          .breaker = {.failures = static_cast<std::uint32_t>(config.breaker_failures),
                      .pause = config.breaker_pause,
                      .pause_max = config.breaker_pause_max},
          .pool_low_percent = static_cast<std::uint32_t>(config.pool_low_percent)};
}

HttpLimits http_limits_of(const Config& config) {
  HttpLimits limits;
  limits.header_bytes_max = static_cast<std::size_t>(config.header_bytes_max);
  limits.header_count_max = static_cast<std::size_t>(config.header_count_max);
  limits.body_bytes_max = static_cast<std::size_t>(config.body_bytes_max);
  limits.tls_handshake_timeout = config.tls_handshake_timeout;
  limits.header_timeout = config.header_timeout;
  limits.body_timeout = config.body_timeout;
  limits.idle_timeout = config.idle_timeout;
  limits.write_timeout = config.write_timeout;
  limits.linger_timeout = config.linger_timeout;
  limits.connections_max = static_cast<std::size_t>(config.connections_max);
  limits.requests_in_flight_max = static_cast<std::size_t>(config.requests_in_flight_max);
  return limits;
}

ApiLimits api_limits_of(const Config& config) {
  ApiLimits limits;
  limits.event_streams_max = static_cast<std::size_t>(config.event_streams_max);
  limits.event_streams_service_max = static_cast<std::size_t>(config.event_streams_service_max);
  limits.event_heartbeat = config.event_heartbeat;
  limits.webhooks_max = static_cast<std::size_t>(config.webhooks_max);
  limits.rotation_overlap_max = config.webhook_rotation_overlap;
  return limits;
}

HttpClientOptions client_options_of(const Config& config) {
  HttpClientOptions options;
  options.connections_max = static_cast<std::size_t>(config.client_connections_max);
  options.waiting_max = static_cast<std::size_t>(config.client_waiting_max);
  options.wait_timeout = config.client_wait_timeout;
  options.connect_timeout = config.client_connect_timeout;
  options.tls_timeout = config.client_tls_timeout;
  options.write_timeout = config.client_write_timeout;
  options.read_timeout = config.client_read_timeout;
  options.idle_timeout = config.client_idle_timeout;
  options.response_header_bytes_max =
      static_cast<std::size_t>(config.client_response_header_bytes_max);
  options.response_bytes_max = static_cast<std::size_t>(config.client_response_bytes_max);
  options.ca_file = config.client_ca_file;
  options.user_agent = "bauta/" + std::string(version());
  return options;
}

EndpointCallerOptions endpoint_options_of(const Config& config, AddressGuard guard) {
  EndpointCallerOptions options{.http = client_options_of(config),
                                .retry_after_max = config.webhook_retry_after_max};
  // Each webhook has a limit of its own, and none is to wait for another that leads to the same host.
  options.http.connections_max = kConnectionsToAHost;
  options.http.connect_timeout = config.webhook_connect_timeout;
  options.http.tls_timeout = config.webhook_connect_timeout;
  options.http.wait_timeout = config.webhook_answer_timeout;
  options.http.write_timeout = config.webhook_answer_timeout;
  options.http.read_timeout = config.webhook_answer_timeout;
  options.http.response_bytes_max = static_cast<std::size_t>(config.webhook_answer_bytes_max);
  options.http.guard = std::move(guard);
  options.http.lookups =
      std::make_shared<NameLookups>(static_cast<unsigned>(config.webhook_lookups_max));
  return options;
}

WebhookLimits webhook_limits_of(const Config& config) {
  return {.in_flight_max = static_cast<std::size_t>(config.webhook_in_flight_max),
          .open_events_max = static_cast<std::size_t>(config.webhook_open_events_max),
          .attempts_kept_max = static_cast<std::size_t>(config.webhook_attempts_kept_max),
          .retry_backoff_first = config.webhook_retry_backoff_first,
          .retry_backoff_max = config.webhook_retry_backoff_max,
          .give_up = config.webhook_give_up};
}

std::vector<ConnectionOptions> connections_of(const Config& config) {
  std::vector<ConnectionOptions> connections;
  connections.reserve(config.connections.size());
  for (const auto& connection : config.connections) {
    connections.push_back({.name = connection.name,
                           .type = connection.type,
                           .token = connection.token,
                           .api_url = connection.api_url,
                           .account_sid = connection.account_sid,
                           .auth_token = connection.auth_token,
                           .rate_per_second = connection.rate_per_second});
  }
  return connections;
}

}  // namespace bauta
