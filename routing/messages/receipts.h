#pragma once

#include <optional>
#include <utility>

#include "routing/messages/inbound.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/relay_parts.h"

namespace bauta {

/// Applies DLRs.  Thread-safe: it keeps nothing between calls.
class Receipts {
 public:
  explicit Receipts(RelayParts parts) : parts_(std::move(parts)) {}

  /// Durable when this returns: the carrier may be answered with success.  A late or unknown word never lowers a status, a final one is
  /// replaced only by `delivered`, and a bad word counts only for the latest attempt; that the carrier says "opted out" counts with any word.
  /// A receipt whose provider id nobody knows yet waits under `pid/` for the outcome of its send; that somebody opted out
  /// counts at once if it names them and a number that its connection sends for.  Errors (answer 503): storage.*, storage.contended.
  Task<Result<ReceiptOutcome>> apply(DeliveryReceipt receipt);

 private:
  struct Found;
  Task<Result<std::optional<ReceiptOutcome>>> apply_by_provider_id(DeliveryReceipt receipt);
  Task<Result<std::optional<ReceiptOutcome>>> apply_to(Found found, DeliveryReceipt receipt);
  Task<Result<std::optional<ReceiptOutcome>>> hear_opt_out_alone(Delivery delivery, TimePoint now);
  Task<Result<std::optional<ReceiptOutcome>>> hear_of_erased(Found found, DeliveryReceipt receipt);
  Task<Result<std::optional<ReceiptOutcome>>> commit_opt_out(Commit commit);
  static void nudge(Commit& commit, const Delivery& delivery);

  RelayParts parts_;
};

}  // namespace bauta
