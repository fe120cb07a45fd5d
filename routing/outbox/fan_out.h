#pragma once

#include <string>
#include <vector>

#include "routing/accounts/services.h"
#include "routing/outbox/delivery.h"
#include "routing/sessions/session.h"

namespace bauta {

/// What says in a group whose text it is: the seat's label, or its place in the order ("#2"), never a number of theirs.  "": of two people
/// nobody needs to be told.
std::string label_in(const Session& session, SeatId from);

/// Masks the participants' own addresses in what is to be said in their session, if the service wants that (promise 2).
/// True: one stood in it.
bool mask_in(Message& message, const Session& session, const ServiceSettings& settings);

/// Whether texts are made out to them at all: who left or is blocked has none.  Whether one may leave is judged again when it does.
bool may_be_sent_to(const Seat& seat);

/// One delivery to everybody who takes part but the sender (a platform's text: to everybody).
std::vector<Delivery> deliveries_of(const Message& message, const Session& session,
                                    const ServiceSettings& settings);

}  // namespace bauta
