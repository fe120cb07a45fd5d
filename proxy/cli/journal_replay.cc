#include "proxy/cli/journal_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "proxy/cli/run_task.h"
#include "proxy/config/log.h"
#include "proxy/net/rfc3339.h"
#include "storage/journal/journal.h"

namespace bauta {
namespace {

constexpr std::string_view kLookItUp =
    "STOPs, erasures, lines, revoked keys and changed webhooks of that time are not all known: see "
    "the page on backups before releasing it";

constexpr std::string_view kDamaged = "a file of the journal is damaged";

std::string with_advice(std::string why) { return std::move(why) + "; " + std::string(kLookItUp); }

std::string no_journal() { return with_advice("there is no journal: [backup] journal"); }

std::string begins_later(const std::optional<TimePoint>& covered_since) {
  if (!covered_since) return with_advice("the journal has nothing of the time since the backup");
  return with_advice("the journal has a gap, or begins, after the backup: it is whole only from " +
                     format_rfc3339(*covered_since) + " on");
}

std::string no_backup(const std::optional<TimePoint>& covered_since) {
  return with_advice(
      "there is no backup that says from where on it is needed; all of it was replayed, and it is "
      "whole from " +
      (covered_since ? format_rfc3339(*covered_since) : "nowhere") + " on");
}

std::optional<std::string> failing(const Journal& journal) {
  const auto failure = journal.failure();
  if (!failure) return std::nullopt;
  return "it is not written, and a restore would not know what is done now: " +
         std::string(failure->code) + ": " + failure->detail;
}

std::array<std::pair<const char*, std::uint64_t>, 9> kinds_of(const ReplayCounts& counts) {
  return {{{"consents", counts.consents},
           {"people", counts.people},
           {"sessions_erased", counts.sessions_erased},
           {"sessions_closed", counts.sessions_closed},
           {"lines", counts.lines},
           {"keys_revoked", counts.keys_revoked},
           {"webhooks_removed", counts.webhooks_removed},
           {"webhooks_disabled", counts.webhooks_disabled},
           {"skipped", counts.skipped}}};
}

}  // namespace

std::vector<JournalFrom> journal_needed_by(const std::vector<Backup>& backups) {
  std::vector<JournalFrom> needed;
  // Times are compared, so that of those without a place one will do: not the one with the lowest number, if the clock was ahead then.
  std::optional<TimePoint> oldest;
  for (const auto& backup : backups) {
    if (backup.journal)
      needed.push_back(Replay::from_of(backup.journal, backup.created_at));
    else
      oldest = std::min(oldest.value_or(backup.created_at), backup.created_at);
  }
  if (oldest) needed.push_back(Replay::from_of(std::nullopt, *oldest));
  return needed;
}

Result<std::optional<std::string>> journal_damage(const Config& config,
                                                  const std::vector<Backup>& backups) {
  if (config.backup_journal.empty()) return std::optional<std::string>();
  const JournalReader journal(config.backup_journal);
  BAUTA_TRY(const auto names, journal.damaged(journal_needed_by(backups)));
  if (names.empty()) return std::optional<std::string>();
  return std::optional(fmt::format("{} ({})", kDamaged, fmt::join(names, ", ")));
}

Result<std::optional<std::string>> journal_gap(const Config& config, const Backup& backup) {
  if (config.backup_journal.empty()) return std::optional(no_journal());
  BAUTA_TRY(auto damage, journal_damage(config, {backup}));
  if (damage) return std::optional(with_advice(*std::move(damage)));
  const JournalReader journal(config.backup_journal);
  BAUTA_TRY(const auto files, journal.list());
  const auto covered = covered_from(files);
  bool is_whole = covered && covered->begun_at <= backup.created_at;
  if (backup.journal) {
    BAUTA_TRY(const auto start,
              journal.start_of(Replay::from_of(backup.journal, backup.created_at)));
    is_whole = covered && !start.is_lost && covered->number <= backup.journal->file;
  }
  if (is_whole) return std::optional<std::string>();
  return std::optional(begins_later(covered_since(files)));
}

Status JournalReplay::run(const Executor& executor, RelayEngine& engine, const Recovery& recovery) {
  backed_up_at_ = recovery.backed_up_at;
  const auto* const journal = engine.store().journal();
  if (journal == nullptr) return {};
  log::info("replaying the journal since {}",
            recovery.backup == 0 ? "its beginning" : format_rfc3339(recovery.backed_up_at));
  Replay replay(engine.parts(), {.journal = JournalReader(config_.backup_journal),
                                 .until_file = journal->first_file(),
                                 .was_journaled = engine.store().was_journaled(),
                                 .recovery = recovery});
  BAUTA_TRY(const auto report, wait_for(executor, replay.run()));
  note(report, recovery);
  return wait_for(executor, engine.store().note_replayed(recovery));
}

void JournalReplay::note(const ReplayReport& report, const Recovery& recovery) {
  report_ = report;
  const auto& counts = report.counts;
  for (const auto& [kind, times] : kinds_of(counts)) metrics_.journal_replayed(kind, times);
  log::info(
      "replayed the journal consents={} people={} sessions_erased={} sessions_closed={} lines={} "
      "keys_revoked={} webhooks_removed={} webhooks_disabled={} skipped={} complete={}",
      counts.consents, counts.people, counts.sessions_erased, counts.sessions_closed, counts.lines,
      counts.keys_revoked, counts.webhooks_removed, counts.webhooks_disabled, counts.skipped,
      report.covers(recovery.backed_up_at));
}

std::optional<std::string> JournalReplay::warning(OpenStore& store,
                                                  const std::optional<Recovery>& recovery) const {
  const auto* const journal = store.journal();
  if (recovery) {
    if (journal == nullptr || !report_) return no_journal();
    if (report_->is_damaged) return with_advice(std::string(kDamaged));
    if (report_->covers(recovery->backed_up_at)) return failing(*journal);
    return recovery->backup == 0 ? no_backup(report_->covered_since)
                                 : begins_later(report_->covered_since);
  }
  return journal == nullptr ? std::nullopt : failing(*journal);
}

Json::Value JournalReplay::show(OpenStore& store) const {
  const auto* const journal = store.journal();
  if (journal == nullptr) return {};
  Json::Value json(Json::objectValue);
  json["path"] = config_.backup_journal.string();
  const auto failure = journal->failure();
  json["failing"] =
      failure ? Json::Value(std::string(failure->code) + ": " + failure->detail) : Json::Value();
  json["replay"] = Json::Value();
  if (!report_) return json;
  auto& replay = json["replay"] = Json::Value(Json::objectValue);
  for (const auto& [kind, times] : kinds_of(report_->counts)) replay[kind] = Json::UInt64(times);
  replay["covered_since"] =
      report_->covered_since ? Json::Value(format_rfc3339(*report_->covered_since)) : Json::Value();
  replay["complete"] = report_->covers(*backed_up_at_);
  return json;
}

}  // namespace bauta
