#pragma once

#include <functional>

#include "routing/desk/calls.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// Further writes of a commit.
using AlsoWrite = std::function<void(Commit&)>;

/// Writes down who did what, and lets it be read.  What the relay does by itself, as the pool that it gives a sandbox, is nobody's: a caller without a
/// key of its own leaves no entry.  Thread-safe.
class Auditor {
 public:
  explicit Auditor(const Workbench& bench) : bench_(bench) {}

  /// Adds the entry to the commit of what it tells; of the caller's account.
  void write(Commit& commit, const Caller& caller, AuditNote note) const;
  /// The same of another account's log, for what the operator did to it.
  void write_to(Commit& commit, AccountId account, const Caller& caller, AuditNote note) const;
  /// The same, for a part that composes the commit.
  AlsoWrite also(const Caller& caller, AuditNote note) const;
  /// Of what is only read, and so has no commit: durable when it returns, which is before anything is shown.
  Task<Status> write_alone(Caller caller, AuditNote note) const;

  Task<Result<Page<AuditEntry>>> list(AccountId account, ListAudit request) const;

 private:
  const Workbench& bench_;
};

// What is said of what was made.
AuditNote note_of(const Service& service);
AuditNote note_of(const NewAccount& made);

}  // namespace bauta
