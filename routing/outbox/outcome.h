#pragma once

#include <string>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "routing/outbox/carrier_port.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/relay_parts.h"
#include "storage/store/random.h"

namespace bauta {

/// What a delivery is once its carrier has answered.  One that the carrier puts off may come back to this connection by what it said, else
/// after a backoff that doubles with each attempt, with some chance in it; its next attempt is made when the first of `connections`, those
/// that may send for its number, takes it.
Delivery delivery_after(const Delivery& claimed, const SubmitOutcome& outcome, TimePoint now,
                        const std::vector<std::string>& connections, const RelayLimits& limits,
                        Random& random);

void count_outcome(metrics::Instruments& metrics, const Delivery& claimed,
                   const SubmitOutcome& outcome, TimePoint now);

}  // namespace bauta
