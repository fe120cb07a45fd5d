#include <algorithm>

#include "routing/sessions/session.h"

namespace bauta {

std::optional<Ending> judge(const Session& session, std::optional<TimePoint> last_activity,
                            TimePoint now) {
  if (session.status == SessionStatus::closed)
    return Ending{.at = session.closed_at.value_or(session.created_at),
                  .reason = session.closed_reason};
  std::optional<Ending> ending;
  if (session.expires_at && *session.expires_at <= now)
    ending = Ending{.at = *session.expires_at, .reason = ClosedReason::expired};
  if (session.idle_ttl) {
    const TimePoint began = session.reopened_at.value_or(session.created_at);
    const TimePoint idle_at = std::max(began, last_activity.value_or(began)) + *session.idle_ttl;
    if (idle_at <= now && (!ending || idle_at < ending->at))
      ending = Ending{.at = idle_at, .reason = ClosedReason::idle};
  }
  return ending;
}

}  // namespace bauta
