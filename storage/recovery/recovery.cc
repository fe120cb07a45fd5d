#include "storage/recovery/recovery.h"

#include "storage/recovery/recovery_mark.pb.h"
#include "storage/store/clear_keys.h"
#include "storage/store/records.h"

namespace bauta {

namespace {

Recovery recovery_in(const records::RecoveryMark& record) {
  Recovery recovery{.backup = record.backup(),
                    .backed_up_at = from_millis(record.backed_up_at_ms()),
                    .restored_at = from_millis(record.restored_at_ms()),
                    .is_replayed = record.replayed(),
                    .is_after_loss = record.after_loss()};
  if (record.has_journal_file())
    recovery.journal = {.file = record.journal_file(),
                        .entry = record.journal_entry(),
                        .begun_at = from_millis(record.journal_begun_at_ms())};
  return recovery;
}

}  // namespace

std::string encode_recovery(const Recovery& recovery) {
  records::RecoveryMark record;
  record.set_backup(recovery.backup);
  record.set_backed_up_at_ms(to_millis(recovery.backed_up_at));
  record.set_restored_at_ms(to_millis(recovery.restored_at));
  record.set_replayed(recovery.is_replayed);
  if (recovery.journal) {
    record.set_journal_file(recovery.journal->file);
    record.set_journal_entry(recovery.journal->entry);
    record.set_journal_begun_at_ms(to_millis(recovery.journal->begun_at));
  }
  if (recovery.is_after_loss) record.set_after_loss(true);
  return record.SerializeAsString();
}

std::optional<Recovery> decode_recovery(std::string_view octets) {
  records::RecoveryMark record;
  if (!record.ParseFromString(std::string(octets))) return std::nullopt;
  return recovery_in(record);
}

Task<Result<std::optional<Recovery>>> recovery_of(Store& store) {
  BAUTA_CO_TRY(const auto kept, co_await load<records::RecoveryMark>(store, recovery_key()));
  if (!kept) co_return std::optional<Recovery>{};
  co_return std::optional(recovery_in(kept->value));
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
