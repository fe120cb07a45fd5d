#pragma once

#include <chrono>
#include <optional>

#include "routing/consent/ledger.h"
#include "routing/outbox/delivery.h"

namespace bauta {

/// What stays of a delivery that was handed to a carrier and then erased, so that the carrier's word that its recipient opted out still counts
/// (promise 6): whose consent and which line it was, and when it was last heard of.  No address, no text, no session.
/// Key: `gone/<svc>/<msg>/<seat>`.
struct ErasedDelivery {
  Consenter consenting;
  VirtualNumber from;
  TimePoint heard_of{};
};
/// No carrier's word about a send comes later.
inline constexpr std::chrono::days kErasedKept{7};

Key erased_key(ServiceId service, MessageId message, SeatId seat);
std::string encode_erased(const ErasedDelivery& erased);
Result<ErasedDelivery> decode_erased(ServiceId service, const Record& record);

/// Adds to `commit`, which erases `delivery`, what stays of it; nothing if no receipt can be on its way.
void leave_behind_erased(Commit& commit, const IndexKey& index_key, const Delivery& delivery,
                         TimePoint now, TimePoint real_now);

}  // namespace bauta
