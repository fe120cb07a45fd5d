#pragma once

#include <vector>

#include "routing/accounts/accounts.h"
#include "routing/outbox/delivery.h"
#include "routing/sessions/session.h"

namespace bauta {

/// One delivery of `message` to every other seat that still takes part: whoever writes, a participant (`from`) or the platform (nil).
std::vector<Delivery> deliveries_of(const Message& message, const Session& session, SeatId from,
                                    const ServiceSettings& settings);

}  // namespace bauta
