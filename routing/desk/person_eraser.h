#pragma once

#include <functional>

#include "routing/desk/answer_book.h"
#include "routing/desk/eraser.h"
#include "routing/desk/job.h"
#include "routing/desk/person_sessions.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// Erases what a service has stored about a person, in whichever spellings of their address they were entered, as a job: every session that they take part in, or did, when it is asked for, as a whole (what
/// their counterparts said is said to them), Bauta's own texts to them, whom they had which number with, and a consent that they gave.
/// What stays holds a hash, a virtual number and a time: the lines that cool (promise 1), and their STOP (promise 6).
///
/// All sessions are closed before anything is counted, and all is counted before anything is erased: a crash makes no count untrue.
class PersonEraser {
 public:
  PersonEraser(const Workbench& bench, const AnswerBook& answers, const Eraser& eraser)
      : bench_(bench), answers_(answers), eraser_(eraser) {}

  /// Codes: service.not_found, idempotency.in_flight, storage.contended.
  Task<Result<Job>> begin(ServiceId service, RealAddress address,
                          std::optional<Idempotent<Job>> idempotent,
                          std::function<void(Commit&, const Job&)> also = {}) const;
  /// One bounded step.  A conflict changes nothing: the job is done by somebody else, too.
  Task<Status> step(Stored<Job> job) const;

 private:
  enum Phase : std::uint32_t { closing, counting, erasing, own_texts, rest };
  Task<Result<SomeSessions>> sessions_of_job(Job job, std::uint32_t most) const;
  Task<Status> close_some(Job& job) const;
  Task<Status> count_some(Job& job) const;
  Task<Status> count_session(Job& job, SessionId session) const;
  Task<Status> erase_some(Job& job) const;
  Task<Status> erase_own_texts(Job& job, Commit& commit) const;
  Task<Status> erase_rest(Job& job, Commit& commit) const;
  Task<Status> erase_consents(Job& job, Commit& commit) const;
  Task<Status> erase_pairs(Job& job, PersonHash person, Commit& commit) const;
  Task<Result<std::uint64_t>> lines_cooling(Job job) const;

  const Workbench& bench_;
  const AnswerBook& answers_;
  const Eraser& eraser_;
};

}  // namespace bauta
