#pragma once

#include "metrics/instruments/family_maker.h"

namespace bauta::metrics {

/// Localities times states: every area code of +1 and the countries of the world fit.
inline constexpr std::size_t kPoolSeriesMax = 10'000;
inline const std::vector<double> kGroupBuckets = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

/// What the store does, its backups, its journal and the time that is kept in it, and what a census found there.
struct StoreFamilies : private FamilyMaker {
  explicit StoreFamilies(prometheus::Registry& registry) : FamilyMaker(registry) {
    for (const auto outcome : {"committed", "conflict", "refused", "unknown"})
      commits.find({outcome});
    for (const auto outcome : {"done", "failed"}) backups.find({outcome});
  }

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
};

}  // namespace bauta::metrics
