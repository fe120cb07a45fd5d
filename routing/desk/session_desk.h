#pragma once

#include "routing/desk/calls.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// Shows, lists and changes sessions.
class SessionDesk {
 public:
  explicit SessionDesk(const Workbench& bench) : bench_(bench) {}

  Task<Result<SessionView>> show(ServiceId service, SessionId id) const;
  /// The newest first.  A page may be short or empty and still have a cursor: it looks at so many sessions and no more.  By `unique_name` the
  /// session that has the name stands first on the first page; those that had it follow.
  Task<Result<Page<SessionView>>> list(ServiceId service, ListSessions request) const;
  Task<Result<Page<SessionView>>> search(ServiceId service, SearchSessions request) const;
  Task<Result<SessionView>> change(ServiceId service, SessionId id, ChangeSession request) const;

 private:
  Task<Result<std::optional<SessionView>>> holder_of(ServiceId service, std::string unique_name,
                                                     TimePoint now) const;
  Task<Result<SessionState>> find(ServiceId service, SessionId id) const;
  Task<Result<bool>> try_change(ServiceId service, SessionId id, ChangeSession request) const;
  Task<Result<SessionView>> view_of(SessionState state, TimePoint now) const;
  Task<Result<SessionView>> reopen(ServiceId service, SessionId id, ChangeSession request) const;
  Task<Result<bool>> try_reopen(ServiceId service, SessionId id, ChangeSession request) const;
  Task<Status> take_lines_back(Commit& commit, Session session, TimePoint now) const;
  Task<Result<SessionView>> close(ServiceId service, SessionId id,
                                  std::optional<Version> if_match) const;

  const Workbench& bench_;
};

}  // namespace bauta
