#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "routing/events/event_log.h"
#include "routing/webhooks/endpoint_port.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/reached.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/trace.h"

namespace bauta::simulation {

/// Where a platform hears of its service's events.  Refuses, asks to be left alone, is down for a while, and takes what its answer
/// then does not tell.  Outlives the relay's crashes, and judges what docs/webhooks.md promises: every event comes, each session's in their
/// order, and again only for a reason: an answer that did not come, or a crash.
class Endpoint {
 public:
  Endpoint(Schedule& schedule, Chance chance, Trace& trace, Reached& reached)
      : schedule_(schedule), chance_(chance), trace_(trace), reached_(reached) {}

  /// From now on it takes everything at once.
  void be_well() { well_ = true; }
  void crashed() { ++crashes_; }
  const std::optional<Broken>& broken() const { return broken_; }

  /// How long an answer takes.
  Micros latency();
  EndpointAnswer take(const Event& event);
  /// The relay has the answer.
  void answered(const Event& event, const EndpointAnswer& answer);

  /// Everything has come to rest: these are what the log still holds.
  void all_told(const std::set<Position>& events);

 private:
  struct Told {
    /// How many crashes there had been when the relay was told that it was taken.
    std::optional<std::uint64_t> known_at = {};
  };
  EndpointAnswer refusal();
  void taken(const Event& event);
  void breaks(int promise, std::string what);

  Schedule& schedule_;
  Chance chance_;
  Trace& trace_;
  Reached& reached_;
  bool well_ = false;
  Micros down_until_{0};
  std::uint64_t crashes_ = 0;
  std::map<Position, Told> told_;
  /// The last that was taken of each session.
  std::map<SessionId, Position> last_;
  std::optional<Broken> broken_;
};

}  // namespace bauta::simulation
