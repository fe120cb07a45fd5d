#pragma once

#include "routing/desk/job.h"
#include "routing/desk/person_eraser.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// Takes jobs on, a step each in turn: a long one holds no short one back.  Called by one at a time.
class JobRunner {
 public:
  JobRunner(const Workbench& bench, const PersonEraser& eraser) : bench_(bench), eraser_(eraser) {}

  /// A step of every job that is open; how many there were.  What fails is tried again at the next call, and keeps no
  /// other job waiting.  Errors: the first, of storage.*.
  Task<Result<std::size_t>> work() const;

 private:
  const Workbench& bench_;
  const PersonEraser& eraser_;
};

}  // namespace bauta
