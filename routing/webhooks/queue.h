#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "routing/webhooks/progress.h"

namespace bauta {

/// Each a key of the configuration under [webhooks].
struct WebhookLimits {
  std::size_t in_flight_max = 8;
  /// Read and not yet delivered; with so many, no more are read.
  std::size_t open_events_max = 1'000;
  std::size_t attempts_kept_max = 50;
  Duration retry_backoff_first{1'000};
  Duration retry_backoff_max = std::chrono::hours{1};
  /// An event that is refused for so long disables its webhook.
  Duration give_up = std::chrono::hours{72};
};

/// What a webhook has still to be told, and what of it now.  In order in each session, sessions beside each other: the next event of a session
/// is handed over when the one before it was taken.  What is refused is tried again after a wait that doubles, and holds up its own session alone.
///
/// With kDownAfter different events refused in a row, and none taken between, the endpoint counts as down: one event at a time is tried, the
/// one tried least often, so that an event that the endpoint cannot bear does not hide that it is well again; then all go on at once.
///
/// Decides only: the events are read, and the endpoint is called, by whoever asks.  For one thread.
class WebhookQueue {
 public:
  static constexpr std::size_t kDownAfter = 5;

  /// How long a webhook that shuffles holds every second event.
  static constexpr Duration kOvertaken{2'000};

  /// `open`: the events of progress.open that there still are.
  WebhookQueue(const WebhookProgress& progress, std::vector<Event> open, WebhookLimits limits,
               Misbehaviour misbehaviour = {});
  /// Counts for events that are read from now on.
  void misbehave(Misbehaviour misbehaviour) { misbehaviour_ = misbehaviour; }

  /// The log is to be read on behind this, for at most room() events that are wanted.
  Position read_to() const { return read_to_; }
  std::size_t room() const;
  /// The next event of the log.
  void read(Event event, bool is_wanted);

  struct Taken {
    Event event;
    /// The first is 1.
    std::uint32_t attempt = 1;
  };
  /// What is to be handed over now; each is to be settled.
  std::vector<Taken> take_ready(TimePoint now);

  enum class Verdict : std::uint8_t {
    go_on,
    failing,  // an event was refused for too long: it is to be disabled
    gone      // the endpoint is no more: the same
  };
  Verdict settle(Position position, const EndpointAnswer& answer, TimePoint now, Random& random);

  /// When to call take_ready() again; none: not before something was settled or read.
  std::optional<TimePoint> next_due() const;
  /// Everything that waits may be tried now: the endpoint is another one, or somebody says that it is well.
  void forgive();
  /// The platform does not want these any more.
  void drop_unless(const std::function<bool(const Event&)>& is_wanted);

  bool is_down() const { return failing_.size() >= kDownAfter; }
  std::size_t open() const { return open_.size(); }
  /// When the oldest event that was not taken yet was made.
  std::optional<TimePoint> oldest() const;
  /// Since when an event is refused; none: nothing is.
  std::optional<TimePoint> failing_since() const;
  WebhookProgress progress() const;

 private:
  struct Entry {
    Event event;
    std::uint32_t attempts = 0;
    std::optional<TimePoint> first_failed_at = {};
    TimePoint not_before{};
    bool in_flight = false;
    /// Of the events of a line, one after the other is handed over: its session's, or its own where order is not kept.
    SessionId line{};
  };
  using Entries = std::map<Position, Entry>;

  void file(Entry entry);
  /// The first of its session is due at its time, unless it is being handed over.
  void file_head(SessionId session);
  void unfile(const Entry& entry);
  Taken take(Entry& entry);
  Verdict taken(Entries::iterator entry, TimePoint now);
  Verdict refused(Entry& entry, const EndpointAnswer& answer, TimePoint now, Random& random);
  Duration backoff(std::uint32_t times, Random& random) const;

  /// What goes out in order.
  SessionId line_of(const Event& event) const;

  WebhookLimits limits_;
  Misbehaviour misbehaviour_;
  bool holds_next_ = true;
  std::uint32_t generation_;
  Position read_to_;
  TimePoint paused_until_;
  Entries open_;
  std::map<SessionId, std::set<Position>> sessions_;
  /// The first events of all sessions that have none in flight.
  std::set<std::pair<TimePoint, Position>> due_;
  /// Refused since an event was last taken.
  std::set<Position> failing_;
  std::size_t in_flight_ = 0;
  std::uint32_t probes_ = 0;
};

}  // namespace bauta
