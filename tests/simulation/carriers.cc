#include "tests/simulation/carriers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "storage/store/assert.h"

namespace bauta::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// The connection's own time limit.
constexpr Micros kTimeLimit = seconds(10);

std::string_view name_of(SubmitAnswer answer) {
  switch (answer) {
    case SubmitAnswer::none:
      return "none";
    case SubmitAnswer::accepted:
      return "accepted";
    case SubmitAnswer::refused:
      return "refused";
    case SubmitAnswer::later:
      return "later";
    case SubmitAnswer::unknown:
      return "unknown";
  }
  return "";
}

}  // namespace

void Carriers::throttle(const std::string& connection, Micros until) {
  throttled_until_[connection] = until;
}

Carriers::Plan Carriers::plan(int id) {
  const auto& submission = submissions_[static_cast<std::size_t>(id)];
  Plan plan;
  const auto reach = chance_.percent(temper_.slow) ? Micros(chance_.between(200'000, 8'000'000))
                                                   : Micros(chance_.between(300, 150'000));
  plan.answered_after = reach + Micros(chance_.between(300, 100'000));
  if (schedule_.now() < cut_off_until_[submission.connection]) {
    plan.answer = SubmitLater{
        .code = "http.connect_failed", .retry_after = std::nullopt, .link_failed = true};
    plan.told = SubmitAnswer::later;
    return plan;
  }
  if (schedule_.now() < opted_out_until_) {
    plan.opted_out = true;
    plan.answer = SubmitRefused{.code = "carrier.opted_out", .detail = "", .opted_out = true};
    plan.told = SubmitAnswer::refused;
    plan.answered_after = Micros(chance_.between(100'000, 2'000'000));
    return plan;
  }
  const auto drawn = chance_.below(100);
  if (schedule_.now() < throttled_until_[submission.connection] || drawn < temper_.later) {
    std::optional<milliseconds> retry_after;
    if (chance_.one_in(2)) retry_after = milliseconds(chance_.between(100, 20'000));
    plan.answer = SubmitLater{.code = "carrier.throttled", .retry_after = retry_after};
    plan.told = SubmitAnswer::later;
  } else if (drawn < temper_.later + temper_.refused) {
    plan.opted_out = chance_.percent(temper_.opted_out);
    plan.answer = SubmitRefused{.code = plan.opted_out ? "carrier.opted_out" : "carrier.refused",
                                .detail = "",
                                .opted_out = plan.opted_out};
    plan.told = SubmitAnswer::refused;
  } else if (drawn < temper_.later + temper_.refused + temper_.unknown) {
    plan.answer = SubmitUnknown{.code = "carrier.timeout", .link_failed = true};
    plan.told = SubmitAnswer::unknown;
    plan.accept = chance_.one_in(2);
    plan.accepted_after = reach;
    // A 5xx comes soon, a time-out late; what timed out may still arrive.
    if (chance_.one_in(2)) {
      plan.answered_after = kTimeLimit;
      plan.accepted_after = Micros(chance_.between(300, 25'000'000));
    }
  } else {
    plan.answer = SubmitAccepted{.provider_ids = {submission.provider_id}};
    plan.told = SubmitAnswer::accepted;
    plan.accept = true;
    plan.accepted_after = reach;
  }
  return plan;
}

Task<SubmitOutcome> Carriers::Door::submit(std::string connection, OutboundMessage message) {
  auto& carriers = carriers_;
  const int id = carriers.oracle_.handed_over(connection, message.from.str(), message.to.reveal(),
                                              message.text.reveal(),
                                              SimulatedClock::micros_of(message.deadline).count());
  BAUTA_ASSERT(static_cast<std::size_t>(id) == carriers.submissions_.size());
  carriers.submissions_.push_back({.connection = connection,
                                   .reference = message.reference,
                                   .provider_id = fmt::format("{}-{}", connection, id),
                                   .from = message.from.str(),
                                   .to = message.to.reveal(),
                                   .text = message.text.reveal(),
                                   .line = ToldLine{.from = message.from, .to = message.to}});
  if (carriers.asked_in_vain_.contains(
          {message.from.str(), message.to.reveal(), message.text.reveal()}))
    carriers.reached_.mark(Mark::resent_after_asking_in_vain);
  if (carriers.handed_over_) carriers.handed_over_(message.text.reveal());
  auto plan = carriers.plan(id);
  carriers.trace_.line(fmt::format("{:>12} submit #{} {} {} -> {}: {}",
                                   carriers.schedule_.now().count(), id, connection,
                                   message.from.str(), message.to.reveal(), message.text.reveal()));
  const auto answered_at = carriers.schedule_.now() + plan.answered_after;
  if (plan.accept) {
    carriers.schedule_.in(plan.accepted_after,
                          [&carriers, id, answered_at] { carriers.accept(id, answered_at); });
  }
  co_await waits_.pause(plan.answered_after);
  carriers.trace_.line(fmt::format("{:>12} answer #{} {}", carriers.schedule_.now().count(), id,
                                   name_of(plan.told)));
  carriers.submissions_[static_cast<std::size_t>(id)].answered = true;
  carriers.oracle_.carrier_answered(id, plan.told, plan.opted_out);
  co_return std::move(plan.answer);
}

SteadyPoint Carriers::Door::take_turn(std::string_view connection, ServiceId service,
                                      std::optional<TurnTicket>& ticket, SteadyPoint now) {
  auto& [turns, waiting] = paces_[std::string(connection)];
  const auto waited_with = ticket;
  const auto turn = turns.take(service, ticket, now, rate_of(std::string(connection)));
  if (ticket) {
    waiting.emplace(*ticket, service);
    carriers_.reached_.mark(Mark::turn_of_a_connection_waited_for);
  } else if (waited_with) {
    waiting.erase(*waited_with);
    if (!waiting.empty() && waiting.begin()->first < *waited_with &&
        waiting.begin()->second != service)
      carriers_.reached_.mark(Mark::service_went_before_anothers_texts);
  }
  return turn;
}

void Carriers::Door::leave_turn(std::string_view connection, TurnTicket ticket) {
  auto& [turns, waiting] = paces_[std::string(connection)];
  turns.leave(ticket);
  waiting.erase(ticket);
  carriers_.reached_.mark(Mark::turn_of_a_connection_left);
}

SteadyPoint Carriers::Door::use_turn(std::string_view connection, SteadyPoint now) {
  const std::string name(connection);
  const auto turn = paces_[name].turns.use(now, rate_of(name));
  if (turn > now) carriers_.reached_.mark(Mark::turns_used_late_kept_apart);
  return turn;
}

double Carriers::Door::rate_of(const std::string& connection) const {
  const auto rate = carriers_.rates_.find(connection);
  return rate == carriers_.rates_.end() || rate->second >= 1'000 ? 0 : rate->second;
}

/// `alpha` can be asked, and does not always answer.
Task<AskOutcome> Carriers::Door::ask(std::string connection, SentText sent) {
  auto& carriers = carriers_;
  co_await waits_.pause(std::chrono::milliseconds(carriers.chance_.between(5, 2'000)));
  const auto in_vain = [&] {
    carriers.asked_in_vain_.insert({sent.from.str(), sent.to.reveal(), sent.text.reveal()});
  };
  if (connection != "alpha" || carriers.chance_.one_in(4)) {
    in_vain();
    co_return AskedInVain{};
  }
  const auto is_it = [&](const Submission& one) {
    return one.has_it && one.connection == connection && one.from == sent.from.str() &&
           one.to == sent.to.reveal() && one.text == sent.text.reveal();
  };
  const auto found =
      std::find_if(carriers.submissions_.rbegin(), carriers.submissions_.rend(), is_it);
  if (found == carriers.submissions_.rend()) {
    in_vain();
    co_return AskedNotFound{};
  }
  carriers.reached_.mark(Mark::unknown_found_by_asking);
  carriers.trace_.line(fmt::format("{:>12} asked, and has {}", carriers.schedule_.now().count(),
                                   found->provider_id));
  co_return AskedFound{{found->provider_id}};
}

void Carriers::accept(int id, Micros answered_at) {
  trace_.line(fmt::format("{:>12} accepted #{}", schedule_.now().count(), id));
  oracle_.carrier_has(id);
  submissions_[static_cast<std::size_t>(id)].has_it = true;
  plan_receipts(id, answered_at);
}

void Carriers::plan_receipts(int id, Micros answered_at) {
  if (chance_.percent(temper_.no_receipt)) return;
  const auto now = schedule_.now();
  Micros at = std::max(now, answered_at);
  if (chance_.percent(temper_.early_receipt)) {
    at = now + Micros(chance_.between(100, 20'000));
  } else if (chance_.one_in(15)) {
    at += seconds(chance_.between(60, std::int64_t{4} * 3'600));
  } else {
    at += milliseconds(chance_.between(20, 20'000));
  }
  const bool bad = chance_.percent(temper_.bad_receipt);
  const auto last = !bad
                        ? ReceiptStatus::delivered
                        : chance_.pick(std::vector{ReceiptStatus::undelivered,
                                                   ReceiptStatus::failed, ReceiptStatus::rejected});
  const bool opted_out = bad && chance_.percent(temper_.opted_out);
  receipt(id, last, opted_out, at);
  if (chance_.one_in(3)) {  // before it, or after it: out of order
    receipt(id,
            chance_.pick(std::vector{ReceiptStatus::sent, ReceiptStatus::queued,
                                     ReceiptStatus::unknown_word}),
            opted_out && chance_.one_in(2), at + Micros(chance_.between(-3'000'000, 3'000'000)));
  }
  if (chance_.percent(temper_.repeated_receipt)) {
    // Some come so late that the dead letter that the first one made has been asked for again.
    const std::int64_t within = chance_.one_in(3) ? std::int64_t{4} * 3'600 * 1'000'000 : 5'000'000;
    receipt(id, last, opted_out, at + Micros(chance_.between(0, within)));
  }
}

/// Was the same text handed over again since?
bool Carriers::is_superseded(int id) const {
  const auto at = submissions_.begin() + id;
  return std::any_of(at + 1, submissions_.end(), [&](const Submission& later) {
    return later.from == at->from && later.to == at->to && later.text == at->text;
  });
}

void Carriers::receipt(int id, ReceiptStatus status, bool opted_out, Micros at) {
  const auto& submission = submissions_[static_cast<std::size_t>(id)];
  DeliveryReceipt receipt{.connection = submission.connection,
                          .reference = {},
                          .provider_id = submission.provider_id,
                          .word = {}};
  if (brings_reference(submission.connection)) {
    receipt.reference = submission.reference;
  } else {
    receipt.line = submission.line;
  }
  receipt.word.status = status;
  receipt.word.opted_out = opted_out;
  schedule_.at(at, [this, id, receipt = std::move(receipt)] {
    trace_.line(fmt::format("{:>12} receipt #{} {}{}", schedule_.now().count(), id,
                            static_cast<int>(receipt.word.status),
                            receipt.word.opted_out ? ", opted out" : ""));
    if (!submissions_[static_cast<std::size_t>(id)].answered) {
      reached_.mark(Mark::receipt_before_the_answer);
      if (receipt.word.opted_out) reached_.mark(Mark::opt_out_by_a_receipt_before_its_answer);
    }
    if (is_superseded(id)) reached_.mark(Mark::late_receipt_for_an_older_attempt);
    bring_(receipt,
           [this, id, receipt](ReceiptOutcome outcome) { receipt_answered(id, receipt, outcome); });
  });
}

void Carriers::receipt_answered(int id, const DeliveryReceipt& receipt, ReceiptOutcome outcome) {
  if (outcome == ReceiptOutcome::forged_reference) return;
  const auto status = receipt.word.status;
  if (receipt.reference && status != ReceiptStatus::unknown_word && status != ReceiptStatus::queued)
    oracle_.receipt_taken(id);
  if (!receipt.word.opted_out) return;
  const bool named = outcome == ReceiptOutcome::held_for_its_send && receipt.line.has_value();
  if (outcome == ReceiptOutcome::applied || named) {
    oracle_.opt_out_taken(id);
  } else if (outcome == ReceiptOutcome::repeated) {
    reached_.mark(Mark::opt_out_by_a_receipt_without_effect);
  }
}

}  // namespace bauta::simulation
