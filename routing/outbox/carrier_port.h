#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "routing/text/message_text.h"
#include "storage/store/clock.h"
#include "storage/store/id.h"
#include "storage/store/task.h"

namespace bauta {

/// What a carrier is asked to send.
struct OutboundMessage {
  VirtualNumber from;
  RealAddress to;
  MessageText text;
  /// Ours, (delivery, attempt) authenticated: comes back with the receipt.  Lower-case letters and digits only.
  std::string reference;
  /// Handed to the carrier as validity.
  TimePoint deadline;
};

/// The carrier has it.  `provider_ids`: one a part, unique per connection.
struct SubmitAccepted {
  std::vector<std::string> provider_ids;
};
/// Permanent.  `code` is ours ("carrier.refused", "carrier.opted_out", "carrier.bad_recipient"), `detail` the carrier's, redacted.
struct SubmitRefused {
  std::string code;
  std::string detail;
  /// The carrier says that this person has opted out: the ledger follows.
  bool opted_out = false;
};
/// Provably not accepted: may be made again.
struct SubmitLater {
  std::string code;
  std::optional<std::chrono::milliseconds> retry_after;
  /// The carrier was not reached at all: says nothing of the text, and all of the link (Breaker).
  bool link_failed = false;
};
/// Anything else: never repeated blindly.
struct SubmitUnknown {
  std::string code;
  /// The carrier gave no answer, or one that tells only that it is out of order.
  bool link_failed = false;
};
using SubmitOutcome = std::variant<SubmitAccepted, SubmitRefused, SubmitLater, SubmitUnknown>;

/// A text whose submit nobody answered, as a carrier can be asked about it: by sender, text and time, never by the recipient, whose number would
/// stand in a URL.
struct SentText {
  VirtualNumber from;
  RealAddress to;
  MessageText text;
  /// It was not submitted before this.
  TimePoint not_before;
};
/// The carrier has it after all.
struct AskedFound {
  std::vector<std::string> provider_ids;
};
/// It says that it does not; it may learn of it later.
struct AskedNotFound {};
/// It could not be asked, or did not answer.
struct AskedInVain {};
using AskOutcome = std::variant<AskedFound, AskedNotFound, AskedInVain>;
/// "found", "not_found" or "in_vain".
inline std::string_view ask_outcome_name(const AskOutcome& outcome) {
  if (std::holds_alternative<AskedFound>(outcome)) return "found";
  return std::holds_alternative<AskedNotFound>(outcome) ? "not_found" : "in_vain";
}

/// A place among those who wait for a turn of a connection.
enum class TurnTicket : std::uint64_t {};

/// The way out to the carriers, as the outbox sees it.  Implemented over the network by proxy/, and by the simulation.
class CarrierPort {
 public:
  virtual ~CarrierPort() = default;
  /// Does a connection of this name exist, so that a text has a way out?
  virtual bool has(std::string_view connection) const = 0;
  /// Those that exist, for people: for who named another one.
  virtual std::vector<std::string> connections() const { return {}; }
  /// Do this connection's receipts bring our reference back?  Else they are matched by provider id.
  virtual bool receipts_carry_reference(std::string_view connection) const = 0;
  /// When one more text of this service may be handed to this connection, as SharedTurns::take(): `now`, or when to ask again with
  /// `ticket`.  Thread-safe.
  virtual SteadyPoint take_turn(std::string_view connection, ServiceId service,
                                std::optional<TurnTicket>& ticket, SteadyPoint now) = 0;
  /// Who waited for this connection needs no turn any more.  Thread-safe.
  virtual void leave_turn(std::string_view connection, TurnTicket ticket) = 0;
  /// When a text whose turn has come may leave, as TokenBucket::use().  Thread-safe.
  virtual SteadyPoint use_turn(std::string_view connection, SteadyPoint now) = 0;
  /// Asks what became of a submit without an answer.  As submit() in its promises.
  virtual Task<AskOutcome> ask(std::string connection, SentText sent) = 0;
  /// Answers within the connection's own time limit, always; resumes on the caller's executor.
  virtual Task<SubmitOutcome> submit(std::string connection, OutboundMessage message) = 0;
};

}  // namespace bauta
