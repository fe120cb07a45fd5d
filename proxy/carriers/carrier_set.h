#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/carriers/carrier.h"
#include "proxy/config/seldom.h"
#include "routing/outbox/shared_turns.h"
#include "storage/store/mutex.h"

namespace bauta {

/// All configured connections: the outbox's way out.  Filled before use, then thread-safe; only rates change.
class CarrierSet final : public CarrierPort {
 public:
  /// Makes each connection by the factory of its type.  Codes: config.bad_value (unknown type, a name twice, or what its factory says).
  static Result<std::unique_ptr<CarrierSet>> make(std::vector<ConnectionOptions> connections,
                                                  const CarrierTypes& types, CarrierParts parts);

  /// `rate_per_second`: how many texts it is handed; 0: as many as there are.  `token` is the unguessable part of its callback path.  Codes: config.bad_value (the name is taken, unfit for a path, or the token is short).
  Status add(std::unique_ptr<Carrier> carrier, std::string token, double rate_per_second = 0);

  /// From now on it is handed so many texts; one that is not there stays away.
  void change_rate(std::string_view connection, double rate_per_second);

  /// The connection that a callback path speaks for; null if there is none of that name, or its token is another.
  const Carrier* find_callback(std::string_view name, std::string_view token) const;

  bool has(std::string_view connection) const override;
  std::vector<std::string> connections() const override;
  bool receipts_carry_reference(std::string_view connection) const override;
  SteadyPoint take_turn(std::string_view connection, ServiceId service,
                        std::optional<TurnTicket>& ticket, SteadyPoint now) override;
  void leave_turn(std::string_view connection, TurnTicket ticket) override;
  SteadyPoint use_turn(std::string_view connection, SteadyPoint now) override;
  Task<AskOutcome> ask(std::string connection, SentText sent) override;
  /// A connection that is not configured (any more) answers later, carrier.unknown_connection: it may come back with the next configuration.
  Task<SubmitOutcome> submit(std::string connection, OutboundMessage message) override;

 private:
  struct Entry {
    std::unique_ptr<Carrier> carrier;
    std::string token;
    /// What all partitions share.  Locked only where there is a rate, or was.
    struct Pace {
      std::atomic<double> rate_per_second = 0;
      Mutex mutex;
      SharedTurns turns BAUTA_GUARDED_BY(mutex);
    };
    std::unique_ptr<Pace> pace;
    /// What the carrier did not take, or did not answer.
    std::unique_ptr<log::Seldom> trouble;
  };
  const Entry* find(std::string_view name) const;

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace bauta
