#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "routing/messages/inbound.h"
#include "routing/outbox/carrier_port.h"
#include "routing/outbox/shared_turns.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/reached.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/waits.h"

namespace bauta::simulation {

/// Two carriers: `alpha` brings our reference back with its receipts, `beta` only its own ids.  They delay, throttle, refuse, time out before
/// and after they accepted, and send receipts early, twice, out of order, late or never.  They outlive the relay's crashes.
class Carriers {
 public:
  struct Temper {
    /// Of a hundred submits.
    std::size_t refused = 0;
    std::size_t later = 0;
    std::size_t unknown = 0;
    std::size_t opted_out = 0;
    std::size_t slow = 0;
    /// Of a hundred acceptances.
    std::size_t no_receipt = 0;
    std::size_t bad_receipt = 0;
    std::size_t repeated_receipt = 0;
    std::size_t early_receipt = 0;
  };
  /// Hands a receipt to the relay, for as long as it takes; calls back when it was answered with success, and how.
  using BringReceipt = std::function<void(DeliveryReceipt, std::function<void(ReceiptOutcome)>)>;

  Carriers(Schedule& schedule, Chance chance, Trace& trace, Oracle& oracle, Reached& reached,
           BringReceipt bring)
      : schedule_(schedule),
        chance_(chance),
        trace_(trace),
        oracle_(oracle),
        reached_(reached),
        bring_(std::move(bring)) {}

  void be(Temper temper) { temper_ = temper; }
  void throttle(const std::string& connection, Micros until);
  /// Until then it is not to be reached.
  void cut_off(const std::string& connection, Micros until) { cut_off_until_[connection] = until; }
  /// Until then both say, late, of whoever they are asked to text that they have opted out.
  void say_opted_out(Micros until) { opted_out_until_ = until; }
  void allow(const std::string& connection, double rate_per_second) {
    rates_[connection] = rate_per_second;
  }
  /// Called with each text as it is handed over.
  void on_hand_over(std::function<void(const std::string& text)> call) {
    handed_over_ = std::move(call);
  }

  static bool brings_reference(std::string_view connection) { return connection == "alpha"; }
  static bool exists(std::string_view connection) {
    return connection == "alpha" || connection == "beta";
  }

  /// What one process calls.
  class Door final : public CarrierPort {
   public:
    Door(Carriers& carriers, Waits& waits) : carriers_(carriers), waits_(waits) {}
    bool has(std::string_view connection) const override { return exists(connection); }
    bool receipts_carry_reference(std::string_view connection) const override {
      return brings_reference(connection);
    }
    SteadyPoint take_turn(std::string_view connection, ServiceId service,
                          std::optional<TurnTicket>& ticket, SteadyPoint now) override;
    void leave_turn(std::string_view connection, TurnTicket ticket) override;
    SteadyPoint use_turn(std::string_view connection, SteadyPoint now) override;
    Task<AskOutcome> ask(std::string connection, SentText sent) override;
    Task<SubmitOutcome> submit(std::string connection, OutboundMessage message) override;

   private:
    /// 0: as many as there are.
    double rate_of(const std::string& connection) const;

    struct Pace {
      SharedTurns turns;
      std::map<TurnTicket, ServiceId> waiting;
    };
    Carriers& carriers_;
    Waits& waits_;
    std::map<std::string, Pace, std::less<>> paces_;
  };

 private:
  struct Submission {
    std::string connection;
    std::string reference;
    std::string provider_id;
    std::string from;
    std::string to;
    std::string text;
    std::optional<ToldLine> line = {};
    bool has_it = false;
    bool answered = false;
  };
  /// What will come of a submit.
  struct Plan {
    bool accept = false;
    Micros accepted_after{0};
    SubmitOutcome answer;
    SubmitAnswer told = SubmitAnswer::none;
    Micros answered_after{0};
    bool opted_out = false;
  };
  Plan plan(int submission);
  void accept(int submission, Micros answered_at);
  void plan_receipts(int submission, Micros answered_at);
  void receipt(int submission, ReceiptStatus status, bool opted_out, Micros at);
  void receipt_answered(int submission, const DeliveryReceipt& receipt, ReceiptOutcome outcome);

  Schedule& schedule_;
  Chance chance_;
  Trace& trace_;
  bool is_superseded(int submission) const;

  Oracle& oracle_;
  Reached& reached_;
  BringReceipt bring_;
  std::function<void(const std::string&)> handed_over_;
  Temper temper_;
  std::vector<Submission> submissions_;
  Micros opted_out_until_{0};
  std::map<std::string, Micros> throttled_until_;
  std::map<std::string, Micros> cut_off_until_;
  std::map<std::string, double> rates_;
  /// From, to, text: asked about, and not found.
  std::set<std::vector<std::string>> asked_in_vain_;
};

}  // namespace bauta::simulation
