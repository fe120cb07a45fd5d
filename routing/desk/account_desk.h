#pragma once

#include <functional>
#include <optional>
#include <string>

#include "routing/desk/answer_book.h"
#include "routing/desk/auditor.h"
#include "routing/desk/calls.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// Who may use the relay: accounts, their services and their keys, each made in one commit with who made it and the answer that a replay gets.
/// Codes: those of Accounts, Services and ApiKeys, idempotency.in_flight, storage.*.
class AccountDesk {
 public:
  AccountDesk(Workbench& bench, const AnswerBook& answers, const Auditor& auditor)
      : bench_(bench), answers_(answers), auditor_(auditor) {}

  Task<Result<NewAccount>> create_account(Caller caller, std::string name,
                                          std::optional<TimePoint> key_expires_at,
                                          std::optional<Idempotent<NewAccount>> idempotent) const;
  /// Of the caller's account.
  Task<Result<Service>> create_service(Caller caller, std::string name, ServiceSettings settings,
                                       std::optional<Idempotent<Service>> idempotent) const;
  /// `service`: the name of the one that it is for; "": for all of the account.
  Task<Result<NewApiKey>> create_key(Caller caller, ApiKey key, std::string service,
                                     std::optional<Idempotent<ApiKey>> idempotent) const;

 private:
  /// Writes who did it, and the answer to them, into the commit of what was done.
  template <class T>
  std::function<void(Commit&, const T&)> recorded(const Caller& caller,
                                                  std::optional<Idempotent<T>> idempotent) const {
    return recorded<T>(caller, std::move(idempotent), [](const T& made) { return note_of(made); });
  }
  template <class T>
  std::function<void(Commit&, const T&)> recorded(const Caller& caller,
                                                  std::optional<Idempotent<T>> idempotent,
                                                  std::function<AuditNote(const T&)> tell) const {
    return [this, caller, kept = std::move(idempotent), tell = std::move(tell)](Commit& commit,
                                                                                const T& made) {
      auditor_.write(commit, caller, tell(made));
      if (kept) answers_.write(commit, caller.service.id, {}, kept->mark, kept->render(made));
    };
  }

  Workbench& bench_;
  const AnswerBook& answers_;
  const Auditor& auditor_;
};

}  // namespace bauta
