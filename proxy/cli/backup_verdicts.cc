#include "proxy/cli/backup_verdicts.h"

#include <fmt/format.h>

#include <utility>

#include "proxy/cli/journal_replay.h"
#include "proxy/cli/progress_line.h"

namespace bauta {

Json::Value json_of_verdict(const Status& whole) {
  Json::Value json(Json::objectValue);
  json["whole"] = whole.has_value();
  json["what"] = whole ? Json::Value() : Json::Value(whole.error().detail);
  return json;
}

Result<BackupVerdicts> verify_backups(const Config& config, const std::vector<Backup>& backups) {
  BackupVerdicts verdicts;
  ProgressLine progress;
  for (const auto& backup : backups) {
    progress.show(fmt::format("reading backup {}: {} MiB", backup.id, backup.bytes >> 20));
    auto whole = verify_backup(config.backup_path, backup.id);
    if (!whole && whole.error().code != "storage.corrupt")
      return std::unexpected(std::move(whole.error()));
    auto verdict = json_of_verdict(whole);
    verdict["id"] = backup.id;
    verdicts.json.append(std::move(verdict));
    if (!whole) verdicts.all = std::move(whole);
  }
  progress.clear();
  return verdicts;
}

Result<std::optional<Status>> verify_journal(const Config& config,
                                             const std::vector<Backup>& backups) {
  if (config.backup_journal.empty() || backups.empty()) return std::optional<Status>();
  BAUTA_TRY(auto damage, journal_damage(config, backups));
  if (damage) return std::optional<Status>(fail("storage.corrupt", *std::move(damage)));
  return std::optional<Status>(Status());
}

}  // namespace bauta
