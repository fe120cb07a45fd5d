#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "routing/outbox/carrier_port.h"
#include "routing/outbox/relay_parts.h"
#include "storage/store/task.h"

namespace bauta {

struct LaneDriverOptions {
  /// This driver is `owner` of `owners`: it drives the partitions p with p mod owners = owner, and nobody else does.
  unsigned owner = 0;
  unsigned owners = 1;
  /// [relay] lanes_in_flight_max: lanes of this owner that take a step at the same time.
  std::size_t in_flight_max = 256;
  /// [relay] log_look_seconds: hints may be lost, so the work log is read on without one as well.
  std::chrono::milliseconds look_interval{5'000};
};

/// Drives the lanes of its partitions on one thread: reads the work log on when a hint or the clock says so, and steps the lanes that are
/// ready.  All it decides is when to ask; what is done, the Partition decides.  Everything runs on `executor`; the calls are made there.
class LaneDriver {
 public:
  /// `executor` is one thread's; parts and carriers outlive the driver.
  LaneDriver(const Executor& executor, LaneDriverOptions options, RelayParts parts,
             CarrierPort& carriers);
  ~LaneDriver();
  LaneDriver(const LaneDriver&) = delete;
  LaneDriver& operator=(const LaneDriver&) = delete;

  /// Reads what is open in the store and what a crash cut off, then begins to drive.  Error codes: storage.*.
  Task<Status> start();
  /// The clock was moved: what has come due by it is looked for now.  On its executor, as is_settled().
  void wake();
  /// Has no lane anything to do by now?
  bool is_settled() const;
  /// Takes up no more texts and returns when those on their way are settled, or at `patience`: what is left then is claimed, exactly as
  /// after a crash.  Returns how many lanes were left.
  Task<std::size_t> drain(std::chrono::milliseconds patience);

 private:
  class Impl;
  /// Shared with the coroutines that it spawned.
  std::shared_ptr<Impl> impl_;
};

}  // namespace bauta
