#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pool/inventory/inventory.h"
#include "routing/outbox/delivery.h"
#include "storage/store/clock.h"

namespace bauta {

/// A connection that a text may leave by.
struct WayOut {
  std::string connection;
  /// It takes nothing before; in the past: it takes the text now.
  TimePoint free_at{};
};

/// The connections that the number's record names, each once: its own, and then its fallbacks in their order.
std::vector<std::string> connections_of(const Number& number);

/// Until when this connection has put the text off; the beginning of time: it has not.
TimePoint put_off_until(const Delivery& delivery, std::string_view connection);

/// When the first of `connections` takes a text that was put off; nullopt: one of them does at once.
std::optional<TimePoint> first_free(const Delivery& delivery,
                                    const std::vector<std::string>& connections, TimePoint now);

/// The way that a text which may take any of `ways` (one at least, in the number's order) leaves by next: the first that is free, else the
/// one that is free first.  A text that came back goes on with the connection behind the one that put it off, and after the last begins
/// again with the first.
WayOut next_way_out(const Delivery& delivery, std::vector<WayOut> ways, TimePoint now);

}  // namespace bauta
