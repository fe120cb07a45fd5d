#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "routing/sessions/session.h"

namespace bauta {

/// What a session's timer is about.  On disk by number: never renumber.
enum class TimerKind : std::uint8_t {
  /// Its time may be over.
  ending = 1,
  /// Its texts have been kept long enough.
  retention = 2
};

/// A session that something may be due for.
struct DueTimer {
  Key key;
  TimePoint at;
  TimerKind kind = TimerKind::ending;
  ServiceId service;
  SessionId session;
};

/// Lazy timers: `due/<p>/<time>/<kind>/<svc>/<id>`, without a value.  A timer says when to look, never what is true: who finds one due reads
/// the session, and files anew what is not yet due.  So what changes a session files a timer more, and takes none back.
/// Thread-safe, reads no clock.
class Timers {
 public:
  /// So many parts, by session; each may have another owner one day.
  static constexpr std::uint32_t kParts = 256;

  explicit Timers(Store& store) : store_(store) {}

  static void file(Commit& commit, TimerKind kind, TimePoint at, ServiceId service,
                   SessionId session);
  /// Files when the session ends by its clocks as they stand, if it has any.
  static void file_ending(Commit& commit, const Session& session,
                          std::optional<TimePoint> last_activity);
  /// Those of one part that are due at `now`, oldest first, at most `most`.
  Task<Result<std::vector<DueTimer>>> due(std::uint32_t part, TimePoint now,
                                          std::uint32_t most) const;

 private:
  Store& store_;
};

/// When the session ends by its own clocks if nothing more is said in it; none: it has none.
std::optional<TimePoint> next_end(const Session& session, std::optional<TimePoint> last_activity);

}  // namespace bauta
