#include "routing/outbox/due_end.h"

#include "pool/allocation/routes.h"

namespace bauta {

std::optional<Ending> due_end(const Circumstances& seen, TimePoint now) {
  if (!seen.service || !seen.session || seen.session->value.status == SessionStatus::closed)
    return std::nullopt;
  return judge(seen.session->value, seen.last_activity, now);
}

Task<Status> write_down_end(RelayParts parts, Circumstances seen, Ending ending, TimePoint now) {
  const Session& session = seen.session->value;
  const ServiceSettings& settings = seen.service->settings;
  const Sessions sessions(parts.store);
  const RouteTable routes(parts.store);
  const SessionCloser closer(parts.store, sessions, routes);
  const auto closed = co_await closer.close(
      {.service = session.service,
       .session = session.id,
       .ending = ending,
       .rest = {.cooling = settings.cooling_seconds, .forget_after = parts.limits.route_forget},
       .retention = settings.retention_seconds},
      now, parts.random);
  // Erased meanwhile: then its texts are gone as well.
  if (!closed && closed.error().code != "session.not_found")
    co_return std::unexpected(closed.error());
  co_return Status();
}

}  // namespace bauta
