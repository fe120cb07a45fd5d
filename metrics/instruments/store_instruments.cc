#include "metrics/instruments/instrument_families.h"
#include "metrics/instruments/instruments.h"

namespace bauta::metrics {

void Instruments::commit_done(std::string_view outcome) {
  count(families_->store.commits, {outcome});
}
void Instruments::group_committed(std::size_t commits, std::chrono::duration<double> fsync) {
  families_->store.group_size.Observe(static_cast<double>(commits));
  families_->store.fsync.Observe(fsync.count());
}
void Instruments::store_compacted(bool done, std::chrono::duration<double> took) {
  count(families_->store.compactions, {done ? "done" : "failed"});
  if (!done) return;
  families_->store.compaction_seconds.Set(took.count());
  families_->store.compacted_at.SetToCurrentTime();
}
void Instruments::store_disk(std::uint64_t free, std::uint64_t reserve, bool full) {
  families_->store.store_free.Set(static_cast<double>(free));
  families_->store.store_reserve.Set(static_cast<double>(reserve));
  families_->store.store_full.Set(full ? 1 : 0);
}
void Instruments::commit_queue(std::size_t waiting) {
  families_->store.commit_queue.Set(static_cast<double>(waiting));
}

void Instruments::backup_failed() { count(families_->store.backups, {"failed"}); }
void Instruments::backup_done(std::chrono::duration<double> took) {
  count(families_->store.backups, {"done"});
  families_->store.backup_seconds.Set(took.count());
}
void Instruments::newest_backup(std::chrono::sys_seconds begun, std::uint64_t bytes) {
  families_->store.backup_at.Set(static_cast<double>(begun.time_since_epoch().count()));
  families_->store.backup_bytes.Set(static_cast<double>(bytes));
}
void Instruments::journal_written(std::size_t entries) {
  families_->store.journal_entries.Increment(static_cast<double>(entries));
}
void Instruments::journal_failing(bool failing) {
  families_->store.journal_failing.Set(failing ? 1 : 0);
}
void Instruments::journal_replayed(std::string_view kind, std::uint64_t times) {
  set(families_->store.journal_replayed, {kind}, static_cast<double>(times));
}
void Instruments::recovery(bool held) { families_->store.recovery.Set(held ? 1 : 0); }

void Instruments::clock(bool doubted, std::chrono::duration<double> offset) {
  families_->store.clock_doubted.Set(doubted ? 1 : 0);
  families_->store.clock_offset.Set(offset.count());
}

void Instruments::sessions(std::string_view status, std::uint64_t count) {
  set(families_->store.sessions, {status}, static_cast<double>(count));
}
void Instruments::pool_numbers(std::string_view country, std::string_view area_code,
                               std::string_view status, std::uint64_t count) {
  set(families_->store.pool_numbers, {country, area_code.empty() ? "none" : area_code, status},
      static_cast<double>(count));
}
void Instruments::pool_lines(std::string_view country, std::string_view area_code,
                             std::string_view state, std::uint64_t count) {
  set(families_->store.pool_lines, {country, area_code.empty() ? "none" : area_code, state},
      static_cast<double>(count));
}

}  // namespace bauta::metrics
