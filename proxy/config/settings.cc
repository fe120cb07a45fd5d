#include "proxy/config/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <concepts>

namespace bauta {
namespace {

std::string shown(const std::string& text) { return text; }
std::string shown(const std::filesystem::path& path) { return path.string(); }
std::string shown(const std::optional<std::filesystem::path>& path) {
  return path ? path->string() : "";
}
/// No conversion leads here: an integer is no truth.
template <std::same_as<bool> Truth>
std::string shown(Truth truth) {
  return truth ? "true" : "false";
}
std::string shown(std::int64_t number) { return std::to_string(number); }
template <class Rep, class Period>
std::string shown(std::chrono::duration<Rep, Period> duration) {
  return std::to_string(duration.count());
}
std::string shown(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ","));
}

#define BAUTA_SHOWN(member) [](const Config& c) { return shown(c.member); }
#define BAUTA_TEXT(member) \
  BAUTA_SHOWN(member), [](Config& c, std::string_view v) { c.member = v; }, nullptr
#define BAUTA_NUMBER(member) \
  BAUTA_SHOWN(member), nullptr, [](Config& c, std::int64_t v) { c.member = v; }
#define BAUTA_TRUTH(member) \
  BAUTA_SHOWN(member), nullptr, [](Config& c, std::int64_t v) { c.member = v != 0; }
#define BAUTA_DURATION(member) \
  BAUTA_SHOWN(member), nullptr, [](Config& c, std::int64_t v) { c.member = decltype(c.member)(v); }

/// One more of a list.
#define BAUTA_TEXTS(member)                    \
  BAUTA_SHOWN(member), nullptr, nullptr, true, \
      [](Config& c, std::string_view v) { c.member.emplace_back(v); }

using enum SettingKind;
constexpr std::int64_t kMany = 1'000'000;
constexpr std::int64_t kTerabyte = 1'000'000'000'000;

// section, name, kind, unit, default, least, most, sentence, where it goes
constexpr std::array kSettings = {
    Setting{"public", "listen", text, "", "127.0.0.1:8080", 0, 0,
            "Where the API and carriers' callbacks are served; port 0 takes a free one.",
            BAUTA_TEXT(public_listen)},
    Setting{"public", "url", text, "", "", 0, 0,
            "What carriers and platforms call: callback URLs and signatures are made over it, "
            "never over a request's Host.",
            BAUTA_TEXT(public_url)},
    Setting{"public", "tls_certificate_file", path, "", "", 0, 0,
            "The certificate (PEM) and then those of its issuers; with tls_key_file the listener "
            "speaks TLS alone, without both it is plain. Turned on and off by a restart.",
            BAUTA_TEXT(public_tls_certificate_file), true},
    Setting{"public", "tls_key_file", path, "", "", 0, 0,
            "The certificate's key (PEM), without a passphrase.", BAUTA_TEXT(public_tls_key_file),
            true},
    Setting{"admin", "listen", text, "", "127.0.0.1:9090", 0, 0,
            "Where metrics and health are served; off loopback only with admin.key.",
            BAUTA_TEXT(admin_listen)},
    Setting{"admin", "key", text, "secret", "", 0, 0,
            "What a Bearer header must bring to the admin listener, wherever it is set; must be "
            "set off loopback.",
            BAUTA_TEXT(admin_key)},
    Setting{"admin", "tls_certificate_file", path, "", "", 0, 0,
            "As that of [public], for the admin listener.", BAUTA_TEXT(admin_tls_certificate_file),
            true},
    Setting{"admin", "tls_key_file", path, "", "", 0, 0, "The key of that certificate.",
            BAUTA_TEXT(admin_tls_key_file), true},
    Setting{"storage", "engine", text, "", "rocksdb", 0, 0,
            "rocksdb, or memory, which forgets everything when the process ends.",
            BAUTA_TEXT(storage_engine)},
    Setting{"storage", "path", path, "", "data", 0, 0, "The folder of the store.",
            BAUTA_TEXT(storage_path)},
    Setting{"storage", "queue_max", integer, "commits", "10000", 1, kMany,
            "Commits that may wait to be made durable; beyond, callers get 503.",
            BAUTA_NUMBER(storage_queue_max)},
    Setting{"storage", "reserve_bytes_max", integer, "bytes", "268435456", 0, kTerabyte,
            "What is kept free on the disk of the store, a quarter of it at most: with less, "
            "callers get 503.",
            BAUTA_NUMBER(storage_reserve_bytes_max)},
    Setting{"storage", "compaction_seconds", integer, "seconds", "86400", 1, 86400,
            "Within what time the octets of erased texts and addresses leave the disk.",
            BAUTA_DURATION(storage_compaction)},
    Setting{
        "backup", "path", path, "", "", 0, 0,
        "The folder of the store's backups, this relay's alone, on another disk than the store; "
        "none: no backups are made.",
        BAUTA_TEXT(backup_path)},
    Setting{"backup", "every_hours", integer, "hours", "0", 0, 8760,
            "How often one is made; 0: only when `bauta backup create` asks.",
            BAUTA_DURATION(backup_every)},
    Setting{"backup", "keep", integer, "backups", "7", 1, 1000,
            "How many are kept; when one is made, the oldest go.", BAUTA_NUMBER(backup_keep)},
    Setting{"backup", "journal", path, "", "", 0, 0,
            "The folder of the journal that a restored store is told from what was done after its "
            "backup, this relay's alone, on another disk than the store; none: there is none.",
            BAUTA_TEXT(backup_journal)},
    Setting{
        "sandbox", "enabled", truth, "", "false", 0, 1,
        "Whether there is a sandbox beside the live relay, for keys that begin with bauta_test_.",
        BAUTA_TRUTH(sandbox_enabled)},
    Setting{"sandbox", "path", path, "", "", 0, 0,
            "The folder of the sandbox's store; left out, the folder `sandbox` beside that of the "
            "store.",
            BAUTA_TEXT(sandbox_path)},
    Setting{"master_key", "file", path, "", "", 0, 0,
            "The file with the master key, readable by its owner only; else systemd's credential "
            "bauta-master-key or BAUTA_MASTER_KEY.",
            BAUTA_TEXT(master_key_file)},
    Setting{"clock", "jump_seconds_max", integer, "seconds", "300", 1, 86400,
            "By how much the machine's clock may leap, or be behind at the start; one that did "
            "more is not gone by until `bauta clock confirm`.",
            BAUTA_DURATION(clock_jump_max)},
    Setting{"clock", "mark_seconds", integer, "seconds", "60", 1, 3600,
            "How often it is written down what time it is, for the next start to compare.",
            BAUTA_DURATION(clock_mark)},
    Setting{"relay", "conflict_tries", integer, "", "3", 1, 100,
            "How often an operation is tried when others change what it hangs on; then 503.",
            BAUTA_NUMBER(conflict_tries)},
    Setting{"relay", "dedup_hours", integer, "hours", "168", 1, 8760,
            "How long a carrier's redelivery is recognised.", BAUTA_DURATION(dedup)},
    Setting{"relay", "automatic_answer_hours", integer, "hours", "24", 1, 8760,
            "At most one automatic answer a pair in this time; those to STOP and START are exempt.",
            BAUTA_DURATION(automatic_answer)},
    Setting{"relay", "route_forget_hours", integer, "hours", "2160", 1, 87600,
            "How long after its cooling the record of a line is kept.",
            BAUTA_DURATION(route_forget)},
    Setting{"relay", "idempotency_hours", integer, "hours", "24", 1, 720,
            "How long an Idempotency-Key is remembered.", BAUTA_DURATION(idempotency)},
    Setting{"relay", "audit_keep_days", integer, "days", "400", 1, 3650,
            "How long the audit log says who made, changed, removed, exported and erased what.",
            BAUTA_DURATION(audit_keep)},
    Setting{"relay", "unknown_wait_seconds", integer, "seconds", "60", 1, 86400,
            "How long a send whose outcome is unknown waits for its receipt before it is resolved.",
            BAUTA_DURATION(unknown_wait)},
    Setting{"relay", "lane_texts_max", integer, "texts", "100", 1, 100'000,
            "Texts that may wait for one person at one number; what comes beyond them fails as "
            "lane.full.",
            BAUTA_NUMBER(lane_texts_max)},
    Setting{
        "relay", "texts_waiting_max", integer, "texts", "500000", 1, 100 * kMany,
        "Texts that may wait to be sent, each of which takes up to a kibibyte of memory; beyond, "
        "callers get 503.",
        BAUTA_NUMBER(texts_waiting_max)},
    Setting{"relay", "unconfirmed_hours", integer, "hours", "72", 1, 696,
            "A text that was sent and for so long had no receipt counts as unconfirmed.",
            BAUTA_DURATION(unconfirmed)},
    Setting{"relay", "repeats_max", integer, "texts", "10", 1, kMany,
            "The same words on one line come through so often within repeats_window_seconds: two "
            "answering machines would never stop.",
            BAUTA_NUMBER(repeats_max)},
    Setting{"relay", "repeats_window_seconds", integer, "seconds", "60", 1, 86400,
            "The time over which repeated words are counted.", BAUTA_DURATION(repeats_window)},
    Setting{"relay", "sweep_seconds", integer, "seconds", "1", 1, 3600,
            "How often ends of sessions are written down and texts that have had their time are "
            "deleted.",
            BAUTA_DURATION(sweep)},
    Setting{"relay", "unknown_resends_max", integer, "", "3", 0, 100,
            "How often such a send is made again at most, each counted as a possible double; then "
            "it is a dead letter.",
            BAUTA_NUMBER(unknown_resends_max)},
    Setting{"relay", "crash_count_max", integer, "", "3", 1, 100,
            "A text during whose sending the process died so often ends as poison.",
            BAUTA_NUMBER(crash_count_max)},
    Setting{"relay", "retry_backoff_first_ms", integer, "milliseconds", "1000", 1, 3'600'000,
            "Before a text that a carrier put off is tried again; doubled each time, unless the "
            "carrier says when.",
            BAUTA_DURATION(retry_backoff_first)},
    Setting{"relay", "retry_backoff_max_ms", integer, "milliseconds", "300000", 1, 86'400'000,
            "The longest such wait.", BAUTA_DURATION(retry_backoff_max)},
    Setting{"relay", "breaker_failures", integer, "", "5", 0, 1000,
            "So many texts in a row that a carrier could not be reached for, or did not answer, "
            "and its connection counts as down: texts leave by their numbers' fallbacks, or wait; "
            "0: each is tried.",
            BAUTA_NUMBER(breaker_failures)},
    Setting{"relay", "breaker_pause_seconds", integer, "seconds", "5", 1, 3600,
            "Before a connection that is down is tried with one text; doubled each time that this "
            "fails.",
            BAUTA_DURATION(breaker_pause)},
    Setting{"relay", "breaker_pause_seconds_max", integer, "seconds", "60", 1, 86400,
            "The longest such pause.", BAUTA_DURATION(breaker_pause_max)},
    Setting{"relay", "pool_low_percent", integer, "percent", "80", 0, 100,
            "A service is told by pool.low, at most once an hour, when one person holds so much of "
            "the numbers of a locality that has five or more; 0: never.",
            BAUTA_NUMBER(pool_low_percent)},
    Setting{"relay", "lanes_in_flight_max", integer, "lanes", "256", 1, 100'000,
            "Texts that a thread hands to carriers at the same time.",
            BAUTA_NUMBER(lanes_in_flight_max)},
    Setting{"relay", "log_look_seconds", integer, "seconds", "5", 1, 3600,
            "The work log is read on at least so often.", BAUTA_DURATION(log_look)},
    Setting{"webhooks", "allow_private", texts, "", "", 0, 0,
            "Networks beside the public ones that platforms' webhooks may lead to, as 10.0.0.0/8; "
            "there, http is allowed too. For connections that begin after a change.",
            BAUTA_TEXTS(webhook_allow_private)},
    Setting{"webhooks", "webhooks_max", integer, "", "20", 1, 1'000, "Webhooks of a service.",
            BAUTA_NUMBER(webhooks_max)},
    Setting{"webhooks", "threads", integer, "threads", "1", 1, 64,
            "Event loops that serve webhooks alone: relaying does not wait for them.",
            BAUTA_NUMBER(webhook_threads)},
    Setting{"webhooks", "lookups_max", integer, "threads", "32", 1, 1'000,
            "Names of endpoints that are looked up at the same time, each once.",
            BAUTA_NUMBER(webhook_lookups_max)},
    Setting{"webhooks", "in_flight_max", integer, "", "8", 1, 1'000,
            "Events that are handed to one webhook at the same time, each of another session.",
            BAUTA_NUMBER(webhook_in_flight_max)},
    Setting{"webhooks", "open_events_max", integer, "events", "1000", 1, 10'000,
            "Events of one webhook that are read and not yet delivered; beyond, the log is read on "
            "when some are.",
            BAUTA_NUMBER(webhook_open_events_max)},
    Setting{"webhooks", "attempts_kept_max", integer, "", "50", 1, 1'000,
            "Of one webhook's attempts, so many that delivered and so many that failed are kept to "
            "be shown.",
            BAUTA_NUMBER(webhook_attempts_kept_max)},
    Setting{"webhooks", "retry_backoff_first_ms", integer, "milliseconds", "1000", 1, 3'600'000,
            "Before an event that was not taken is sent again; doubled each time, with some "
            "randomness.",
            BAUTA_DURATION(webhook_retry_backoff_first)},
    Setting{"webhooks", "retry_backoff_max_ms", integer, "milliseconds", "3600000", 1, 86'400'000,
            "The longest such wait.", BAUTA_DURATION(webhook_retry_backoff_max)},
    Setting{"webhooks", "retry_after_max_hours", integer, "hours", "24", 1, 720,
            "An endpoint that asks for a longer pause with Retry-After is given this one.",
            BAUTA_DURATION(webhook_retry_after_max)},
    Setting{"webhooks", "give_up_hours", integer, "hours", "72", 1, 8760,
            "A webhook that refuses an event for so long is disabled.",
            BAUTA_DURATION(webhook_give_up)},
    Setting{"webhooks", "rotation_overlap_hours", integer, "hours", "24", 0, 8760,
            "How long the secret from before a rotation signs beside the new one.",
            BAUTA_DURATION(webhook_rotation_overlap)},
    Setting{"webhooks", "connect_timeout_seconds", integer, "seconds", "10", 1, 600,
            "To look up an endpoint and connect to it, and as long again for TLS.",
            BAUTA_DURATION(webhook_connect_timeout)},
    Setting{"webhooks", "answer_timeout_seconds", integer, "seconds", "20", 1, 600,
            "For an endpoint's answer; without one the event is sent again.",
            BAUTA_DURATION(webhook_answer_timeout)},
    Setting{"webhooks", "answer_bytes_max", integer, "bytes", "65536", 1024, 64 * kMany,
            "The longest body of an endpoint's answer, which is read and not looked at.",
            BAUTA_NUMBER(webhook_answer_bytes_max)},
    Setting{"server", "threads", integer, "threads", "2", 1, 256,
            "Event loops, one a thread; as many as there are cores.", BAUTA_NUMBER(threads)},
    Setting{"server", "drain_seconds", integer, "seconds", "20", 0, 3600,
            "After SIGTERM, the time for requests and texts under way to end; then what is left "
            "stays as after a crash.",
            BAUTA_DURATION(drain)},
    Setting{"http", "header_bytes_max", integer, "bytes", "16384", 1024, kMany,
            "The longest head of a request.", BAUTA_NUMBER(header_bytes_max)},
    Setting{"http", "header_count_max", integer, "", "100", 10, 10'000,
            "The most header fields of a request.", BAUTA_NUMBER(header_count_max)},
    Setting{"http", "body_bytes_max", integer, "bytes", "1048576", 1024, 64 * kMany,
            "The longest body of a request.", BAUTA_NUMBER(body_bytes_max)},
    Setting{"http", "tls_handshake_timeout_seconds", integer, "seconds", "10", 1, 3600,
            "To agree on TLS with who connects.", BAUTA_DURATION(tls_handshake_timeout)},
    Setting{"http", "header_timeout_seconds", integer, "seconds", "10", 1, 3600,
            "From a request's first octet to the end of its head.", BAUTA_DURATION(header_timeout)},
    Setting{"http", "body_timeout_seconds", integer, "seconds", "30", 1, 3600,
            "For a request's whole body.", BAUTA_DURATION(body_timeout)},
    Setting{"http", "idle_timeout_seconds", integer, "seconds", "60", 1, 3600,
            "Between the requests of a connection.", BAUTA_DURATION(idle_timeout)},
    Setting{"http", "write_timeout_seconds", integer, "seconds", "30", 1, 3600,
            "For a whole answer.", BAUTA_DURATION(write_timeout)},
    Setting{"http", "linger_timeout_seconds", integer, "seconds", "1", 0, 60,
            "After an answer to a request that was not read to its end, before the connection is "
            "reset.",
            BAUTA_DURATION(linger_timeout)},
    Setting{"http", "connections_max", integer, "", "4096", 1, kMany,
            "Connections of all threads; beyond, 503 (over TLS: closed without an answer).",
            BAUTA_NUMBER(connections_max)},
    Setting{"http", "requests_in_flight_max", integer, "", "1024", 1, kMany,
            "Requests at work at the same time; beyond, 503.",
            BAUTA_NUMBER(requests_in_flight_max)},
    Setting{"http", "event_streams_max", integer, "", "256", 0, kMany,
            "Streams of events that are open at the same time; beyond, 503. Each takes a "
            "connection.",
            BAUTA_NUMBER(event_streams_max)},
    Setting{"http", "event_streams_service_max", integer, "", "16", 0, kMany,
            "Streams of events of one service; beyond, 429.",
            BAUTA_NUMBER(event_streams_service_max)},
    Setting{"http", "event_heartbeat_seconds", integer, "seconds", "15", 1, 600,
            "A stream of events that has been silent for so long says that it is still there.",
            BAUTA_DURATION(event_heartbeat)},
    Setting{"http", "client_connections_max", integer, "", "64", 1, 10'000,
            "Connections of a thread to one carrier.", BAUTA_NUMBER(client_connections_max)},
    Setting{"http", "client_waiting_max", integer, "", "1024", 0, kMany,
            "Calls of a thread that may wait for a connection to one carrier; beyond, they are put "
            "off.",
            BAUTA_NUMBER(client_waiting_max)},
    Setting{"http", "client_wait_timeout_seconds", integer, "seconds", "10", 1, 600,
            "To wait for a connection to become free.", BAUTA_DURATION(client_wait_timeout)},
    Setting{"http", "client_connect_timeout_seconds", integer, "seconds", "10", 1, 600,
            "To resolve and connect to a carrier.", BAUTA_DURATION(client_connect_timeout)},
    Setting{"http", "client_tls_timeout_seconds", integer, "seconds", "10", 1, 600,
            "To agree on TLS with a carrier.", BAUTA_DURATION(client_tls_timeout)},
    Setting{"http", "client_write_timeout_seconds", integer, "seconds", "10", 1, 600,
            "To hand a carrier a whole request.", BAUTA_DURATION(client_write_timeout)},
    Setting{"http", "client_read_timeout_seconds", integer, "seconds", "30", 1, 600,
            "From the end of a request to a carrier to the end of its answer; then the outcome is "
            "unknown.",
            BAUTA_DURATION(client_read_timeout)},
    Setting{"http", "client_idle_timeout_seconds", integer, "seconds", "30", 1, 3600,
            "A connection to a carrier that nobody uses is kept no longer.",
            BAUTA_DURATION(client_idle_timeout)},
    Setting{"http", "client_response_header_bytes_max", integer, "bytes", "32768", 1024, kMany,
            "The longest head of a carrier's answer.",
            BAUTA_NUMBER(client_response_header_bytes_max)},
    Setting{"http", "client_response_bytes_max", integer, "bytes", "1048576", 1024, 64 * kMany,
            "The longest body of a carrier's answer; beyond, the outcome is unknown.",
            BAUTA_NUMBER(client_response_bytes_max)},
    Setting{"http", "client_ca_file", path, "", "", 0, 0,
            "Certificates (PEM) that are trusted beside the system's.", BAUTA_TEXT(client_ca_file)},
    Setting{"log", "level", text, "", "info", 0, 0, "debug, info, warn or error.",
            BAUTA_TEXT(log_level), true},
    Setting{"metrics", "census_seconds", integer, "seconds", "60", 1, 86400,
            "How often sessions and numbers are counted for the gauges.", BAUTA_DURATION(census)},
};

constexpr std::array kConnectionSettings = {
    ConnectionSetting{
        "name", "", true, false, "",
        "Its name in paths, records and metrics: letters, digits, '-', '_'; never changed later.",
        &ConnectionConfig::name},
    ConnectionSetting{"type", "", true, false, "", "twilio or simulated.", &ConnectionConfig::type},
    ConnectionSetting{
        "token", "", true, true, "",
        "The unguessable part of its callback paths: 16 to 128 letters, digits, '-', '_'.",
        &ConnectionConfig::token},
    ConnectionSetting{"api_url", "", false, false, "",
                      "Where texts are handed over; the provider's own address if left out.",
                      &ConnectionConfig::api_url},
    ConnectionSetting{"account_sid", "twilio", true, false, "", "Twilio's AccountSid.",
                      &ConnectionConfig::account_sid},
    ConnectionSetting{
        "auth_token", "", true, true, "",
        "The secret shared with the provider: signs callbacks, and gives access to its API.",
        &ConnectionConfig::auth_token},
    ConnectionSetting{
        "rate_per_second", "", false, false, "0",
        "Texts that it is handed in a second, 0 to 10000; 0: no limit. Services take turns. What "
        "waits at a change looks again when its turn was to come.",
        nullptr, &ConnectionConfig::rate_per_second, true},
};

constexpr std::array<std::string_view, 2> kConnectionTypes = {"twilio", "simulated"};

}  // namespace

std::span<const Setting> settings() { return kSettings; }
std::string environment_name(const Setting& setting) {
  std::string name = fmt::format("BAUTA_{}_{}", setting.section, setting.name);
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return name;
}

bool is_secret(const Setting& setting) { return setting.unit == "secret"; }

std::span<const ConnectionSetting> connection_settings() { return kConnectionSettings; }
std::span<const std::string_view> connection_types() { return kConnectionTypes; }

}  // namespace bauta
