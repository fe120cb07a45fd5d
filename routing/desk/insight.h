#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "routing/desk/calls.h"
#include "routing/desk/workbench.h"
#include "routing/messages/explainer.h"
#include "routing/outbox/breakers.h"

namespace bauta {

/// A moment of a text's life.
struct TraceStep {
  TimePoint at{};
  /// "message.sent", as events are called.
  std::string type = {};
  /// Of which recipient; nil: of the text itself.
  SeatId to = {};
  std::string connection = {};
  std::string code = {};
  /// The event that told it; none: only the delivery's record does.
  std::optional<EventId> event = {};
};

struct MessageTrace {
  MessageView view;
  /// The oldest first.
  std::vector<TraceStep> steps = {};
  /// Connections of what goes on that are down: nothing is tried there for a while.
  std::map<std::string, BreakerView> down = {};
  /// False: so much happened in the service meanwhile that not all of it was looked through; steps may be missing.
  bool is_complete = true;
};

/// Texts that wait for one connection, by how long they have waited: up to each limit, and longer than the last.
inline constexpr std::array<std::chrono::seconds, 5> kQueueAges = {
    std::chrono::seconds(1), std::chrono::seconds(10), std::chrono::minutes(1),
    std::chrono::minutes(10), std::chrono::hours(1)};
struct QueueOfConnection {
  std::array<std::uint64_t, kQueueAges.size() + 1> waiting = {};
  /// Of these, handed to the carrier without its answer, or with an answer that said nothing.
  std::uint64_t claimed = 0;
  std::uint64_t unknown = 0;
  /// When the oldest came.
  std::optional<TimePoint> oldest = {};
  /// It is down, and nothing is tried there for a while; none: it is not.
  std::optional<BreakerView> breaker = {};
};

struct WaitingTexts {
  /// By the connection that their numbers leave by.
  std::map<std::string, QueueOfConnection> connections = {};
  /// False: more wait in all services together than are looked at at once; these are the ones found until then.
  bool is_complete = true;
};

/// Answers to "what would happen", "what happened" and "what waits".  Reads only, gives way to others on its thread, and looks at a bounded number
/// of records whatever the store holds.  Thread-safe.
class Insight {
 public:
  static constexpr std::size_t kEventsMax = 20'000;
  static constexpr std::size_t kEntriesMax = 20'000;

  struct Limits {
    std::size_t events_max = kEventsMax;
    std::size_t entries_max = kEntriesMax;
  };
  explicit Insight(const Workbench& bench) : Insight(bench, Limits{}) {}
  Insight(const Workbench& bench, Limits limits) : bench_(bench), limits_(limits) {}

  Task<Result<Explanation>> explain(ServiceId service, SupposedText text) const;
  /// Codes: message.not_found, also of one that had no recipient.
  Task<Result<MessageTrace>> trace(ServiceId service, MessageId message) const;
  /// Those of one service; none: of all.
  Task<Result<WaitingTexts>> waiting(std::optional<ServiceId> service) const;

 private:
  Task<Status> add_events(MessageTrace& trace, ServiceId service) const;
  Task<Status> add_what_is_down(MessageTrace& trace) const;

  const Workbench& bench_;
  Limits limits_;
};

}  // namespace bauta
