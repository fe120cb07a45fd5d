#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "pool/allocation/allocator.h"
#include "pool/allocation/routes.h"
#include "pool/inventory/inventory.h"
#include "routing/accounts/accounts.h"
#include "routing/consent/ledger.h"
#include "routing/events/event_log.h"
#include "routing/outbox/relay_parts.h"
#include "routing/sessions/session.h"
#include "storage/store/turnstile.h"

namespace bauta {

/// What the desk's calls work with.  Thread-safe.
struct Workbench {
  Workbench(RelayParts given, std::function<bool(std::string_view)> knows)
      : parts(given), knows_connection(std::move(knows)) {}

  RelayParts parts;
  std::function<bool(std::string_view)> knows_connection;
  Accounts accounts{parts.store, parts.index_key};
  Inventory inventory{parts.store};
  RouteTable routes{parts.store};
  Allocator allocator{parts.store, inventory, routes};
  Sessions sessions{parts.store};
  SessionCloser closer{parts.store, sessions, routes};
  EventLog events{parts.store};
  /// Bookings of one person wait for each other here, so that a hundred at once don't fight over their cursor.
  Turnstile<PersonHash> bookings;

  TimePoint now(ServiceId service) const { return parts.clock.now(service); }

  PersonHash person(ServiceId service, const RealAddress& address) const {
    return parts.index_key.person(service, channel_name(address.channel()), address.reveal());
  }

  /// The service as it stands, which commits of its calls expect.  Codes: service.not_found.
  Task<Result<Stored<Service>>> service(ServiceId id) const {
    BAUTA_CO_TRY(auto found, co_await accounts.find_service(id));
    if (!found) co_return fail("service.not_found", "there is no service " + id.str());
    co_return *std::move(found);
  }

  /// Writes down that a session ended, as `ending` says unless a clock had ended it before.
  Task<Result<Session>> close(ServiceSettings settings, ServiceId owner, SessionId session,
                              Ending ending, std::optional<Version> if_match = {}) const {
    SessionCloser::Request request{.service = owner,
                                   .session = session,
                                   .ending = ending,
                                   .cooling = settings.cooling_seconds,
                                   .forget_after = parts.limits.route_forget,
                                   .if_match = if_match};
    co_return co_await closer.close(std::move(request), now(owner), parts.random);
  }
};

inline std::unexpected<Error> contended() {
  return fail("storage.contended", "others keep changing the same records; try again");
}

}  // namespace bauta
