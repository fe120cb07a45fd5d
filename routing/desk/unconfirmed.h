#pragma once

#include "routing/desk/workbench.h"
#include "routing/outbox/delivery.h"

namespace bauta {

/// Ends what was sent and never had a receipt.  The event log is its timer: it tells of every text that was sent, in the order of time, so a
/// cursor that follows 72 hours behind meets each once, and no text costs a timer of its own.
/// Keys: `confirm/<svc>`, the position of the last event looked at.
class Unconfirmed {
 public:
  explicit Unconfirmed(const Workbench& bench) : bench_(bench) {}

  /// How many ended.  Errors: storage.*; what was not looked at is looked at the next time.
  Task<Result<std::size_t>> end_old() const;

 private:
  Task<Result<std::size_t>> end_old_of(ServiceId service) const;
  Task<Result<bool>> end_one(ServiceId service, Event event, TimePoint sent_before) const;

  const Workbench& bench_;
};

}  // namespace bauta
