#pragma once

#include "routing/desk/desk.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// Shows, lists and changes sessions.
class SessionDesk {
 public:
  explicit SessionDesk(const Workbench& bench) : bench_(bench) {}

  Task<Result<SessionView>> show(ServiceId service, SessionId id) const;
  Task<Result<Page<SessionView>>> list(ServiceId service, ListSessions request) const;
  Task<Result<Page<SessionView>>> search(ServiceId service, SearchSessions request) const;
  Task<Result<SessionView>> change(ServiceId service, SessionId id, ChangeSession request) const;

 private:
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
