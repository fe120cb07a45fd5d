#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "routing/outbox/carrier_port.h"
#include "storage/store/id.h"

namespace bauta {

/// The turns of one connection at its rate, a second's worth of which may be used at once, as of a TokenBucket.  Services take turns, whoever
/// asked first and however many of their texts wait; among its own texts a service's first is first (start-time fair queuing, Goyal et al.,
/// SIGCOMM 1996, where each text weighs the same).  A turn comes when it comes: who does not ask for it then has it later, and nobody waits
/// for them.  Not thread-safe.
class SharedTurns {
 public:
  /// `now`: a text of `service` may go, and its ticket is spent.  Later: it waits with `ticket`, which it is to ask with again then; it may
  /// be told to wait longer, since others came.  `rate_per_second` <= 0: everybody may go.
  SteadyPoint take(ServiceId service, std::optional<TurnTicket>& ticket, SteadyPoint now,
                   double rate_per_second);
  /// When a text whose turn has come may leave, as TokenBucket::use().
  SteadyPoint use(SteadyPoint now, double rate_per_second);
  /// Who waited needs no turn any more.
  void leave(TurnTicket ticket);

 private:
  struct Place {
    std::uint64_t round = 0;
    TurnTicket ticket{};
    auto operator<=>(const Place&) const = default;
  };
  struct Queue {
    /// In their order.
    std::deque<Place> places{};
    /// Of who asks next.
    std::uint64_t next_round = 0;
  };

  TurnTicket join(ServiceId service);
  /// Hands out the turns that have come by now.
  void call_up(SteadyPoint now, double rate_per_second);
  /// Of the queue whose first text is next; none waits: the end.
  std::map<ServiceId, Queue>::iterator next_queue();
  std::size_t ahead_of(const Place& place) const;

  /// Also of services for whom nobody waits, until the others have had as many turns.
  std::map<ServiceId, Queue> queues_;
  std::map<TurnTicket, std::pair<ServiceId, Place>> waiting_;
  /// Their turns have come, and they have not asked yet.
  std::set<TurnTicket> called_up_;
  /// Of the last that was called up.
  std::uint64_t round_ = 0;
  std::uint64_t tickets_ = 0;
  SteadyPoint called_up_to_{};
  /// On the steady clock, in microseconds, as of a TokenBucket: by turns that came, and by those that were used.
  std::int64_t full_at_ = 0;
  std::int64_t used_full_at_ = 0;
};

}  // namespace bauta
