#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pool/inventory/inventory.h"
#include "proxy/sandbox/handsets.h"
#include "routing/messages/inbound.h"
#include "routing/outbox/carrier_port.h"
#include "storage/store/random.h"

namespace bauta {

/// The sandbox's only way out, which leads nowhere: a carrier and its phones, in this process.  It opens no socket and knows no other connection.
/// What it owes (receipts, answers of phones) stands in the sandbox's store, so that a crash forgets none of it; it is done when the sandbox's
/// clock says so, at least once: who is told twice knows the second for a repetition.
/// Keys: `handsetdue/<due>/<id>`, `handsetbusy/<svc>/<person>`, and those of SandboxHandsets.  Thread-safe, but for start() and after it.
class SandboxCarrier final : public CarrierPort {
 public:
  static constexpr std::string_view kName = "sandbox";

  struct Parts {
    Store& store;
    const IndexKey& index_key;
    const Clock& clock;
    Random& random;
  };
  /// What phones say and what becomes of texts goes there.  Durable when they return.
  struct Targets {
    std::function<Task<Result<InboundOutcome>>(InboundMessage)> accept;
    std::function<Task<Result<ReceiptOutcome>>(DeliveryReceipt)> apply;
  };

  /// Parts outlive it.
  explicit SandboxCarrier(Parts parts);
  ~SandboxCarrier() override;

  /// Does what is owed, on `executor`, from now on.
  void start(const Executor& executor, Targets targets);
  /// The clock was moved.  On its executor.
  void wake();
  /// Is nothing owed by now?  On its executor.
  bool is_settled() const;

  const SandboxHandsets& handsets() const { return handsets_; }
  /// Somebody types on a phone.  What comes with an `once` that came before is the same text, delivered again: a duplicate.  "": another one.
  /// Codes: those of `accept`.
  Task<Result<InboundOutcome>> text(RealAddress from, VirtualNumber to, MessageText text,
                                    std::string once = {});

  bool has(std::string_view connection) const override { return connection == kName; }
  std::vector<std::string> connections() const override { return {std::string(kName)}; }
  bool receipts_carry_reference(std::string_view) const override { return true; }
  SteadyPoint take_turn(std::string_view, ServiceId, std::optional<TurnTicket>&,
                        SteadyPoint now) override {
    return now;
  }
  void leave_turn(std::string_view, TurnTicket) override {}
  SteadyPoint use_turn(std::string_view, SteadyPoint now) override { return now; }
  Task<AskOutcome> ask(std::string connection, SentText sent) override;
  Task<SubmitOutcome> submit(std::string connection, OutboundMessage message) override;

 private:
  class Work;
  Task<Result<std::optional<SubmitOutcome>>> put_off(ServiceId service, PersonHash person,
                                                     TimePoint now);

  Parts parts_;
  Inventory inventory_;
  SandboxHandsets handsets_;
  Targets targets_;
  /// Shared with its coroutine.
  std::shared_ptr<Work> work_;
};

}  // namespace bauta
