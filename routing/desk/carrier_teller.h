#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>

#include "routing/desk/workbench.h"

namespace bauta {

/// Tells services that a carrier of theirs went down or came back: each once, in the log of every service that has a number whose own
/// connection it is.  What was told of as down is also kept, so that its return is told after a restart as well.
/// Keys: `down/<connection>`.
class CarrierTeller {
 public:
  explicit CarrierTeller(Workbench& bench) : bench_(bench) {}

  /// What was down when the process ended is tried with one text, and not told again.  Once, before the lanes start.
  Task<Status> recall();
  /// Tells what has not been told yet.  After an error, goes on with the services that were not reached.  A call at a time does so; others
  /// meanwhile do nothing.
  Task<Status> tell();

 private:
  Task<Status> tell_one(CarrierNews news);
  Task<Status> tell_some(CarrierNews news);
  Task<Result<std::set<ServiceId>>> concerned(std::string connection) const;

  Workbench& bench_;
  /// Shared with the call that does, which may end after this.
  std::shared_ptr<std::atomic<bool>> telling_ = std::make_shared<std::atomic<bool>>(false);
  /// Whom the news at hand has not reached; none: who they are is not known yet.
  std::optional<std::set<ServiceId>> not_reached_;
};

}  // namespace bauta
