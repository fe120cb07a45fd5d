#pragma once

#include <optional>

#include "routing/outbox/carrier_port.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/relay_parts.h"

namespace bauta {

/// Asks the carrier that a send went to what became of it; nullopt: nobody knows, as before.  What is found under the id of another text of the
/// same session is that text, not this one.  Errors: storage.*.
Task<Result<std::optional<AskedFound>>> ask_about(RelayParts parts, CarrierPort& carriers,
                                                  Delivery unknown);

}  // namespace bauta
