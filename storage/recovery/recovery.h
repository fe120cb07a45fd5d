#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/store/clock.h"
#include "storage/store/result.h"
#include "storage/store/store.h"
#include "storage/store/task.h"

namespace bauta {

/// A store that was restored from a backup and not yet released: it does not know what was done since the backup, so nothing may leave it.
struct Recovery {
  std::uint32_t backup = 0;
  TimePoint backed_up_at;
  TimePoint restored_at;
  /// It was told from a journal what was done since.
  bool is_replayed = false;

  friend bool operator==(const Recovery&, const Recovery&) = default;
};

/// What the record at recovery_key() holds; written by who restores, who has no key to seal it with.
std::string encode_recovery(const Recovery& recovery);

/// nullopt: the store is no restored one, or was released.  `store`: the engine, not what seals.  Codes: storage.*.
Task<Result<std::optional<Recovery>>> recovery_of(Store& store);

/// Writes down that it was told; `recovery`: what recovery_of() said.  Codes: storage.*.
Task<Status> note_replayed(Store& store, Recovery recovery);

/// From now on the store is as any other.  Does nothing where it is so already.  Codes: storage.*.
Task<Status> end_recovery(Store& store);

}  // namespace bauta
