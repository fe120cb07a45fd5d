#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pool/address/spellings.h"
#include "pool/allocation/allocator.h"
#include "pool/allocation/pairs.h"
#include "pool/allocation/routes.h"
#include "pool/inventory/inventory.h"
#include "routing/accounts/accounts.h"
#include "routing/consent/ledger.h"
#include "routing/events/event_log.h"
#include "routing/outbox/relay_parts.h"
#include "routing/sessions/session.h"
#include "routing/sessions/timers.h"
#include "storage/store/turnstile.h"

namespace bauta {

/// What the desk's calls work with.  Thread-safe.
struct Workbench {
  Workbench(RelayParts given, std::function<bool(std::string_view)> knows,
            std::function<std::vector<std::string>()> names = {})
      : parts(std::move(given)),
        knows_connection(std::move(knows)),
        connections(std::move(names)) {}

  RelayParts parts;
  std::function<bool(std::string_view)> knows_connection;
  /// The names of those that there are; null: nobody tells.
  std::function<std::vector<std::string>()> connections;
  Accounts accounts{parts.store, parts.index_key};
  Services services{parts.store};
  ApiKeys keys{parts.store, parts.index_key};
  Inventory inventory{parts.store};
  RouteTable routes{parts.store};
  Allocator allocator{parts.store, inventory, routes};
  PairTable pairs{parts.store};
  Sessions sessions{parts.store};
  SessionCloser closer{parts.store, sessions, routes};
  Ledger ledger{parts.store};
  EventLog events{parts.store};
  /// Bookings of one person wait for each other here, so that a hundred at once don't fight over their cursor.
  Turnstile<PersonHash> bookings;

  TimePoint now(ServiceId service) const { return parts.clock.now(service); }

  PersonHash person(ServiceId service, const RealAddress& address) const {
    return parts.index_key.person(service, channel_name(address.channel()), address.reveal());
  }

  /// Everyone whom the address may have been entered as: itself first, then its telephone's other spellings.
  std::vector<PersonHash> people(ServiceId service, const RealAddress& address) const {
    std::vector<PersonHash> all;
    for (const RealAddress& spelling : all_spellings(address))
      all.push_back(person(service, spelling));
    return all;
  }

  /// The service as it stands, which commits of its calls expect.  Codes: service.not_found.
  Task<Result<Stored<Service>>> service(ServiceId id) const {
    BAUTA_CO_TRY(auto found, co_await services.find(id));
    if (!found) co_return fail("service.not_found", "there is no service " + id.str());
    co_return *std::move(found);
  }

  /// The same for what gives it something new.  Codes: service.not_found, service.removing.
  Task<Result<Stored<Service>>> open_service(ServiceId id) const {
    auto found = co_await service(id);
    if (found && found->value.removing)
      co_return fail("service.removing",
                     "this service is being removed: nothing new is given to it");
    co_return found;
  }

  /// Of its seats, who said STOP.
  Task<Result<std::set<SeatId>>> opted_out(Session session) const {
    std::set<SeatId> out;
    for (const Seat& seat : session.seats) {
      BAUTA_CO_TRY(const auto consent,
                   co_await ledger.look_up(
                       consenter(parts.index_key, session.service, seat.address), seat.number));
      if (consent.is_out()) out.insert(seat.id);
    }
    co_return out;
  }

  LineRest rest_of(const ServiceSettings& settings) const {
    return {.cooling = settings.cooling_seconds, .forget_after = parts.limits.route_forget};
  }

  /// Writes down that a session ended, as `ending` says unless a clock had ended it before.
  Task<Result<Session>> close(ServiceSettings settings, ServiceId owner, SessionId session,
                              Ending ending, std::optional<Version> if_match = {}) const {
    SessionCloser::Request request{.service = owner,
                                   .session = session,
                                   .ending = ending,
                                   .rest = rest_of(settings),
                                   .retention = settings.retention_seconds,
                                   .if_match = if_match};
    co_return co_await closer.close(std::move(request), now(owner), parts.random);
  }
};

/// One error that names every faulty field.
inline Status all_faults(std::vector<FieldFault> faults) {
  if (faults.empty()) return {};
  Error error{.code = faults.front().code, .detail = faults.front().detail};
  error.faults = std::move(faults);
  return std::unexpected(std::move(error));
}

inline std::unexpected<Error> contended() {
  return fail("storage.contended", "others keep changing the same records; try again");
}

}  // namespace bauta
