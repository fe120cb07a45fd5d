#include "storage/recovery/recovery.h"

#include "storage/recovery/recovery_mark.pb.h"
#include "storage/store/clear_keys.h"
#include "storage/store/records.h"

namespace bauta {

std::string encode_recovery(const Recovery& recovery) {
  records::RecoveryMark record;
  record.set_backup(recovery.backup);
  record.set_backed_up_at_ms(to_millis(recovery.backed_up_at));
  record.set_restored_at_ms(to_millis(recovery.restored_at));
  record.set_replayed(recovery.is_replayed);
  return record.SerializeAsString();
}

Task<Result<std::optional<Recovery>>> recovery_of(Store& store) {
  BAUTA_CO_TRY(const auto kept, co_await load<records::RecoveryMark>(store, recovery_key()));
  if (!kept) co_return std::optional<Recovery>{};
  co_return std::optional(Recovery{.backup = kept->value.backup(),
                                   .backed_up_at = from_millis(kept->value.backed_up_at_ms()),
                                   .restored_at = from_millis(kept->value.restored_at_ms()),
                                   .is_replayed = kept->value.replayed()});
}

Task<Status> note_replayed(Store& store, Recovery recovery) {
  recovery.is_replayed = true;
  Commit commit;
  commit.put(recovery_key(), encode_recovery(recovery));
  BAUTA_CO_CHECK(co_await commit_once(store, std::move(commit)));
  co_return Status();
}

/// Expects nothing: whoever does the same at the same moment does no harm, and an outcome that nobody knows is tried again.
Task<Status> end_recovery(Store& store) {
  Commit commit;
  commit.erase(recovery_key());
  BAUTA_CO_CHECK(co_await commit_once(store, std::move(commit)));
  co_return Status();
}

}  // namespace bauta
