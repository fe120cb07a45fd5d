#pragma once

#include "routing/desk/answer_book.h"
#include "routing/desk/workbench.h"
#include "routing/outbox/delivery.h"

namespace bauta {

/// Erases a session for good: what was said, and who said it.  Its cooling routes stay, without an address.  Done in bounded commits, in an
/// order that can be begun again: closed, then its texts, then its answers, and the record of the session last.
class Eraser {
 public:
  Eraser(const Workbench& bench, const AnswerBook& answers) : bench_(bench), answers_(answers) {}

  /// Codes: session.not_found (also: erased before), storage.contended.
  Task<Status> erase(ServiceId service, SessionId id, std::function<void(Commit&)> also = {}) const;
  /// What was said alone, of a session that is closed.  Codes: storage.contended.
  Task<Status> erase_texts(ServiceId service, SessionId id) const;

 private:
  Task<Result<bool>> erase_some_texts(ServiceId service, SessionId id) const;
  Task<Result<bool>> erase_text(Message message) const;
  Task<Status> erase_answers(ServiceId service, SessionId id) const;
  Task<Result<bool>> erase_session(ServiceId service, SessionId id,
                                   std::function<void(Commit&)> also) const;

  const Workbench& bench_;
  const AnswerBook& answers_;
};

}  // namespace bauta
