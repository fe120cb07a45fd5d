#pragma once

#include <optional>

#include "pool/allocation/routes.h"
#include "pool/inventory/inventory.h"
#include "routing/accounts/services.h"
#include "routing/consent/keywords.h"
#include "routing/consent/ledger.h"
#include "routing/events/event_log.h"
#include "routing/messages/inbound.h"
#include "routing/messages/repeats.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/own_words.h"
#include "routing/outbox/relay_parts.h"
#include "routing/sessions/session.h"

namespace bauta {

/// What came in, up to the durable commit.  Thread-safe; keeps nothing between calls that anything relies on.
class Relay {
 public:
  explicit Relay(RelayParts parts);

  /// `mo` is authentic and from the connection that it names.  Any outcome is durable when this returns, and the carrier may be
  /// answered with success; the commit expects its dedup mark absent, so that a redelivery is a `duplicate` (promises 3 and 4).
  /// Errors (answer 503, the carrier comes again): storage.*, storage.contended, overloaded.
  Task<Result<InboundOutcome>> accept(InboundMessage mo);

 private:
  struct Arrival;
  Task<Result<std::optional<InboundOutcome>>> accept_once(InboundMessage mo);
  Task<Result<std::optional<InboundOutcome>>> end(Arrival arrival, Commit commit,
                                                  InboundOutcome outcome);
  Task<Result<std::optional<InboundOutcome>>> refuse_unowned(InboundMessage mo, Key dedup);
  Task<Result<std::optional<InboundOutcome>>> record_consent(Arrival arrival, Keyword keyword,
                                                             ConsentView consent,
                                                             std::optional<Stored<Route>> route);
  Task<Result<std::optional<InboundOutcome>>> refuse_stranger(Arrival arrival);
  Task<Result<std::optional<InboundOutcome>>> refuse(Arrival arrival, std::string_view code);
  Task<Result<std::optional<InboundOutcome>>> refuse_repeated(Arrival arrival);
  Task<Result<std::optional<InboundOutcome>>> answer_ended(Arrival arrival, Stored<Route> route,
                                                           std::optional<SessionState> session);
  Task<Result<std::optional<InboundOutcome>>> commit_relay(Arrival arrival, Stored<Route> route,
                                                           SessionState session);
  Task<Result<std::optional<Stored<Route>>>> settle_sender(Arrival& arrival) const;
  Task<Result<std::string>> language_of(ServiceId service,
                                        std::optional<Stored<Route>> route) const;
  Commit begin(const Arrival& arrival) const;
  Consenter consenting(const Arrival& arrival) const;
  static OwnWords::Saying saying(const Arrival& arrival, SystemText what);
  void begin_conversation(Commit& commit, const SessionState& state, TimePoint now);

  RelayParts parts_;
  Inventory inventory_;
  RouteTable routes_;
  Sessions sessions_;
  Services services_;
  Ledger ledger_;
  OwnWords own_words_;
  Repeats repeats_;
};

}  // namespace bauta
