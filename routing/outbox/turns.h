#pragma once

#include <map>
#include <optional>
#include <string>

#include "routing/outbox/carrier_port.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/token_bucket.h"

namespace bauta {

/// When the head of a lane may leave, by the rates of its number and of its connection; none: not asked for yet.
struct LaneTurn {
  /// Whose the connection's turns are.
  std::string via;
  std::optional<SteadyPoint> number;
  std::optional<SteadyPoint> connection;
  /// Of who waits for the connection, and until when, as far as is known.
  std::optional<TurnTicket> ticket;
  SteadyPoint held_up_until{};
  /// When it may use each, once both have come.
  std::optional<SteadyPoint> number_used;
  std::optional<SteadyPoint> connection_used;
};

/// The rates at which a partition's texts leave: one bucket a virtual number, and a connection's, which all partitions share.
/// Not thread-safe.
class Turns {
 public:
  explicit Turns(CarrierPort& carriers) : carriers_(carriers) {}

  /// Takes what `turn` lacks; when to ask again, or none: the head may leave now, and its claim uses the turn, whatever becomes of it.
  std::optional<SteadyPoint> wait(LaneTurn& turn, const LaneKey& lane, double rate_per_second,
                                  const std::string& connection, SteadyPoint now);
  /// It said that it takes nothing before `until`.  Kept in memory: after a start it is asked again.
  void hold_off(const std::string& connection, SteadyPoint until) {
    held_off_until_[connection] = until;
  }
  /// None: it takes texts, as far as is known.
  std::optional<SteadyPoint> held_off_until(const std::string& connection, SteadyPoint now) const;

  /// The head ended without leaving: its turn is another lane's.
  void give_back(LaneTurn& turn, const VirtualNumber& number);

 private:
  /// When to ask again; none: its turn has come.
  std::optional<SteadyPoint> wait_for_connection(LaneTurn& turn, ServiceId service,
                                                 TokenBucket& of_number, double rate_per_second,
                                                 SteadyPoint now);
  void leave_connection(LaneTurn& turn);

  CarrierPort& carriers_;
  std::map<VirtualNumber, TokenBucket> buckets_;
  std::map<std::string, SteadyPoint> held_off_until_;
};

}  // namespace bauta
