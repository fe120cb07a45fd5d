#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "routing/outbox/carrier_port.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/relay_parts.h"
#include "routing/outbox/stage.h"

namespace bauta {

/// The lanes of one partition of the work log, driven by its one owner: reads the log on, and takes lanes a step further when asked.
/// A lane hands over one text at a time, in the order of the log (promise 5); a text leaves only after its claim is durable (promises
/// 3, 4 and 6).  All calls on one thread (the owner's); calls may overlap at their waits, but only one step() runs per lane.
/// Sans-IO: the way out is a CarrierPort, the time is the clock's, and who drives asks next_due() how long to sleep.
class Partition {
 public:
  static constexpr Position kSpanMax = 10'000;

  /// `stages` are asked in their order, and outlive this.  A text that waits while the log grows by `span_max` is appended again, so that a start
  /// has not much more than that to read.
  Partition(std::uint32_t partition, RelayParts parts, CarrierPort& carriers,
            std::vector<Stage*> stages = {}, Position span_max = kSpanMax);
  ~Partition();
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;

  /// Reads the log from its low-water mark.  What is found claimed was cut off by a crash: it becomes unknown, and its crash count grows;
  /// at the limit it ends as poison.  Must have returned without error before anything else is called; may be called again after one.
  Task<Status> start();
  /// Reads on what was committed since.  After a hint, and now and then without one.
  Task<Status> read_on();
  /// Lanes that have something to do at `now`, at most `most`: services take turns, and of each the lane that waits longest comes first.
  /// Each is marked as running: step() each of them exactly once.
  std::vector<LaneKey> take_ready(TimePoint now, std::size_t most = 1'000'000);
  /// Takes the lane's head as far as it goes: claim, submit, outcome; or a look at what it waits for.
  Task<void> step(LaneKey lane);
  /// The earliest moment at which a lane that is not running has something to do; none: only the log can bring work.
  std::optional<TimePoint> next_due() const;

  std::size_t texts_waiting() const;
  /// When the oldest text that waits was received.
  std::optional<TimePoint> oldest_waiting() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bauta
