#include "routing/sessions/timers.h"

#include <algorithm>

namespace bauta {
namespace {

std::uint32_t part_of(SessionId session) {
  // The last octets of an id are random.
  return std::to_integer<std::uint32_t>(session.bits().back()) % Timers::kParts;
}

Key part_key(std::uint32_t part) { return Key("due").u64(part); }

}  // namespace

void Timers::file(Commit& commit, TimerKind kind, TimePoint at, ServiceId service,
                  SessionId session) {
  commit.put(part_key(part_of(session))
                 .u64(static_cast<std::uint64_t>(to_millis(at)))
                 .u64(static_cast<std::uint64_t>(kind))
                 .id(service)
                 .id(session),
             {});
}

void Timers::file_ending(Commit& commit, const Session& session,
                         std::optional<TimePoint> last_activity) {
  if (const auto end = next_end(session, last_activity))
    file(commit, TimerKind::ending, *end, session.service, session.id);
}

Task<Result<std::vector<DueTimer>>> Timers::due(std::uint32_t part, TimePoint now,
                                                std::uint32_t most) const {
  auto request = ScanRequest::prefix(part_key(part));
  request.to = part_key(part).u64(static_cast<std::uint64_t>(to_millis(now)) + 1);
  request.records_max = most;
  BAUTA_CO_TRY(auto page, co_await store_.scan(std::move(request)));
  std::vector<DueTimer> timers;
  for (KeyedRecord& record : page.records) {
    KeyReader reader(record.key, "due");
    reader.u64();
    const auto at = from_millis(static_cast<std::int64_t>(reader.u64()));
    const auto kind = static_cast<TimerKind>(reader.u64());
    const auto service = reader.id<ServiceTag>();
    const auto session = reader.id<SessionTag>();
    timers.push_back({.key = std::move(record.key),
                      .at = at,
                      .kind = kind,
                      .service = service,
                      .session = session});
  }
  co_return timers;
}

std::optional<TimePoint> next_end(const Session& session, std::optional<TimePoint> last_activity) {
  std::optional<TimePoint> end = session.expires_at;
  if (!session.idle_ttl) return end;
  const TimePoint began = session.reopened_at.value_or(session.created_at);
  const TimePoint idle_at = std::max(began, last_activity.value_or(began)) + *session.idle_ttl;
  return end ? std::min(*end, idle_at) : idle_at;
}

}  // namespace bauta
