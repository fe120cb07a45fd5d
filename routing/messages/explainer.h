#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "routing/accounts/services.h"
#include "routing/messages/inbound.h"
#include "routing/messages/line.h"
#include "routing/outbox/breakers.h"
#include "routing/outbox/delivery.h"
#include "routing/outbox/relay_parts.h"
#include "routing/text/system_texts.h"

namespace bauta {

/// A text that nobody has sent.
struct SupposedText {
  RealAddress from;
  VirtualNumber to;
  /// What it says; left out: words like any other.
  std::optional<MessageText> text = {};
};

/// What would become of it at this moment, and why.
struct Explanation {
  /// None: it would be put off, `code` says why; the carrier comes again.
  std::optional<InboundOutcome> outcome = {};
  /// Why it would reach nobody; "": it goes on.
  std::string_view code = {};
  /// The number that it would come to; none: it is none of this service's, and nothing else is known.
  std::optional<VirtualNumber> number = {};
  /// By which it must come.
  std::string connection = {};
  /// What the sender agreed to: in the whole service and at this number.
  ConsentView consent = {};
  std::optional<Keyword> keyword = {};
  /// What Bauta itself would say to the sender, at most once a day; nothing, if it may not.
  std::optional<SystemText> answer = {};
  LineStanding standing = LineStanding::none;
  std::optional<Session> session = {};
  std::optional<Ending> ending = {};
  /// The sender's place in it.
  SeatId from = {};
  /// From when on the line is nobody's; of one that ended.
  std::optional<TimePoint> reusable_at = {};
  /// A participant's own address stands in the text and is made unreadable.
  bool is_masked = false;

  struct Recipient {
    Seat seat;
    /// Why nothing would be sent to them; "": it would.
    std::string code = {};
    std::string connection = {};
    std::vector<std::string> fallbacks = {};
    /// Of these, with the number's own one, those that are down: their breaker is open.
    std::vector<std::string> down = {};
    std::uint32_t segments = 1;
  };
  std::vector<Recipient> recipients = {};
  /// Those of the recipients' connections that are down: why, and when they are tried again.
  std::map<std::string, BreakerView> down = {};
};

/// Tells what a text would meet, by the judgements of Relay::accept() and of a claim, and writes nothing.  What it cannot know: the same words on
/// one line too often within a minute (inbound.repeated), and a carrier's own refusal.  Thread-safe.
class Explainer {
 public:
  explicit Explainer(RelayParts parts)
      : parts_(parts), services_(parts.store), ledger_(parts.store) {}

  /// In `service`: a number of another's is none of ours.  Errors: storage.*.
  Task<Result<Explanation>> explain(ServiceId service, SupposedText text);

 private:
  Task<Status> explain_line(Explanation& found, Service service, SupposedText text, TimePoint now);
  Task<Status> explain_fan_out(Explanation& found, Service service, SupposedText text,
                               TimePoint now);

  RelayParts parts_;
  Services services_;
  Ledger ledger_;
};

}  // namespace bauta
