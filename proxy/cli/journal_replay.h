#pragma once

#include <json/value.h>

#include <optional>
#include <string>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "proxy/cli/relay_engine.h"
#include "proxy/config/config.h"
#include "routing/recovery/replay.h"
#include "storage/recovery/recovery.h"
#include "storage/rocksdb/backups.h"

namespace bauta {

/// From where on a restore of these needs the journal.
std::vector<JournalFrom> journal_needed_by(const std::vector<Backup>& backups);
/// Which files are needed from any of these on, and cannot be read whole; none: all are, or there is no journal.  Codes: storage.unavailable.
Result<std::optional<std::string>> journal_damage(const Config& config,
                                                  const std::vector<Backup>& backups);
/// Why a store that is restored from that backup will not know all that was done since; none: it will.  Codes: storage.unavailable.
Result<std::optional<std::string>> journal_gap(const Config& config, const Backup& backup);

/// The relay's journal, and what its restored store was told from it.  Its report stands before there are other threads.
class JournalReplay {
 public:
  /// All outlive it.
  JournalReplay(const Config& config, metrics::Instruments& metrics)
      : config_(config), metrics_(metrics) {}

  /// Before anybody is served; does nothing without a journal.  Codes: storage.*.
  Status run(const Executor& executor, RelayEngine& engine, const Recovery& recovery);
  /// Why somebody should look.  `recovery`: none once the store was released, or is no restored one.
  std::optional<std::string> warning(OpenStore& store,
                                     const std::optional<Recovery>& recovery) const;
  Json::Value show(OpenStore& store) const;

 private:
  void note(const ReplayReport& report, const Recovery& recovery);

  const Config& config_;
  metrics::Instruments& metrics_;
  std::optional<ReplayReport> report_;
  std::optional<TimePoint> backed_up_at_;
};

}  // namespace bauta
