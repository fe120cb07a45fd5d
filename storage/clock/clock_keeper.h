#pragma once

#include <chrono>
#include <optional>

#include "storage/clock/clock_judge.h"
#include "storage/clock/trusted_clock.h"
#include "storage/store/result.h"
#include "storage/store/store.h"
#include "storage/store/task.h"
#include "storage/store/turnstile.h"

namespace bauta {

/// Keeps in the store, as its record `clock/mark`, how far a TrustedClock has come and whether it doubts the wall clock, so that the next start
/// knows.  The mark never falls, save by confirm().
/// Thread-safe; one a store.
class ClockKeeper {
 public:
  /// Both outlive it.  `every`: how old the mark may become.
  ClockKeeper(Store& store, TrustedClock& clock, std::chrono::seconds every)
      : store_(store), clock_(clock), every_(every) {}

  /// Begins the clock from the mark.  Before anything else reads the clock.  Codes: storage.*.
  Task<Result<ClockState>> begin();
  /// Looks at the clock, and writes the mark if it is old or what is thought of the clock has changed.  To be called every second or so.
  /// Codes: storage.*; what was not written then is by a later call.
  Task<Result<ClockState>> keep();
  /// The wall clock is right, wherever it stands: durable before it is gone by.  Does nothing while it is trusted anyway.  Codes: storage.*;
  /// it is doubted as before then.
  Task<Result<ClockState>> confirm();

 private:
  Task<Status> write(ClockMark mark);

  Store& store_;
  TrustedClock& clock_;
  const std::chrono::seconds every_;
  /// So that no mark of before follows the one that confirm() writes.
  Turnstile<int> one_at_a_time_;
  /// What was written last, as far as is known; none: nothing.  This and what follows is touched by who is through the turnstile.
  std::optional<ClockMark> mark_ = {};
  /// Whether it stands in the store so.
  bool is_written_ = false;
};

}  // namespace bauta
