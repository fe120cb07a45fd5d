#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bauta::metrics {

/// What one series stands at.
struct Sample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

/// Everything that Bauta counts, each by one verb, so that no caller can invent a label.  Labels come from closed sets (connection names of
/// the configuration, outcomes, error codes, route patterns, localities of the pool): never an address, an id or foreign text.
/// Thread-safe.  Names, types and meanings stand in docs/operations/metrics.md and in the help line of each family.
class Instruments {
 public:
  explicit Instruments(std::string_view version, std::string_view revision);
  ~Instruments();
  Instruments(const Instruments&) = delete;
  Instruments& operator=(const Instruments&) = delete;

  // Texts.
  /// bauta_texts_total{direction, connection, outcome}.  Inbound outcomes: relayed, duplicate, refused, ended, keyword, bad_signature,
  /// malformed; outbound: accepted, refused, later, unknown, delivered, undelivered, failed, blocked.
  /// bauta_trouble_timestamp_seconds{connection, outcome}: when a text last was refused, later, unknown, undelivered or failed there.
  void text_in(std::string_view connection, std::string_view outcome);
  void text_out(std::string_view connection, std::string_view outcome);
  /// bauta_accept_seconds: from the carrier's request to the durable commit.
  void accepted_after(std::chrono::duration<double> took);
  /// bauta_end_to_end_seconds: from the commit of an MO to the carrier's acceptance of its MT.
  void relayed_after(std::chrono::duration<double> took);
  /// bauta_segments_total{connection, encoding}: the SMS that a text took, each time that a carrier accepted it.
  void segments_out(std::string_view connection, std::string_view encoding, std::uint32_t segments);
  /// bauta_refusals_total{code}.
  void refused(std::string_view code);
  /// bauta_asked_total{connection, outcome}: found, not_found, in_vain.
  void asked(std::string_view connection, std::string_view outcome);
  /// bauta_possible_doubles_total{connection}.
  void possible_double(std::string_view connection);
  /// bauta_failovers_total{from, to}: connections; from none: one that is not configured any more.
  void failed_over(std::string_view from, std::string_view to);
  /// bauta_breaker_state{connection}: 0 closed, 1 half_open, 2 open; bauta_breaker_transitions_total{connection, to}: one more, to the state of
  /// this name.
  void breaker(std::string_view connection, std::string_view to, int state);
  /// bauta_breaker_kept_texts_total{connection}: an open breaker kept a text from being tried there.
  void breaker_kept(std::string_view connection);
  /// bauta_unknown_status_words_total{connection}: a receipt said something that we do not know.
  void unknown_status_word(std::string_view connection);
  /// bauta_dead_letters_total{code}.
  void dead_letter(std::string_view code);
  /// bauta_crashed_claims_total: deliveries found claimed after a start.
  void crashed_claim();

  // Lanes: gauges that the owners keep.
  /// bauta_lane_texts: texts waiting in lanes.
  void lane_texts_changed(std::int64_t by);
  /// bauta_lane_oldest_seconds{owner}: age of the oldest text waiting, by owner thread ("0", "1", …).
  void lane_oldest(std::string_view owner, std::chrono::duration<double> age);

  /// bauta_waiting_texts{connection}, bauta_waiting_oldest_seconds{connection}: what waits for a connection, as the last census found it.
  void waiting(std::string_view connection, std::uint64_t texts,
               std::chrono::duration<double> oldest);

  // Store.
  /// bauta_commits_total{outcome}: committed, conflict, refused, unknown.
  void commit_done(std::string_view outcome);
  /// bauta_commit_group_size, bauta_fsync_seconds: one group of commits made durable by one fsync.
  void group_committed(std::size_t commits, std::chrono::duration<double> fsync);
  /// bauta_commit_queue: commits waiting for the committer.
  void commit_queue(std::size_t waiting);
  /// bauta_store_compactions_total{outcome}: done, failed; bauta_store_compaction_seconds, bauta_store_compacted_timestamp_seconds: of the last
  /// one that took off the disk what had been erased.
  void store_compacted(bool done, std::chrono::duration<double> took);
  /// bauta_store_free_bytes, bauta_store_reserve_bytes, bauta_store_full: the store's disk.
  void store_disk(std::uint64_t free, std::uint64_t reserve, bool full);

  // Backups.
  /// bauta_backups_total{outcome}: done, failed.
  void backup_failed();
  /// Also bauta_backup_seconds: how long the last one took.
  void backup_done(std::chrono::duration<double> took);
  /// bauta_backup_timestamp_seconds, bauta_backup_bytes: of the newest one.
  void newest_backup(std::chrono::sys_seconds begun, std::uint64_t bytes);
  /// bauta_journal_entries_total; bauta_journal_failing: whether what is done is not written into the journal.
  void journal_written(std::size_t entries);
  void journal_failing(bool failing);
  /// bauta_journal_replayed{kind}: consents, people, sessions_erased, sessions_closed, lines, keys_revoked, webhooks_removed,
  /// webhooks_disabled, skipped.
  void journal_replayed(std::string_view kind, std::uint64_t times);
  /// bauta_recovery: whether the store was restored and nothing leaves it yet.
  void recovery(bool held);

  // Time.
  /// bauta_clock_doubted, bauta_clock_offset_seconds: whether the wall clock is not gone by, and how far it is ahead of what is.
  void clock(bool doubted, std::chrono::duration<double> offset);

  // Census: what a walk over the store found.
  /// bauta_sessions{status}.
  void sessions(std::string_view status, std::uint64_t count);
  /// bauta_pool_numbers{country, area_code, status}, bauta_pool_lines{country, area_code, state}.
  void pool_numbers(std::string_view country, std::string_view area_code, std::string_view status,
                    std::uint64_t count);
  void pool_lines(std::string_view country, std::string_view area_code, std::string_view state,
                  std::uint64_t count);

  // Webhooks.
  /// bauta_webhook_deliveries_total{outcome}: attempts by what came of them: delivered, refused (a status that is no 2xx), gone (410),
  /// unreachable, timeout, address_refused; bauta_webhook_delivery_seconds: how long an attempt took.
  void webhook_attempted(std::string_view outcome, std::chrono::duration<double> took);
  /// bauta_webhooks_disabled_total{reason}: failing, gone.
  void webhook_disabled(std::string_view reason);
  /// bauta_webhooks{owner, status}: active, down (active, and nothing gets through), disabled.
  void webhooks(std::string_view owner, std::string_view status, std::uint64_t count);
  /// bauta_webhook_oldest_seconds{owner}: age of the oldest event that an active webhook has not delivered.
  void webhook_oldest(std::string_view owner, std::chrono::duration<double> age);

  // HTTP.
  /// bauta_http_requests_total{listener, route, method, status}, bauta_http_request_seconds{listener, route}.  `route` is the pattern
  /// ("/api/v1/sessions/{id}"), "unmatched" for none.
  void http_request(std::string_view listener, std::string_view route, std::string_view method,
                    unsigned status, std::chrono::duration<double> took);
  /// bauta_http_connections{listener}.
  void http_connections_changed(std::string_view listener, std::int64_t by);
  /// bauta_http_rejected_total{listener, reason}: before a route was known (too_large, header_timeout, malformed, overloaded, tls_failed,
  /// tls_handshake_timeout).
  void http_rejected(std::string_view listener, std::string_view reason);
  /// bauta_tls_certificate_expiry_timestamp_seconds{listener}: a listener shows another certificate from now on, or its first.
  /// `expires`: since 1970.
  void tls_certificate_taken(std::string_view listener, std::chrono::duration<double> expires);
  /// bauta_tls_reloads_total{listener, outcome}: what became of a SIGHUP (reloaded, refused).
  void tls_reload(std::string_view listener, std::string_view outcome);

  // Configuration.
  /// bauta_config_reloads_total{result}: what became of a SIGHUP (taken_up, refused), and bauta_config_last_reload_successful.
  void config_reload(std::string_view result);
  /// bauta_config_info{hash}, bauta_config_last_reload_success_timestamp_seconds: what counts from now on; at the start, and by a reload.
  /// `hash` is of letters.  One at a time.
  void config_in_force(std::string_view hash);
  /// bauta_config_restart_needed: the keys whose change waits for a restart.
  void config_waits(std::size_t keys);

  /// The text exposition format (version 0.0.4) of everything above, bauta_build_info and the process's own series.
  std::string expose() const;
  /// The same for who shows it otherwise: every counter and every gauge, not the histograms.
  std::vector<Sample> samples() const;

 private:
  class Families;
  std::unique_ptr<Families> families_;
};

}  // namespace bauta::metrics
