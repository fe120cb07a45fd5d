#pragma once

#include "metrics/instruments/instruments.h"
#include "routing/outbox/carrier_port.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/relay_parts.h"
#include "storage/store/random.h"

namespace bauta {

/// What a delivery is once its carrier has answered.  One that the carrier puts off gets its next attempt, by what the carrier said, else
/// by a backoff that doubles with each, with some chance in it.
Delivery delivery_after(const Delivery& claimed, const SubmitOutcome& outcome, TimePoint now,
                        const RelayLimits& limits, Random& random);

void count_outcome(metrics::Instruments& metrics, const Delivery& claimed,
                   const SubmitOutcome& outcome, TimePoint now);

}  // namespace bauta
