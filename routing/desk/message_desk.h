#pragma once

#include <optional>

#include "routing/desk/answer_book.h"
#include "routing/desk/calls.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// The platform's own texts, and what was said in a session.
class MessageDesk {
 public:
  MessageDesk(const Workbench& bench, const AnswerBook& answers)
      : bench_(bench), answers_(answers) {}

  /// Codes: session.not_found, session.closed, participant.not_found and participant.gone (who is named), storage.*.
  Task<Result<MessageView>> send(ServiceId service, SendText request,
                                 std::optional<Idempotent<MessageView>> idempotent) const;
  Task<Result<Page<MessageView>>> list(ServiceId service, SessionId session, std::uint32_t limit,
                                       std::string cursor) const;
  Task<Result<Page<DeadLetter>>> list_dead_letters(ServiceId service, std::uint32_t limit,
                                                   std::string cursor) const;
  /// The text is sent again, with a new deadline.  Codes: dead_letter.not_found, session.closed, storage.contended.
  Task<Result<Delivery>> retry(ServiceId service, MessageId message, SeatId seat,
                               std::optional<Idempotent<Delivery>> idempotent) const;
  /// The letter goes, the text's status stays.  Codes: dead_letter.not_found, storage.contended.
  Task<Status> dismiss(ServiceId service, MessageId message, SeatId seat) const;

 private:
  Task<Result<Stored<Delivery>>> find_dead(ServiceId service, MessageId message, SeatId seat) const;
  Task<Result<std::optional<Delivery>>> try_retry(
      ServiceId service, MessageId message, SeatId seat,
      std::optional<Idempotent<Delivery>> idempotent) const;
  Task<Result<bool>> try_dismiss(ServiceId service, MessageId message, SeatId seat) const;
  Task<Result<std::optional<MessageView>>> try_send(
      ServiceId service, SendText request, std::optional<Idempotent<MessageView>> idem) const;
  Task<Result<Page<MessageView>>> with_deliveries(std::vector<Message> messages) const;

  const Workbench& bench_;
  const AnswerBook& answers_;
};

}  // namespace bauta
