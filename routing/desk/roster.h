#pragma once

#include <optional>

#include "routing/desk/answer_book.h"
#include "routing/desk/calls.h"
#include "routing/desk/seating.h"

namespace bauta {

/// Who takes part in a session that lives: who joins, who leaves, who is silenced.
class Roster {
 public:
  Roster(Workbench& bench, const AnswerBook& answers, Seating& seating)
      : bench_(bench), answers_(answers), seating_(seating) {}

  /// Codes: session.not_found, session.closed, participants.count, participants.same_address, participants.too_soon, and those of a booking.
  Task<Result<SeatView>> add(ServiceId service, SessionId session, Seating::Participant participant,
                             std::optional<Idempotent<SeatView>> idempotent);
  /// Codes: session.not_found, session.closed, participant.not_found.
  Task<Result<SeatView>> change(ServiceId service, SessionId session, SeatId seat,
                                ChangeSeat request) const;
  /// Their line cools; a session that fewer than two are left in is over.  Idempotent.  Codes: session.not_found, participant.not_found.
  Task<Status> remove(ServiceId service, SessionId session, SeatId seat) const;

 private:
  Task<Result<std::optional<SeatView>>> try_add(ServiceId service, SessionId session,
                                                Seating::Participant participant,
                                                std::optional<Idempotent<SeatView>> idem);
  Task<Result<std::optional<SeatView>>> try_change(ServiceId service, SessionId session,
                                                   SeatId seat, ChangeSeat request) const;
  Task<Result<bool>> try_remove(ServiceId service, SessionId session, SeatId seat) const;
  Task<Result<SessionState>> find_living(ServiceId service, SessionId session, TimePoint now) const;
  Event tell(EventType type, const Session& session, SeatId seat, TimePoint now) const;

  Workbench& bench_;
  const AnswerBook& answers_;
  Seating& seating_;
};

}  // namespace bauta
