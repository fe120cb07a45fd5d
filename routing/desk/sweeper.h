#pragma once

#include "routing/desk/eraser.h"
#include "routing/desk/workbench.h"
#include "routing/sessions/timers.h"

namespace bauta {

/// Does what has come due: writes down ends of sessions (event, lines, name), and deletes texts whose retention is over.  Nothing hangs on
/// its promptness: who looks at a session judges it.
class Sweeper {
 public:
  Sweeper(const Workbench& bench, const Eraser& eraser) : bench_(bench), eraser_(eraser) {}

  struct Swept {
    std::size_t ended = 0;
    std::size_t forgotten = 0;
  };
  /// Errors: storage.*; what was not done stays due.
  Task<Result<Swept>> sweep() const;

 private:
  /// When to look again; none: there is nothing more to look for.
  using Again = std::optional<TimePoint>;
  Task<Result<Again>> write_end(DueTimer timer, Swept& swept) const;
  Task<Result<Again>> forget_texts(DueTimer timer, Swept& swept) const;
  Task<Status> settle(DueTimer timer, Again again) const;

  const Workbench& bench_;
  const Eraser& eraser_;
};

}  // namespace bauta
