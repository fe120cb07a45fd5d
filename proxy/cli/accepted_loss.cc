#include "proxy/cli/accepted_loss.h"

#include <vector>

#include "proxy/config/log.h"
#include "storage/recovery/recovery.h"
#include "storage/rocksdb/backups.h"

namespace bauta {
namespace {

/// The newest of which the store still has all.
std::optional<Backup> newest_older_than(const Config& config, std::uint64_t recovered) {
  if (config.backup_path.empty()) return std::nullopt;
  std::optional<Backup> newest;
  for (auto& backup : list_backups(config.backup_path).value_or(std::vector<Backup>()))
    if (backup.sequence <= recovered) newest = std::move(backup);
  return newest;
}

Recovery since_newest_backup(const Config& config, std::uint64_t recovered) {
  const auto backup = newest_older_than(config, recovered);
  if (!backup) return {};
  return {.backup = backup->id,
          .backed_up_at = backup->created_at,
          .restored_at = {},
          .journal = backup->journal};
}

}  // namespace

std::optional<std::string> recovery_after_loss(const Config& config, const AcceptedLoss& loss,
                                               TimePoint now) {
  log::warn(
      "the store lost writes that had been durable, and goes on without them: "
      "--accept-loss last={} durable={}",
      loss.recovered, loss.durable ? std::to_string(*loss.durable) : "unknown");
  if (config.backup_journal.empty()) {
    log::warn(
        "there is no journal ([backup] journal) to tell it of STOPs, erasures and lines that were "
        "lost: see the page on the store before texts are sent");
    return std::nullopt;
  }
  // What was not yet released has to be told from where it was to be told before.
  auto recovery = loss.known ? decode_recovery(*loss.known) : std::nullopt;
  if (!recovery) recovery = since_newest_backup(config, loss.recovered);
  recovery->restored_at = now;
  recovery->is_replayed = false;
  recovery->is_after_loss = true;
  return encode_recovery(*recovery);
}

}  // namespace bauta
