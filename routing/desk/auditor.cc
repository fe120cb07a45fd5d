#include "routing/desk/auditor.h"

#include <charconv>
#include <utility>

namespace bauta {

namespace {

std::string service_of(const AuditNote& note, const Caller& caller) {
  if (note.is_of_account) return {};
  return note.service.empty() ? caller.service.name : note.service;
}

}  // namespace

void Auditor::write(Commit& commit, const Caller& caller, AuditNote note) const {
  write_to(commit, caller.key.account, caller, std::move(note));
}

void Auditor::write_to(Commit& commit, AccountId account, const Caller& caller,
                       AuditNote note) const {
  if (caller.key.id.is_nil()) return;
  AuditLog::append(commit, account,
                   {.action = note.action,
                    .at = bench_.parts.clock.now(),
                    .actor = {.key = caller.key.id,
                              .account = caller.key.account,
                              .request_id = caller.request_id},
                    .service = service_of(note, caller),
                    .object = std::move(note.object),
                    .details = std::move(note.details)},
                   bench_.parts.limits.audit_keep);
}

AlsoWrite Auditor::also(const Caller& caller, AuditNote note) const {
  return [this, caller, note = std::move(note)](Commit& commit) { write(commit, caller, note); };
}

Task<Status> Auditor::write_alone(Caller caller, AuditNote note) const {
  if (caller.key.id.is_nil()) co_return Status{};
  Commit commit;
  write(commit, caller, std::move(note));
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_CHECK(co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return Status{};
}

Task<Result<Page<AuditEntry>>> Auditor::list(AccountId account, ListAudit request) const {
  std::optional<Position> before;
  if (!request.cursor.empty()) {
    Position position = 0;
    const char* const end = request.cursor.data() + request.cursor.size();
    const auto [stop, error] = std::from_chars(request.cursor.data(), end, position);
    if (error != std::errc() || stop != end)
      co_return fail("cursor.malformed", "use the next_cursor of an answer as it stands");
    before = position;
  }
  const AuditLog log(bench_.parts.store);
  BAUTA_CO_TRY(auto found, co_await log.newest(account, request.filter, before, request.limit));
  Page<AuditEntry> page{.data = std::move(found.entries), .next_cursor = {}};
  if (found.next) page.next_cursor = std::to_string(*found.next);
  co_return page;
}

AuditNote note_of(const ApiKey& key, std::string service) {
  std::string scopes;
  for (const Scope scope : key.scopes)
    scopes.append(scopes.empty() ? "" : " ").append(scope_name(scope));
  AuditNote note{.action = AuditAction::key_created,
                 .object = key.id.str(),
                 .details = {{"scopes", scopes}},
                 .is_of_account = !key.service,
                 .service = std::move(service)};
  if (key.expires_at)
    note.details.emplace_back("expires_at", std::to_string(to_millis(*key.expires_at)));
  return note;
}

AuditNote note_of(const Service& service) {
  return {.action = AuditAction::service_created,
          .object = service.id.str(),
          .details = {{"name", service.name}},
          .is_of_account = true};
}

AuditNote note_of(const NewAccount& made) {
  return {.action = AuditAction::account_created,
          .object = made.account.id.str(),
          .details = {{"name", made.account.name}, {"key", made.key.key.id.str()}},
          .is_of_account = true};
}

}  // namespace bauta
