#pragma once

#include <optional>
#include <vector>

#include "routing/desk/answer_book.h"
#include "routing/desk/calls.h"
#include "routing/desk/seating.h"
#include "routing/desk/workbench.h"

namespace bauta {

/// Opens sessions: everybody seated, or nobody.
class Booking {
 public:
  Booking(Workbench& bench, const AnswerBook& answers, Seating& seating)
      : bench_(bench), answers_(answers), seating_(seating) {}

  Task<Result<SessionView>> open(ServiceId service, OpenSession request,
                                 std::optional<Idempotent<SessionView>> idempotent);

 private:
  Task<Result<std::optional<SessionView>>> try_open(ServiceId service, OpenSession request,
                                                    std::optional<Idempotent<SessionView>> idem);
  Task<Status> make_name_free(Stored<Service> service, Bits128 unique_name_hash, TimePoint now);
  Session compose(ServiceId service, const OpenSession& request, TimePoint now) const;

  Workbench& bench_;
  const AnswerBook& answers_;
  Seating& seating_;
};

}  // namespace bauta
