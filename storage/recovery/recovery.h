#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/store/clock.h"
#include "storage/store/journal_place.h"
#include "storage/store/result.h"
#include "storage/store/store.h"
#include "storage/store/task.h"

namespace bauta {

/// A store that was restored from a backup, or that lost the end of its log, and was not yet released: it does not know what was done since, so
/// nothing may leave it.
struct Recovery {
  /// 0: there was none (only after a loss that was accepted).
  std::uint32_t backup = 0;
  /// Without a backup, the beginning of time.
  TimePoint backed_up_at;
  /// Or when the loss was accepted.
  TimePoint restored_at;
  /// It was told from a journal what was done since.
  bool is_replayed = false;
  /// The backup's; see Backup::journal.
  std::optional<JournalPlace> journal = {};
  /// No backup was copied: the store itself went on, without writes that had been durable (`serve --accept-loss`).  It holds what it held, which
  /// is later than the backup.
  bool is_after_loss = false;

  friend bool operator==(const Recovery&, const Recovery&) = default;
};

/// What the record at recovery_key() holds; written by who restores, who has no key to seal it with.
std::string encode_recovery(const Recovery& recovery);
/// nullopt: it cannot be read.
std::optional<Recovery> decode_recovery(std::string_view octets);

/// nullopt: the store is no restored one, or was released.  `store`: the engine, not what seals.  Codes: storage.*.
Task<Result<std::optional<Recovery>>> recovery_of(Store& store);

/// Writes down that it was told; `recovery`: what recovery_of() said.  Codes: storage.*.
Task<Status> note_replayed(Store& store, Recovery recovery);

/// From now on the store is as any other.  Does nothing where it is so already.  Codes: storage.*.
Task<Status> end_recovery(Store& store);

}  // namespace bauta
