#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pool/inventory/inventory.h"
#include "routing/accounts/services.h"
#include "routing/consent/ledger.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/relay_parts.h"
#include "routing/sessions/session.h"

namespace bauta {

/// Everything that a claim is judged by, read together.
struct Circumstances {
  std::optional<Message> message{};
  std::optional<Stored<Session>> session{};
  std::optional<TimePoint> last_activity{};
  std::optional<Stored<Number>> number{};
  /// Of the recipient's address among our own numbers.
  Version recipient_number = kAbsent;
  /// Whose consent it takes, and their word.
  Consenter consenting{};
  ConsentView consent{};
  std::optional<TimePoint> lane_max{};
  std::optional<Service> service{};
};

/// Error codes: storage.*.
Task<Result<Circumstances>> read_circumstances(RelayParts parts, Services& services,
                                               Delivery delivery);

/// Of a text to somebody who said STOP.
inline constexpr std::string_view kOptedOut = "consent.opted_out";

/// Why nothing may go to this person now, the code of a `blocked` delivery; nullopt: it may.
std::optional<std::string> reason_against(const Delivery& delivery, const Circumstances& seen,
                                          TimePoint now);

/// Adds to a claim that what it was judged by is still as it was read, and how long its lane may bring something (promises 1 and 6).
void expect(Commit& commit, const Delivery& claimed, const Circumstances& seen);

}  // namespace bauta
