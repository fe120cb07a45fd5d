#pragma once

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "routing/desk/calls.h"
#include "routing/desk/workbench.h"
#include "storage/store/mutex.h"

namespace bauta {

/// Which marks have a request that runs in this process.  Each of these holds it, and may be cut off after the desk is gone.  Thread-safe.
class RunningMarks {
 public:
  using MarkId = std::pair<ServiceId, std::string>;
  bool start(const MarkId& mark) {
    const MutexLock lock(mutex_);
    return running_.insert(mark).second;
  }
  void finish(const MarkId& mark) {
    const MutexLock lock(mutex_);
    running_.erase(mark);
  }

 private:
  Mutex mutex_;
  std::set<MarkId> running_ BAUTA_GUARDED_BY(mutex_);
};

/// The answers to POSTs that brought an Idempotency-Key: kept for a day, and in the commit of the effect where there is one.
class AnswerBook {
 public:
  explicit AnswerBook(const Workbench& bench) : bench_(bench) {}

  Task<Result<std::optional<KeptAnswer>>> kept(ServiceId service, IdempotencyMark mark) const;
  Task<Status> keep(ServiceId service, IdempotencyMark mark, KeptAnswer answer) const;
  /// Puts `answer` in the place of the one that was kept with the effect, which said less.
  Task<Status> amend(ServiceId service, IdempotencyMark mark, KeptAnswer answer) const;

  /// Adds the answer to the commit of its effect: expects that there is none yet.  Erased with `session`; nil: of none.  `now`: for an effect
  /// that moves the clock, when it will be.
  void write(Commit& commit, ServiceId service, SessionId session, const IdempotencyMark& mark,
             const KeptAnswer& answer, std::optional<TimePoint> now = {}) const;
  /// For who lost a conflict: did the same request win it, in another process?  Codes: idempotency.in_flight (its answer is there, or will
  /// be: ask again).
  Task<Status> refuse_if_written(ServiceId service, IdempotencyMark mark) const;
  /// What erases the kept answers of a session: they repeat its addresses and texts.  At most `most` of them; more: call again.
  Task<Result<std::vector<Key>>> keys_of(ServiceId service, SessionId session,
                                         std::uint32_t most) const;

  const std::shared_ptr<RunningMarks>& running() const { return running_; }

 private:
  Key key_of(ServiceId service, const IdempotencyMark& mark) const;

  const Workbench& bench_;
  const std::shared_ptr<RunningMarks> running_ = std::make_shared<RunningMarks>();
};

}  // namespace bauta
