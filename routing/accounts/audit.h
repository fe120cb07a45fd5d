#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/store/clock.h"
#include "storage/store/records.h"

namespace bauta {

/// What somebody did.  On disk by name (audit_action_name): never rename.
enum class AuditAction : std::uint8_t {
  account_created,
  key_created,
  key_revoked,
  number_added,
  number_changed,
  number_draining,
  number_removed,
  numbers_imported,
  person_erased,
  person_exported,
  service_changed,
  service_created,
  service_removed,
  session_erased,
  webhook_changed,
  webhook_created,
  webhook_removed,
  webhook_secret_rotated
};
std::string_view audit_action_name(AuditAction action);  // "key.created"
/// nullopt: there is no such action.
std::optional<AuditAction> parse_audit_action(std::string_view name);

/// Whose hand it was: a key, or a command on the relay's own machine.
struct AuditActor {
  /// None: a command line.
  std::optional<ApiKeyId> key = {};
  /// Of the key; nil: a command line's.
  AccountId account = {};
  /// Under which the answer went out; "": a command line's.
  std::string request_id = {};
};

/// Ids, virtual numbers, names of settings; never an address, a text, a secret, nor what a platform may write freely (labels, URLs).
struct AuditEntry {
  AuditAction action = AuditAction::account_created;
  TimePoint at{};
  AuditActor actor = {};
  /// The name of the service that it was about; "": of none.
  std::string service = {};
  /// What it was done to: an id, a virtual number; "": a person, who is not named here.
  std::string object = {};
  /// More of it, in order; `expires_at` in milliseconds.
  std::vector<std::pair<std::string, std::string>> details = {};
  /// Its position in its account's log; known on reading only.
  Position sequence = 0;
};

struct AuditFilter {
  std::optional<AuditAction> action = {};
  std::optional<TimePoint> created_after = {};
  std::optional<TimePoint> created_before = {};
};

struct AuditPage {
  std::vector<AuditEntry> entries;
  /// Go on below it; none: there is no more.
  std::optional<Position> next;
};

/// Who did what, of each account: `audit/<acct>/<position>`.  An entry is appended in the commit of what it tells, so that there is none of what was
/// not done, and nothing was done that has none.  Thread-safe, reads no clock.
class AuditLog {
 public:
  /// What one call reads at most: a page of a rare action may come out empty, with a `next`.
  static constexpr std::uint32_t kReadMax = 5'000;

  explicit AuditLog(Store& store) : store_(store) {}

  static Key prefix(AccountId account);
  /// Forgotten `keep` after it was written.
  static void append(Commit& commit, AccountId account, const AuditEntry& entry, Duration keep);
  /// Codes: storage.corrupt.
  static Result<AuditEntry> decode(const KeyedRecord& keyed);

  /// Newest first below `before` (none: the newest), at most `limit` of those that pass.
  Task<Result<AuditPage>> newest(AccountId account, AuditFilter filter,
                                 std::optional<Position> before, std::uint32_t limit) const;

 private:
  Store& store_;
};

}  // namespace bauta
