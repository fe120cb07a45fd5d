#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "routing/outbox/lane.h"

namespace bauta {

/// The lanes of a partition that hold texts, and which of them is looked at next.  A lane, once there, stays where it is in memory until it
/// is erased.  Not thread-safe.
class Lanes {
 public:
  /// It is there.
  Lane& at(const LaneKey& key) { return lanes_.at(key); }
  /// With its key as it is kept here; nullptr: it is not there.
  std::pair<const LaneKey*, Lane*> find(const LaneKey& key);
  std::pair<const LaneKey*, Lane*> find_or_add(const LaneKey& key);
  /// Of a lane that runs.
  void erase(const LaneKey& key) { lanes_.erase(key); }

  /// A lane that does not run (any more) is to be looked at then, whatever was said before.
  void schedule(const LaneKey& key, Lane& lane, TimePoint due);
  /// Lanes that are due at `now`, at most `most`, which run from now on.  Services take turns, so that one with many lanes does not keep the
  /// others waiting; of each the lane that waits longest comes first.
  std::vector<LaneKey> take_ready(TimePoint now, std::size_t most);
  /// The earliest moment at which a lane that does not run is due.
  std::optional<TimePoint> next_due() const;
  /// Of the lanes that do not run, those that met a shut breaker before so many had closed are due at once.
  void wake_barred(std::uint64_t closings);
  /// Since when the oldest text that waits does.
  std::optional<TimePoint> oldest_text() const;

 private:
  std::optional<LaneKey> take_next(TimePoint now);

  std::map<LaneKey, Lane> lanes_;
  /// Lanes that do not run, by service (none without any) and by when they are due.
  std::map<ServiceId, std::set<std::pair<TimePoint, LaneKey>>> due_;
  /// Whose lane was taken last.
  ServiceId served_last_{};
};

}  // namespace bauta
