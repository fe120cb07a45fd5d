#include "metrics/instruments/instruments.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "metrics/instruments/families.h"
#include "metrics/instruments/process.h"

namespace bauta::metrics {
namespace {

/// Series of a family whose labels come from short lists.
constexpr std::size_t kSeriesMax = 1'000;
/// Localities times states: every area code of +1 and the countries of the world fit.
constexpr std::size_t kPoolSeriesMax = 10'000;

const std::vector<double> kLatencyBuckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                             0.25,   0.5,   1,      2.5,   5,    10,    30};
/// A text may wait in its lane until its deadline, hours later.
const std::vector<double> kRelayBuckets = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5,  1,    2.5,
                                           5,    10,    30,   60,  300,  1800, 7200, 14400};
const std::vector<double> kGroupBuckets = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

std::string_view method_label(std::string_view method) {
  static constexpr std::initializer_list<std::string_view> kKnown = {
      "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return std::ranges::find(kKnown, method) != kKnown.end() ? method : kOtherLabel;
}

/// Of what became of a text that was sent: what somebody should look at when it does not end.
bool is_trouble(std::string_view outcome) {
  static constexpr std::initializer_list<std::string_view> kTrouble = {
      "refused", "later", "unknown", "undelivered", "failed"};
  return std::ranges::find(kTrouble, outcome) != kTrouble.end();
}

}  // namespace

class Instruments::Families {
 public:
  Families(std::string_view version, std::string_view revision) {
    prometheus::BuildGauge()
        .Name("bauta_build_info")
        .Help("Always 1; the labels say which build runs.")
        .Register(registry)
        .Add({{"version", std::string(version)}, {"revision", std::string(revision)}})
        .Set(1);
    // Series that are known from the start begin at 0: a rate over a counter that appears with its first event misses that event.
    for (const auto outcome : {"committed", "conflict", "refused", "unknown"})
      commits.find({outcome});
    for (const auto outcome :
         {"delivered", "refused", "gone", "unreachable", "timeout", "address_refused"})
      webhook_attempts.find({outcome});
    for (const auto reason : {"failing", "gone"}) webhooks_disabled.find({reason});
    for (const auto outcome : {"done", "failed"}) backups.find({outcome});
    for (const auto result : {"taken_up", "refused"}) config_reloads.find({result});
    config_reloaded.Set(1);
  }

  prometheus::Registry registry;
  Process process;

  Counters<3> texts{
      counters("bauta_texts_total", "Texts by direction, connection and what became of them."),
      {"direction", "connection", "outcome"},
      kSeriesMax,
      Overflow::other};
  Gauges<2> trouble{gauges("bauta_trouble_timestamp_seconds",
                           "When a text last had that outcome at a connection, in seconds since "
                           "1970."),
                    {"connection", "outcome"},
                    kSeriesMax,
                    Overflow::drop};
  prometheus::Histogram& accept =
      histogram("bauta_accept_seconds",
                "From a carrier's request to the durable commit of its text.", kLatencyBuckets);
  prometheus::Histogram& end_to_end = histogram(
      "bauta_end_to_end_seconds",
      "From the commit of an inbound text to the carrier's acceptance of the outbound one.",
      kRelayBuckets);
  Counters<2> segments{
      counters("bauta_segments_total", "SMS that accepted texts took, as a carrier bills them."),
      {"connection", "encoding"},
      kSeriesMax,
      Overflow::other};
  Counters<1> refusals{counters("bauta_refusals_total", "What was refused, by error code."),
                       {"code"},
                       kSeriesMax,
                       Overflow::other};
  Counters<2> asked{
      counters("bauta_asked_total",
               "Questions to carriers about sends whose outcome was unknown, by what they said."),
      {"connection", "outcome"},
      kSeriesMax,
      Overflow::other};
  Counters<1> possible_doubles{
      counters("bauta_possible_doubles_total",
               "Texts sent again although the outcome of a send before was unknown."),
      {"connection"},
      kSeriesMax,
      Overflow::other};
  Counters<2> failovers{
      counters("bauta_failovers_total",
               "Texts handed to another connection of their number than the one before it."),
      {"from", "to"},
      kSeriesMax,
      Overflow::other};
  Gauges<1> breaker_state{gauges("bauta_breaker_state",
                                 "The breaker of a connection: 0 closed, 1 half open (one text "
                                 "tries whether the carrier is back), 2 open (it is down)."),
                          {"connection"},
                          kSeriesMax,
                          Overflow::other};
  Counters<2> breaker_transitions{
      counters("bauta_breaker_transitions_total",
               "How often the breaker of a connection came to be open, half_open or closed."),
      {"connection", "to"},
      kSeriesMax,
      Overflow::other};
  Counters<1> breaker_kept{counters("bauta_breaker_kept_texts_total",
                                    "Texts that a breaker kept from being tried at a connection "
                                    "that was down."),
                           {"connection"},
                           kSeriesMax,
                           Overflow::other};
  Counters<1> unknown_words{counters("bauta_unknown_status_words_total",
                                     "Receipts whose status word is not known to us."),
                            {"connection"},
                            kSeriesMax,
                            Overflow::other};
  Counters<1> dead_letters{counters("bauta_dead_letters_total",
                                    "Deliveries that ended without reaching their recipient."),
                           {"code"},
                           kSeriesMax,
                           Overflow::other};
  prometheus::Counter& crashed_claims =
      counters("bauta_crashed_claims_total",
               "Deliveries found claimed after a start: their outcome is unknown.")
          .Add({});

  prometheus::Gauge& lane_texts = gauges("bauta_lane_texts", "Texts waiting in lanes.").Add({});
  Gauges<1> lane_oldest{
      gauges("bauta_lane_oldest_seconds", "Age of the oldest text waiting, by owner thread."),
      {"owner"},
      kSeriesMax,
      Overflow::drop};
  Gauges<1> waiting_texts{
      gauges("bauta_waiting_texts",
             "Texts that wait for a connection, as the last census found them."),
      {"connection"},
      kSeriesMax,
      Overflow::drop};
  Gauges<1> waiting_oldest{
      gauges("bauta_waiting_oldest_seconds",
             "Age of the oldest text that waits for a connection, as the last census found it."),
      {"connection"},
      kSeriesMax,
      Overflow::drop};

  Counters<1> commits{counters("bauta_commits_total", "Commits of the store by outcome."),
                      {"outcome"},
                      kSeriesMax,
                      Overflow::other};
  prometheus::Histogram& group_size =
      histogram("bauta_commit_group_size", "Commits made durable by one fsync.", kGroupBuckets);
  prometheus::Histogram& fsync =
      histogram("bauta_fsync_seconds", "Time that one fsync of the store took.", kLatencyBuckets);
  prometheus::Gauge& commit_queue =
      gauges("bauta_commit_queue", "Commits waiting for the committer.").Add({});
  Counters<1> compactions{counters("bauta_store_compactions_total",
                                   "Compactions of what was erased, by whether they were done."),
                          {"outcome"},
                          kSeriesMax,
                          Overflow::other};
  prometheus::Gauge& compaction_seconds =
      gauges("bauta_store_compaction_seconds", "How long the last of them took.").Add({});
  prometheus::Gauge& compacted_at =
      gauges("bauta_store_compacted_timestamp_seconds",
             "When the last of them was done, in seconds since 1970; 0: not since the start.")
          .Add({});
  prometheus::Gauge& store_free =
      gauges("bauta_store_free_bytes", "What may still be written to the store's disk.").Add({});
  prometheus::Gauge& store_reserve =
      gauges("bauta_store_reserve_bytes",
             "What is kept free of the store's disk: below it commits are refused.")
          .Add({});
  prometheus::Gauge& store_full =
      gauges("bauta_store_full", "1 while commits are refused because the store's disk is full.")
          .Add({});

  Counters<1> backups{
      counters("bauta_backups_total", "Backups that were begun, by whether they were made."),
      {"outcome"},
      kSeriesMax,
      Overflow::other};
  prometheus::Gauge& backup_seconds =
      gauges("bauta_backup_seconds", "How long the last one that was made took.").Add({});
  prometheus::Gauge& backup_at =
      gauges("bauta_backup_timestamp_seconds",
             "When the newest backup was begun, in seconds since 1970; 0: there is none.")
          .Add({});
  prometheus::Gauge& backup_bytes =
      gauges("bauta_backup_bytes", "Octets of the newest backup.").Add({});
  prometheus::Counter& journal_entries =
      counters("bauta_journal_entries_total",
               "Entries that were written into the journal before they were committed.")
          .Add({});
  prometheus::Gauge& journal_failing =
      gauges("bauta_journal_failing",
             "1 while the journal cannot be written: a restore would not know what is done now.")
          .Add({});
  Gauges<1> journal_replayed{
      gauges("bauta_journal_replayed",
             "What the restored store was told from the journal, by what became of it."),
      {"kind"},
      kSeriesMax,
      Overflow::other};
  prometheus::Gauge& recovery =
      gauges("bauta_recovery",
             "1 while the store, which was restored, is not released: see bauta backup release.")
          .Add({});

  prometheus::Gauge& clock_doubted =
      gauges("bauta_clock_doubted",
             "1 while the wall clock is not gone by, because it leapt: see bauta clock.")
          .Add({});
  prometheus::Gauge& clock_offset =
      gauges("bauta_clock_offset_seconds",
             "How far the wall clock is ahead of the time that is gone by.")
          .Add({});

  Gauges<1> sessions{gauges("bauta_sessions", "Sessions by status, as the last census found them."),
                     {"status"},
                     kSeriesMax,
                     Overflow::drop};
  Gauges<3> pool_numbers{
      gauges("bauta_pool_numbers", "Numbers of the pool, as the last census found them."),
      {"country", "area_code", "status"},
      kPoolSeriesMax,
      Overflow::drop};
  Gauges<3> pool_lines{
      gauges("bauta_pool_lines", "Lines of the pool's numbers, as the last census found them."),
      {"country", "area_code", "state"},
      kPoolSeriesMax,
      Overflow::drop};

  Counters<1> webhook_attempts{
      counters("bauta_webhook_deliveries_total",
               "Attempts to deliver an event to a webhook, by what came of them."),
      {"outcome"},
      kSeriesMax,
      Overflow::other};
  prometheus::Histogram& webhook_seconds =
      histogram("bauta_webhook_delivery_seconds",
                "Time that an attempt to deliver an event to a webhook took.", kLatencyBuckets);
  Counters<1> webhooks_disabled{
      counters("bauta_webhooks_disabled_total",
               "Webhooks that were disabled because nothing got through, by why."),
      {"reason"},
      kSeriesMax,
      Overflow::other};
  Gauges<2> webhooks{gauges("bauta_webhooks", "Webhooks by owner thread and status."),
                     {"owner", "status"},
                     kSeriesMax,
                     Overflow::drop};
  Gauges<1> webhook_oldest{
      gauges("bauta_webhook_oldest_seconds",
             "Age of the oldest event that an active webhook has not delivered, by owner thread."),
      {"owner"},
      kSeriesMax,
      Overflow::drop};

  Counters<4> http_requests{counters("bauta_http_requests_total", "HTTP requests answered."),
                            {"listener", "route", "method", "status"},
                            kSeriesMax,
                            Overflow::other};
  Histograms<2> http_seconds{
      histograms("bauta_http_request_seconds",
                 "Time from the head of a request to its answer being written."),
      {"listener", "route"},
      kSeriesMax,
      Overflow::other,
      kLatencyBuckets};
  Gauges<1> http_connections{gauges("bauta_http_connections", "HTTP connections that are open."),
                             {"listener"},
                             kSeriesMax,
                             Overflow::other};
  Counters<2> http_rejected{
      counters("bauta_http_rejected_total", "HTTP requests rejected before their route was known."),
      {"listener", "reason"},
      kSeriesMax,
      Overflow::other};
  Gauges<1> tls_certificate_expiry{
      gauges("bauta_tls_certificate_expiry_timestamp_seconds",
             "When the certificate that a listener shows expires, in seconds since 1970."),
      {"listener"},
      kSeriesMax,
      Overflow::drop};
  Counters<2> tls_reloads{
      counters("bauta_tls_reloads_total", "Certificates read anew on SIGHUP, by outcome."),
      {"listener", "outcome"},
      kSeriesMax,
      Overflow::other};
  Counters<1> config_reloads{
      counters("bauta_config_reloads_total", "Configurations read anew on SIGHUP, by result."),
      {"result"},
      kSeriesMax,
      Overflow::other};
  prometheus::Gauge& config_reloaded =
      gauge("bauta_config_last_reload_successful",
            "1 if the configuration that was read last was taken up, at the start or on SIGHUP.");
  prometheus::Gauge& config_reloaded_at =
      gauge("bauta_config_last_reload_success_timestamp_seconds",
            "When a configuration was taken up last, in seconds since 1970.");
  prometheus::Gauge& config_restart_needed = gauge(
      "bauta_config_restart_needed", "Keys of the configuration whose change waits for a restart.");
  prometheus::Family<prometheus::Gauge>& config_info =
      gauges("bauta_config_info",
             "Always 1; the label is a hash of the configuration that counts, secrets left out.");
  prometheus::Gauge* config_hash = nullptr;

 private:
  prometheus::Family<prometheus::Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  prometheus::Family<prometheus::Gauge>& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }
  prometheus::Family<prometheus::Histogram>& histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }
  prometheus::Gauge& gauge(const char* name, const char* help) {
    return gauges(name, help).Add({});
  }
  prometheus::Histogram& histogram(const char* name, const char* help,
                                   const std::vector<double>& buckets) {
    return histograms(name, help).Add({}, buckets);
  }
};

namespace {

template <std::size_t kLabels>
void count(Counters<kLabels>& counters, typename Counters<kLabels>::Values values) {
  if (auto* counter = counters.find(values)) counter->Increment();
}
template <std::size_t kLabels>
void set(Gauges<kLabels>& gauges, typename Gauges<kLabels>::Values values, double to) {
  if (auto* gauge = gauges.find(values)) gauge->Set(to);
}
void change(prometheus::Gauge& gauge,
            std::int64_t by) {  // prometheus-cpp ignores a negative increment
  if (by < 0) {
    gauge.Decrement(-static_cast<double>(by));
  } else {
    gauge.Increment(static_cast<double>(by));
  }
}

}  // namespace

Instruments::Instruments(std::string_view version, std::string_view revision)
    : families_(std::make_unique<Families>(version, revision)) {}
Instruments::~Instruments() = default;

void Instruments::text_in(std::string_view connection, std::string_view outcome) {
  count(families_->texts, {"inbound", connection, outcome});
}
void Instruments::text_out(std::string_view connection, std::string_view outcome) {
  count(families_->texts, {"outbound", connection, outcome});
  if (!is_trouble(outcome)) return;
  if (auto* gauge = families_->trouble.find({connection, outcome})) gauge->SetToCurrentTime();
}
void Instruments::accepted_after(std::chrono::duration<double> took) {
  families_->accept.Observe(took.count());
}
void Instruments::relayed_after(std::chrono::duration<double> took) {
  families_->end_to_end.Observe(took.count());
}
void Instruments::segments_out(std::string_view connection, std::string_view encoding,
                               std::uint32_t segments) {
  if (auto* counter = families_->segments.find({connection, encoding}))
    counter->Increment(segments);
}
void Instruments::refused(std::string_view code) { count(families_->refusals, {code}); }
void Instruments::asked(std::string_view connection, std::string_view outcome) {
  count(families_->asked, {connection, outcome});
}
void Instruments::possible_double(std::string_view connection) {
  count(families_->possible_doubles, {connection});
}
void Instruments::failed_over(std::string_view from, std::string_view to) {
  count(families_->failovers, {from, to});
}
void Instruments::breaker(std::string_view connection, std::string_view to, int state) {
  set(families_->breaker_state, {connection}, state);
  count(families_->breaker_transitions, {connection, to});
}
void Instruments::breaker_kept(std::string_view connection) {
  count(families_->breaker_kept, {connection});
}
void Instruments::unknown_status_word(std::string_view connection) {
  count(families_->unknown_words, {connection});
}
void Instruments::dead_letter(std::string_view code) { count(families_->dead_letters, {code}); }
void Instruments::crashed_claim() { families_->crashed_claims.Increment(); }

void Instruments::lane_texts_changed(std::int64_t by) { change(families_->lane_texts, by); }
void Instruments::lane_oldest(std::string_view owner, std::chrono::duration<double> age) {
  set(families_->lane_oldest, {owner}, age.count());
}
void Instruments::waiting(std::string_view connection, std::uint64_t texts,
                          std::chrono::duration<double> oldest) {
  set(families_->waiting_texts, {connection}, static_cast<double>(texts));
  set(families_->waiting_oldest, {connection}, oldest.count());
}

void Instruments::commit_done(std::string_view outcome) { count(families_->commits, {outcome}); }
void Instruments::group_committed(std::size_t commits, std::chrono::duration<double> fsync) {
  families_->group_size.Observe(static_cast<double>(commits));
  families_->fsync.Observe(fsync.count());
}
void Instruments::store_compacted(bool done, std::chrono::duration<double> took) {
  count(families_->compactions, {done ? "done" : "failed"});
  if (!done) return;
  families_->compaction_seconds.Set(took.count());
  families_->compacted_at.SetToCurrentTime();
}
void Instruments::store_disk(std::uint64_t free, std::uint64_t reserve, bool full) {
  families_->store_free.Set(static_cast<double>(free));
  families_->store_reserve.Set(static_cast<double>(reserve));
  families_->store_full.Set(full ? 1 : 0);
}
void Instruments::commit_queue(std::size_t waiting) {
  families_->commit_queue.Set(static_cast<double>(waiting));
}

void Instruments::backup_failed() { count(families_->backups, {"failed"}); }
void Instruments::backup_done(std::chrono::duration<double> took) {
  count(families_->backups, {"done"});
  families_->backup_seconds.Set(took.count());
}
void Instruments::newest_backup(std::chrono::sys_seconds begun, std::uint64_t bytes) {
  families_->backup_at.Set(static_cast<double>(begun.time_since_epoch().count()));
  families_->backup_bytes.Set(static_cast<double>(bytes));
}
void Instruments::journal_written(std::size_t entries) {
  families_->journal_entries.Increment(static_cast<double>(entries));
}
void Instruments::journal_failing(bool failing) { families_->journal_failing.Set(failing ? 1 : 0); }
void Instruments::journal_replayed(std::string_view kind, std::uint64_t times) {
  set(families_->journal_replayed, {kind}, static_cast<double>(times));
}
void Instruments::recovery(bool held) { families_->recovery.Set(held ? 1 : 0); }

void Instruments::clock(bool doubted, std::chrono::duration<double> offset) {
  families_->clock_doubted.Set(doubted ? 1 : 0);
  families_->clock_offset.Set(offset.count());
}

void Instruments::sessions(std::string_view status, std::uint64_t count) {
  set(families_->sessions, {status}, static_cast<double>(count));
}
void Instruments::pool_numbers(std::string_view country, std::string_view area_code,
                               std::string_view status, std::uint64_t count) {
  set(families_->pool_numbers, {country, area_code.empty() ? "none" : area_code, status},
      static_cast<double>(count));
}
void Instruments::pool_lines(std::string_view country, std::string_view area_code,
                             std::string_view state, std::uint64_t count) {
  set(families_->pool_lines, {country, area_code.empty() ? "none" : area_code, state},
      static_cast<double>(count));
}

void Instruments::webhook_attempted(std::string_view outcome, std::chrono::duration<double> took) {
  count(families_->webhook_attempts, {outcome});
  families_->webhook_seconds.Observe(took.count());
}
void Instruments::webhook_disabled(std::string_view reason) {
  count(families_->webhooks_disabled, {reason});
}
void Instruments::webhooks(std::string_view owner, std::string_view status, std::uint64_t count) {
  set(families_->webhooks, {owner, status}, static_cast<double>(count));
}
void Instruments::webhook_oldest(std::string_view owner, std::chrono::duration<double> age) {
  set(families_->webhook_oldest, {owner}, age.count());
}

void Instruments::http_request(std::string_view listener, std::string_view route,
                               std::string_view method, unsigned status,
                               std::chrono::duration<double> took) {
  count(families_->http_requests, {listener, route, method_label(method), std::to_string(status)});
  if (auto* seconds = families_->http_seconds.find({listener, route}))
    seconds->Observe(took.count());
}
void Instruments::http_connections_changed(std::string_view listener, std::int64_t by) {
  if (auto* gauge = families_->http_connections.find({listener})) change(*gauge, by);
}
void Instruments::http_rejected(std::string_view listener, std::string_view reason) {
  count(families_->http_rejected, {listener, reason});
}

void Instruments::tls_certificate_taken(std::string_view listener,
                                        std::chrono::duration<double> expires) {
  set(families_->tls_certificate_expiry, {listener}, expires.count());
  for (const auto outcome : {"reloaded", "refused"})
    families_->tls_reloads.find({listener, outcome});
}
void Instruments::tls_reload(std::string_view listener, std::string_view outcome) {
  count(families_->tls_reloads, {listener, outcome});
}

void Instruments::config_reload(std::string_view result) {
  count(families_->config_reloads, {result});
  families_->config_reloaded.Set(result == "taken_up" ? 1 : 0);
}
void Instruments::config_in_force(std::string_view hash) {
  families_->config_reloaded_at.SetToCurrentTime();
  auto& now = families_->config_info.Add({{"hash", std::string(hash)}});
  now.Set(1);
  auto* const before = std::exchange(families_->config_hash, &now);
  if (before != nullptr && before != &now) families_->config_info.Remove(before);
}
void Instruments::config_waits(std::size_t keys) {
  families_->config_restart_needed.Set(static_cast<double>(keys));
}

namespace {

std::vector<prometheus::MetricFamily> collect(const prometheus::Registry& registry,
                                              const Process& process) {
  auto collected = registry.Collect();
  std::ranges::move(process.Collect(), std::back_inserter(collected));
  std::ranges::sort(collected, {}, &prometheus::MetricFamily::name);
  return collected;
}

}  // namespace

std::string Instruments::expose() const {
  return prometheus::TextSerializer{}.Serialize(collect(families_->registry, families_->process));
}

std::vector<Sample> Instruments::samples() const {
  std::vector<Sample> samples;
  for (const auto& family : collect(families_->registry, families_->process)) {
    if (family.type != prometheus::MetricType::Counter &&
        family.type != prometheus::MetricType::Gauge)
      continue;
    for (const auto& metric : family.metric) {
      Sample sample{.name = family.name, .labels = {}, .value = metric.gauge.value};
      if (family.type == prometheus::MetricType::Counter) sample.value = metric.counter.value;
      for (const auto& label : metric.label) sample.labels.emplace_back(label.name, label.value);
      samples.push_back(std::move(sample));
    }
  }
  return samples;
}

}  // namespace bauta::metrics
