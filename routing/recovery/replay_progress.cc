#include <utility>

#include "routing/recovery/recovery.pb.h"
#include "routing/recovery/replay.h"
#include "storage/journal/journal_files.h"

namespace bauta {
namespace {

Key mark_key() { return Key("meta").text("replay"); }

}  // namespace

/// That of another restore means nothing: the backup may have been made in the middle of one.
Task<Status> Replay::look_up_progress() {
  BAUTA_CO_TRY(const auto kept, co_await load<records::ReplayMark>(bench_.parts.store, mark_key()));
  if (kept && kept->value.backup() == request_.recovery.backup &&
      kept->value.restored_at_ms() == to_millis(request_.recovery.restored_at)) {
    const auto& mark = kept->value;
    progress_ = {.report = {.counts = {.consents = mark.consents(),
                                       .people = mark.people(),
                                       .sessions_erased = mark.sessions_erased(),
                                       .sessions_closed = mark.sessions_closed(),
                                       .lines = mark.lines(),
                                       .keys_revoked = mark.keys_revoked(),
                                       .webhooks_removed = mark.webhooks_removed(),
                                       .webhooks_disabled = mark.webhooks_disabled(),
                                       .skipped = mark.skipped()},
                            .covered_since = {},
                            .is_damaged = mark.damaged()},
                 .until_file = mark.until_file(),
                 .file = mark.file(),
                 .entry = mark.entry(),
                 .done = mark.done()};
    if (mark.has_covered_since_ms())
      progress_.report.covered_since = from_millis(mark.covered_since_ms());
    if (mark.has_whole()) progress_.report.is_whole_from_place = mark.whole();
    co_return Status{};
  }
  progress_.until_file = request_.until_file;
  BAUTA_CO_TRY(auto files, request_.journal.list());
  std::erase_if(files, [&](const JournalFile& file) { return file.number >= request_.until_file; });
  const auto covered = request_.was_journaled ? covered_from(files) : std::nullopt;
  if (covered) progress_.report.covered_since = covered->begun_at;
  if (const auto& place = request_.recovery.journal) {
    const auto& recovery = request_.recovery;
    BAUTA_CO_TRY(const auto start,
                 request_.journal.start_of(from_of(place, recovery.backed_up_at)));
    progress_.report.is_whole_from_place =
        covered && !start.is_lost && covered->number <= place->file;
  }
  co_return co_await save();
}

Task<Status> Replay::save() {
  const auto& report = progress_.report;
  records::ReplayMark mark;
  mark.set_backup(request_.recovery.backup);
  mark.set_restored_at_ms(to_millis(request_.recovery.restored_at));
  mark.set_until_file(progress_.until_file);
  mark.set_file(progress_.file);
  mark.set_entry(progress_.entry);
  mark.set_done(progress_.done);
  mark.set_damaged(report.is_damaged);
  if (report.covered_since) mark.set_covered_since_ms(to_millis(*report.covered_since));
  if (report.is_whole_from_place) mark.set_whole(*report.is_whole_from_place);
  mark.set_consents(report.counts.consents);
  mark.set_people(report.counts.people);
  mark.set_sessions_erased(report.counts.sessions_erased);
  mark.set_sessions_closed(report.counts.sessions_closed);
  mark.set_lines(report.counts.lines);
  mark.set_keys_revoked(report.counts.keys_revoked);
  mark.set_webhooks_removed(report.counts.webhooks_removed);
  mark.set_webhooks_disabled(report.counts.webhooks_disabled);
  mark.set_skipped(report.counts.skipped);
  Commit commit;
  commit.put(mark_key(), mark.SerializeAsString());
  BAUTA_CO_CHECK(co_await commit_once(bench_.parts.store, std::move(commit)));
  co_return Status{};
}

}  // namespace bauta
