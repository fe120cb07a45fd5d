#include "routing/accounts/audit.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "routing/accounts/account.pb.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr std::uint32_t kPage = 500;
/// Entries are stamped before they are committed, by the clocks of several relays.
constexpr std::chrono::minutes kDisorder{10};

constexpr std::array<std::pair<AuditAction, std::string_view>, 18> kActions{{
    {AuditAction::account_created, "account.created"},
    {AuditAction::key_created, "key.created"},
    {AuditAction::key_revoked, "key.revoked"},
    {AuditAction::number_added, "number.added"},
    {AuditAction::number_changed, "number.changed"},
    {AuditAction::number_draining, "number.draining"},
    {AuditAction::number_removed, "number.removed"},
    {AuditAction::numbers_imported, "numbers.imported"},
    {AuditAction::person_erased, "person.erased"},
    {AuditAction::person_exported, "person.exported"},
    {AuditAction::service_changed, "service.changed"},
    {AuditAction::service_created, "service.created"},
    {AuditAction::service_removed, "service.removed"},
    {AuditAction::session_erased, "session.erased"},
    {AuditAction::webhook_changed, "webhook.changed"},
    {AuditAction::webhook_created, "webhook.created"},
    {AuditAction::webhook_removed, "webhook.removed"},
    {AuditAction::webhook_secret_rotated, "webhook.secret_rotated"},
}};

std::string encode(const AuditEntry& entry) {
  records::AuditEntry record;
  record.set_action(std::string(audit_action_name(entry.action)));
  record.set_at_ms(to_millis(entry.at));
  if (entry.actor.key) {
    record.set_key(std::string(entry.actor.key->bytes()));
    record.set_account(std::string(entry.actor.account.bytes()));
  }
  record.set_request_id(entry.actor.request_id);
  record.set_service(entry.service);
  record.set_object(entry.object);
  for (const auto& [name, value] : entry.details) {
    auto* const detail = record.add_details();
    detail->set_name(name);
    detail->set_value(value);
  }
  return record.SerializeAsString();
}

bool passes(const AuditEntry& entry, const AuditFilter& filter) {
  if (filter.action && entry.action != *filter.action) return false;
  if (filter.created_after && entry.at <= *filter.created_after) return false;
  return !filter.created_before || entry.at < *filter.created_before;
}

}  // namespace

std::string_view audit_action_name(AuditAction action) {
  const auto found =
      std::ranges::find(kActions, action, &std::pair<AuditAction, std::string_view>::first);
  BAUTA_ASSERT(found != kActions.end());
  return found->second;
}

std::optional<AuditAction> parse_audit_action(std::string_view name) {
  const auto found =
      std::ranges::find(kActions, name, &std::pair<AuditAction, std::string_view>::second);
  if (found == kActions.end()) return std::nullopt;
  return found->first;
}

Key AuditLog::prefix(AccountId account) { return Key("audit").id(account); }

void AuditLog::append(Commit& commit, AccountId account, const AuditEntry& entry, Duration keep) {
  commit.append(prefix(account), encode(entry), entry.at + keep);
}

Result<AuditEntry> AuditLog::decode(const KeyedRecord& keyed) {
  records::AuditEntry record;
  const bool parsed = record.ParseFromString(keyed.record.value);
  const auto action = parse_audit_action(record.action());
  if (!parsed || !action)
    return fail("storage.corrupt", "an entry of the audit log cannot be read; restore a backup");
  AuditEntry entry{.action = *action,
                   .at = from_millis(record.at_ms()),
                   .actor = {.request_id = record.request_id()},
                   .service = record.service(),
                   .object = record.object()};
  if (record.has_key()) {
    BAUTA_TRY(entry.actor.key, ApiKeyId::from_bytes(record.key()));
    BAUTA_TRY(entry.actor.account, AccountId::from_bytes(record.account()));
  }
  for (const auto& detail : record.details())
    entry.details.emplace_back(detail.name(), detail.value());
  KeyReader key(keyed.key, "audit");
  key.id<AccountTag>();
  entry.sequence = key.u64();
  return entry;
}

Task<Result<AuditPage>> AuditLog::newest(AccountId account, AuditFilter filter,
                                         std::optional<Position> before,
                                         std::uint32_t limit) const {
  auto request = ScanRequest::prefix(prefix(account));
  request.direction = Direction::backward;
  request.records_max = kPage;
  if (before) request.after = prefix(account).u64(*before);
  AuditPage page;
  for (std::uint32_t read = 0; read < kReadMax;) {
    BAUTA_CO_TRY(const auto scanned, co_await store_.scan(request));
    for (const KeyedRecord& keyed : scanned.records) {
      ++read;
      BAUTA_CO_TRY(auto entry, decode(keyed));
      if (filter.created_after && entry.at + kDisorder <= *filter.created_after) {
        page.next.reset();
        co_return page;
      }
      if (!passes(entry, filter)) {
        page.next = entry.sequence;
        continue;
      }
      // One that has no room any more: so there is a next page.
      if (page.entries.size() == limit) co_return page;
      page.next = entry.sequence;
      page.entries.push_back(std::move(entry));
    }
    if (!scanned.more) {
      page.next.reset();
      co_return page;
    }
    request.after =
        scanned.records.empty() ? scanned.resume_after : std::optional(scanned.records.back().key);
  }
  co_return page;
}

}  // namespace bauta
