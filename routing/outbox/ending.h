#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "metrics/instruments/instruments.h"
#include "routing/events/event_log.h"
#include "routing/outbox/delivery.h"

namespace bauta {

/// How a delivery changes, written the same way by who submits and by who hears of receipts.

/// When the records of a text with no session are forgotten; those of a session live with it.
std::optional<TimePoint> expiry_of(const Delivery& delivery);

/// The event that a change to `state` is, none for the states that have no event.
std::optional<EventType> event_of(DeliveryState state);

/// Adds to `commit` the changed delivery (expecting `was`), its event, and its dead letter where it ends badly; takes back the dead letter of one
/// that turns out delivered after all.
void write_change(Commit& commit, const Delivery& now, const Delivery& before, Version was,
                  Random& random);

}  // namespace bauta
