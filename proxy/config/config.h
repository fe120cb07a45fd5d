#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/seal/environment.h"
#include "storage/store/result.h"

namespace bauta {

/// One [[connections]].
struct ConnectionConfig {
  std::string name{};
  std::string type{};
  std::string token{};
  std::string api_url{};
  std::string account_sid{};
  std::string auth_token{};
  /// 0: as many as there are.
  double rate_per_second = 0;
};

/// Everything that the file, the environment and the defaults say; each member is a row of the table in settings.cc, which says its unit, range and
/// meaning.  `bauta config reference` prints that table.
struct Config {
  // [public]
  std::string public_listen{};
  std::string public_url{};
  /// It is not what carriers call, but what this machine listens on: nobody said more.
  bool public_url_is_assumed = false;
  std::string public_tls_certificate_file{};
  std::string public_tls_key_file{};
  // [admin]
  std::string admin_listen{};
  std::string admin_key{};
  std::string admin_tls_certificate_file{};
  std::string admin_tls_key_file{};
  // [storage]
  std::string storage_engine{};
  std::filesystem::path storage_path{};
  std::int64_t storage_queue_max = 0;
  std::int64_t storage_reserve_bytes_max = 0;
  std::chrono::seconds storage_compaction{};
  // [backup]
  std::filesystem::path backup_path{};
  std::chrono::hours backup_every{};
  std::int64_t backup_keep = 0;
  std::filesystem::path backup_journal{};
  // [sandbox]
  bool sandbox_enabled = false;
  std::filesystem::path sandbox_path{};
  // [master_key]
  std::optional<std::filesystem::path> master_key_file{};
  // [clock]
  std::chrono::seconds clock_jump_max{};
  std::chrono::seconds clock_mark{};
  // [relay]
  std::int64_t conflict_tries = 0;
  std::chrono::hours dedup{};
  std::chrono::hours automatic_answer{};
  std::chrono::hours route_forget{};
  std::chrono::hours idempotency{};
  std::chrono::days audit_keep{};
  std::chrono::seconds unknown_wait{};
  std::int64_t lane_texts_max = 0;
  std::int64_t texts_waiting_max = 0;
  std::chrono::hours unconfirmed{};
  std::int64_t repeats_max = 0;
  std::chrono::seconds repeats_window{};
  std::chrono::seconds sweep{};
  std::int64_t unknown_resends_max = 0;
  std::int64_t crash_count_max = 0;
  std::chrono::milliseconds retry_backoff_first{};
  std::chrono::milliseconds retry_backoff_max{};
  std::int64_t breaker_failures = 0;
  std::chrono::seconds breaker_pause{};
  std::chrono::seconds breaker_pause_max{};
  std::int64_t pool_low_percent = 0;
  std::int64_t lanes_in_flight_max = 0;
  std::chrono::seconds log_look{};
  // [webhooks]
  std::vector<std::string> webhook_allow_private{};
  std::int64_t webhooks_max = 0;
  std::int64_t webhook_threads = 0;
  std::int64_t webhook_lookups_max = 0;
  std::int64_t webhook_in_flight_max = 0;
  std::int64_t webhook_open_events_max = 0;
  std::int64_t webhook_attempts_kept_max = 0;
  std::chrono::milliseconds webhook_retry_backoff_first{};
  std::chrono::milliseconds webhook_retry_backoff_max{};
  std::chrono::hours webhook_retry_after_max{};
  std::chrono::hours webhook_give_up{};
  std::chrono::hours webhook_rotation_overlap{};
  std::chrono::seconds webhook_connect_timeout{};
  std::chrono::seconds webhook_answer_timeout{};
  std::int64_t webhook_answer_bytes_max = 0;
  // [server]
  std::int64_t threads = 0;
  std::chrono::seconds drain{};
  // [http]
  std::int64_t header_bytes_max = 0;
  std::int64_t header_count_max = 0;
  std::int64_t body_bytes_max = 0;
  std::chrono::seconds tls_handshake_timeout{};
  std::chrono::seconds header_timeout{};
  std::chrono::seconds body_timeout{};
  std::chrono::seconds idle_timeout{};
  std::chrono::seconds write_timeout{};
  std::chrono::seconds linger_timeout{};
  std::int64_t connections_max = 0;
  std::int64_t requests_in_flight_max = 0;
  std::int64_t event_streams_max = 0;
  std::int64_t event_streams_service_max = 0;
  std::chrono::seconds event_heartbeat{};
  std::int64_t client_connections_max = 0;
  std::int64_t client_waiting_max = 0;
  std::chrono::seconds client_wait_timeout{};
  std::chrono::seconds client_connect_timeout{};
  std::chrono::seconds client_tls_timeout{};
  std::chrono::seconds client_write_timeout{};
  std::chrono::seconds client_read_timeout{};
  std::chrono::seconds client_idle_timeout{};
  std::int64_t client_response_header_bytes_max = 0;
  std::int64_t client_response_bytes_max = 0;
  std::string client_ca_file{};
  // [log]
  std::string log_level{};
  // [metrics]
  std::chrono::seconds census{};

  std::vector<ConnectionConfig> connections{};
};

/// Reads `file`; environment variables (BAUTA_PUBLIC_LISTEN, …) win over it.  Paths are relative to the file.  Nothing is opened but
/// the files of secrets.
/// Secrets are taken out of the environment, so that /proc shows none: `secrets` keeps them for who reads the file again.
/// config.invalid: `faults` has all that is wrong at once, each with the key as its pointer and the line in its detail.
Result<Config> load_config(const std::filesystem::path& file, TakenVariables& secrets);
/// The same, once.
Result<Config> load_config(const std::filesystem::path& file);
/// The same from text that stands for a file in `folder`.
Result<Config> parse_config(std::string_view toml, const std::filesystem::path& folder);

/// The table as text: every key with type, unit, default, range, whether a change needs a restart, its environment name and a sentence.
std::string config_reference();
/// The same for programs: {"settings": […], "connections": […]}, on one line.
std::string config_reference_json();

}  // namespace bauta
