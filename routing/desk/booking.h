#pragma once

#include <optional>
#include <vector>

#include "routing/desk/answer_book.h"
#include "routing/desk/desk.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// Opens sessions: everybody seated, or nobody.
class Booking {
 public:
  Booking(Workbench& bench, const AnswerBook& answers) : bench_(bench), answers_(answers) {}

  Task<Result<SessionView>> open(ServiceId service, OpenSession request,
                                 std::optional<Idempotent<SessionView>> idempotent);

 private:
  using Choices = std::vector<SeatChoice>;

  Task<Status> check(OpenSession request) const;
  Task<Result<std::optional<SessionView>>> try_open(ServiceId service, OpenSession request,
                                                    std::optional<Idempotent<SessionView>> idem);
  Task<Status> make_name_free(Stored<Service> service, Bits128 unique_name_hash, TimePoint now);
  Task<Result<SeatChoice>> choose(Stored<Service> service, OpenSession::Participant participant,
                                  TimePoint now);
  Task<Result<SeatRequest>> describe(Stored<Service> service,
                                     OpenSession::Participant participant) const;
  Task<Result<bool>> write_down_ends(Stored<Service> service, PersonHash person, TimePoint now);
  Task<void> tell_refusal(ServiceId service, Error refusal, TimePoint now);
  Session compose(const Stored<Service>& service, const OpenSession& request,
                  const Choices& choices, TimePoint now) const;

  Workbench& bench_;
  const AnswerBook& answers_;
};

}  // namespace bauta
