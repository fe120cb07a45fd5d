#include "routing/outbox/departure.h"

#include <algorithm>
#include <utility>

#include "routing/outbox/asking.h"
#include "routing/outbox/circumstances.h"
#include "routing/outbox/due_end.h"
#include "routing/outbox/ending.h"
#include "routing/outbox/opt_out.h"
#include "routing/outbox/outcome.h"
#include "routing/outbox/receipt_word.h"
#include "routing/outbox/reference.h"
#include "routing/outbox/work_log.h"
#include "storage/store/assert.h"
#include "storage/store/planted.h"

namespace bauta {
namespace {

constexpr TimePoint kAtOnce{};

/// Their counterpart gets one neutral word, the platform an event.
std::optional<OwnWords::Saying> cannot_be_reached(const Circumstances& seen, TimePoint now) {
  auto told = who_is_told(seen);
  if (!told || !seen.service) return std::nullopt;
  return OwnWords::Saying{.service = *seen.service,
                          .listener = *std::move(told),
                          .what = SystemText::cannot_be_reached,
                          .now = now};
}

OutboundMessage text_to_send(const Delivery& claimed, const Circumstances& seen,
                             const IndexKey& index_key) {
  const bool swapped = planted(PlantedBug::swapped_seats) && seen.session &&
                       seen.session->value.is_group() &&
                       seen.session->value.seat(seen.message->from) != nullptr;
  return {.from = swapped ? seen.session->value.seat(seen.message->from)->number : claimed.from,
          .to = claimed.to,
          .text = text_sent(*seen.message),
          .reference = write_reference({.service = claimed.service,
                                        .message = claimed.message,
                                        .seat = claimed.seat,
                                        .attempt = claimed.attempt},
                                       index_key),
          .deadline = claimed.deadline};
}

/// Nobody knows whether this connection has the text: another one would send it a second time (promise 4).
void keep_only(std::vector<std::string>& connections, const std::string& connection) {
  const bool other = planted(PlantedBug::failover_of_unknown) && connections.size() > 1;
  std::erase_if(connections, [&](const auto& name) { return (name == connection) == other; });
}

/// An attempt of whose outcome nobody knows, though later ones were put off: such a text was not blocked, nor was it merely late.
bool may_have_left(const Delivery& delivery) {
  return delivery.state == DeliveryState::unknown || delivery.state == DeliveryState::claimed ||
         delivery.resends > 0;
}

}  // namespace

/// None: the head may leave now.
std::optional<TimePoint> Departure::wait_for_turn(const LaneKey& key, double rate,
                                                  const std::string& connection, TimePoint now) {
  // By a clock that nobody sets: one that leaps would make all that wait leave at once.
  const auto steady = planted(PlantedBug::turns_by_the_wall_clock)
                          ? SteadyPoint(now.time_since_epoch())
                          : parts_.clock.steady();
  const auto turn = turns_.wait(lanes_.at(key).turn, key, rate, connection, steady);
  if (!turn) return std::nullopt;
  return now + std::chrono::ceil<Duration>(*turn - steady);
}

/// Of `connections`, those that exist.  What a connection said to another text counts only where there is a choice: else it is asked.  One
/// that is down is not, whatever choice there is.
WayOut Departure::way_out_of(Lane& lane, const Delivery& delivery,
                             std::vector<std::string> connections, TimePoint now) {
  const auto steady = parts_.clock.steady();
  // Read first: one that closes meanwhile is met as shut and counted, and so the lane looks again.
  const auto closings = parts_.breakers->closings();
  lane.barred_at.reset();
  std::vector<WayOut> ways;
  for (auto& connection : connections) {
    TimePoint free_at = put_off_until(delivery, connection);
    const auto held_off = turns_.held_off_until(connection, steady);
    if (held_off && connections.size() > 1)
      free_at = std::max(free_at, now + std::chrono::ceil<Duration>(*held_off - steady));
    if (free_at <= now) free_at = keep_from(lane, connection, closings, now).value_or(free_at);
    ways.push_back({.connection = std::move(connection), .free_at = free_at});
  }
  return next_way_out(delivery, std::move(ways), now);
}

/// When a connection whose breaker keeps the head from it is to be asked again; none: it is not kept.
std::optional<TimePoint> Departure::keep_from(Lane& lane, const std::string& connection,
                                              std::uint64_t closings, TimePoint now) {
  const auto steady = parts_.clock.steady();
  const auto shut = parts_.breakers->shut_until(connection, steady);
  if (!shut) return std::nullopt;
  lane.barred_at = closings;
  if (lane.kept_from.insert(connection).second) parts_.metrics.breaker_kept(connection);
  return now + std::chrono::ceil<Duration>(*shut - steady);
}

/// A Retry-After counts for the texts behind as well.
void Departure::heed(const std::string& connection, const SubmitOutcome& answer) {
  const auto* later = std::get_if<SubmitLater>(&answer);
  if (later == nullptr || !later->retry_after) return;
  turns_.hold_off(connection,
                  parts_.clock.steady() +
                      std::min<Duration>(*later->retry_after, parts_.limits.retry_backoff_max));
}

Task<Result<Progress>> Departure::advance(LaneKey key) {
  auto& lane = lanes_.at(key);
  // Of this look, or it wakes the lane each time that some breaker closes, whatever the head waits for by now.
  lane.barred_at.reset();
  const WaitingText head = lane.texts.front();
  if (lane.answered) co_return co_await settle(key, head);
  co_return co_await look_at_head(key, head);
}

Task<Result<Progress>> Departure::look_at_head(LaneKey key, WaitingText head) {
  BAUTA_CO_TRY(const auto record,
               co_await parts_.store.get(delivery_key(key.service, head.message, head.seat)));
  if (!record) {  // erased with its session
    log_.spend(head.position);
    co_return Progress(Through());
  }
  BAUTA_CO_TRY(auto delivery, decode_delivery(*record));
  const auto now = parts_.clock.now(key.service);
  switch (delivery.value.state) {
    case DeliveryState::received:
    case DeliveryState::held:
    case DeliveryState::queued:
      if (now >= delivery.value.deadline) {
        const auto* code =
            may_have_left(delivery.value) ? "outcome_unknown" : "delivery.deadline_passed";
        co_return co_await finish(head, std::move(delivery), DeliveryState::failed, code);
      }
      if (delivery.value.not_before && now < *delivery.value.not_before) {
        co_return Progress(std::min(*delivery.value.not_before, delivery.value.deadline));
      }
      co_return co_await pass_stages(key, head, std::move(delivery), now);
    case DeliveryState::claimed:
      // We hold no answer to this claim, so whether it left is not known: as after a crash, but nobody died.
    case DeliveryState::unknown:
      if (now < delivery.value.updated_at + parts_.limits.unknown_wait) {
        co_return Progress(delivery.value.updated_at + parts_.limits.unknown_wait);
      }
      co_return co_await resolve_unknown(key, head, std::move(delivery), now);
    case DeliveryState::sent:
    case DeliveryState::delivered:
    case DeliveryState::unconfirmed:
    case DeliveryState::undelivered:
    case DeliveryState::failed:
    case DeliveryState::blocked:
      log_.spend(head.position);
      co_return Progress(Through());
  }
  BAUTA_ASSERT(false);
}

Task<Result<Progress>> Departure::pass_stages(LaneKey key, WaitingText head,
                                              Stored<Delivery> delivery, TimePoint now) {
  if (stages_.empty()) co_return co_await claim(key, head, std::move(delivery), false);
  const auto& value = delivery.value;
  BAUTA_CO_TRY(const auto record,
               co_await parts_.store.get(message_key(value.service, value.session, value.message)));
  if (!record) {
    log_.spend(head.position);
    co_return Progress(Through());
  }
  BAUTA_CO_TRY(const auto message, decode_message(*record));
  for (auto* const stage : stages_) {
    BAUTA_CO_TRY(const auto verdict, co_await stage->look_at(message, value, now));
    if (const auto* block = std::get_if<Block>(&verdict)) {
      co_return co_await finish(head, std::move(delivery), DeliveryState::blocked, block->code);
    }
    const auto* hold = std::get_if<HoldUntil>(&verdict);
    if (hold == nullptr) continue;
    Delivery held = value;
    held.state = DeliveryState::held;
    held.not_before = hold->at;
    held.updated_at = now;
    Commit commit;
    write_change(commit, held, value, delivery.version, parts_.random);
    BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
    if (!committed) co_return Progress(kAtOnce);
    co_return Progress(std::min(hold->at, held.deadline));
  }
  co_return co_await claim(key, head, std::move(delivery), false);
}

Task<Result<Progress>> Departure::claim(LaneKey key, WaitingText head, Stored<Delivery> delivery,
                                        bool again) {
  BAUTA_CO_TRY(auto seen, co_await read_circumstances(parts_, services_, delivery.value));
  const auto now = parts_.clock.now(key.service);
  if (const auto ending = due_end(seen, now)) {
    BAUTA_CO_CHECK(co_await write_down_end(parts_, seen, *ending, now));
    BAUTA_CO_TRY(seen, co_await read_circumstances(parts_, services_, delivery.value));
  }
  if (!seen.message) {
    log_.spend(head.position);
    co_return Progress(Through());
  }
  if (auto reason = reason_against(delivery.value, seen, now)) {
    if (may_have_left(delivery.value))
      co_return co_await finish(head, std::move(delivery), DeliveryState::failed,
                                "outcome_unknown");
    const bool is_out = *reason == kOptedOut;
    co_return co_await finish(head, std::move(delivery), DeliveryState::blocked, std::move(*reason),
                              is_out ? cannot_be_reached(seen, now) : std::nullopt);
  }
  auto connections = connections_of(seen.number->value);
  if (again && std::ranges::count(connections, delivery.value.connection) == 0)
    co_return co_await finish(head, std::move(delivery), DeliveryState::failed, "outcome_unknown");
  std::erase_if(connections, [this](const auto& name) { return !carriers_.has(name); });
  auto open = connections;
  if (again) keep_only(open, delivery.value.connection);
  if (open.empty()) co_return Progress(std::min(now + kLookAgain * 10, delivery.value.deadline));
  const auto [connection, free_at] =
      way_out_of(lanes_.at(key), delivery.value, std::move(open), now);
  if (free_at > now) {
    // A turn that passes meanwhile is not used when the way is free: others use theirs at that moment.
    lanes_.at(key).turn.number_used.reset();
    lanes_.at(key).turn.connection_used.reset();
    co_return Progress(std::min(free_at, delivery.value.deadline));
  }
  if (const auto turn = wait_for_turn(key, seen.number->value.rate_per_second, connection, now))
    co_return Progress(std::min(*turn, delivery.value.deadline));
  auto passage = parts_.breakers->let_through(connection, parts_.clock.steady());
  // Another text is the probe: looking again finds until when.
  if (!passage) co_return Progress(kAtOnce);

  Delivery claimed = delivery.value;
  claimed.state = DeliveryState::claimed;
  ++claimed.attempt;
  if (again) ++claimed.resends;
  claimed.connection = connection;
  claimed.not_before.reset();
  std::erase_if(claimed.put_off, [&](const PutOff& put_off) { return put_off.until <= now; });
  claimed.error_code.clear();
  claimed.error_detail.clear();
  claimed.updated_at = now;

  Commit commit;
  write_change(commit, claimed, delivery.value, delivery.version, parts_.random);
  expect(commit, claimed, seen);
  // If its outcome is unknown nothing has left, and a claim that stands after all is looked at as one whose answer we do not hold.
  BAUTA_CO_TRY(const auto committed, planted(PlantedBug::send_without_claim)
                                         ? Result<std::optional<Committed>>(Committed{
                                               .positions = {}, .version = delivery.version})
                                         : co_await commit_once(parts_.store, std::move(commit)));
  // Something that the claim hangs on changed: look again with what is true now.
  if (!committed) co_return Progress(kAtOnce);
  lanes_.at(key).turn = {};

  if (again) parts_.metrics.possible_double(connection);
  const auto& expected =
      delivery.value.put_off.empty() ? seen.number->value.connection : delivery.value.connection;
  if (!again && expected != connection)
    parts_.metrics.failed_over(carriers_.has(expected) ? expected : "none", connection);
  auto answer =
      co_await carriers_.submit(connection, text_to_send(claimed, seen, parts_.index_key));
  const auto at = parts_.clock.now(key.service);
  parts_.breakers->settle(*std::move(passage), answer,
                          {.steady = parts_.clock.steady(), .wall = parts_.clock.now()},
                          parts_.random);
  heed(connection, answer);
  count_outcome(parts_.metrics, claimed, answer, at);
  lanes_.at(key).answered =
      AnsweredClaim{.claimed = {.value = std::move(claimed), .version = committed->version},
                    .outcome = std::move(answer),
                    .at = at,
                    .connections = std::move(connections)};
  co_return co_await settle(key, head);
}

Task<Result<Progress>> Departure::settle(LaneKey key, WaitingText head) {
  auto current = lanes_.at(key).answered->claimed;
  for (std::uint32_t tries = 0; tries < parts_.limits.conflict_tries; ++tries) {
    const AnsweredClaim answered = *lanes_.at(key).answered;
    BAUTA_CO_TRY(const auto progress, co_await settle_once(head, current, answered));
    if (progress) {
      auto& lane = lanes_.at(key);
      lane.answered.reset();
      if (planted(PlantedBug::reorder_on_retry) && lane.texts.size() > 1 &&
          std::holds_alternative<SubmitLater>(answered.outcome))
        std::swap(lane.texts[0], lane.texts[1]);
      co_return *progress;
    }
    BAUTA_CO_TRY(const auto record,
                 co_await parts_.store.get(delivery_key(key.service, head.message, head.seat)));
    if (!record) {  // erased while it was on its way
      BAUTA_CO_CHECK(co_await keep_opt_out(answered));
      lanes_.at(key).answered.reset();
      log_.spend(head.position);
      co_return Progress(Through());
    }
    BAUTA_CO_TRY(current, decode_delivery(*record));
  }
  co_return Progress(parts_.clock.now(key.service) + kLookAgain);
}

/// Of a text that was erased on its way nothing is left to write; what the carrier said of its recipient, or will say, counts all the same
/// (promise 6).
Task<Status> Departure::keep_opt_out(AnsweredClaim answered) {
  Delivery erased = answered.claimed.value;
  Commit commit;
  const auto* refused = std::get_if<SubmitRefused>(&answered.outcome);
  bool opted_out = refused != nullptr && refused->opted_out;
  const auto* accepted = std::get_if<SubmitAccepted>(&answered.outcome);
  if (accepted != nullptr && !carriers_.receipts_carry_reference(erased.connection)) {
    erased.provider_ids = accepted->provider_ids;
    BAUTA_CO_TRY(
        const auto early,
        co_await register_provider_ids(
            parts_.store, commit, provider_id_keys(parts_.index_key, erased), erased, answered.at));
    opted_out = early && early->opted_out;
  }
  if (opted_out) BAUTA_CO_CHECK(co_await believe_opt_out(parts_, commit, erased, answered.at));
  if (commit.puts.empty()) co_return Status();  // nothing was said, or the ledger knows
  BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
  if (!committed)
    co_return fail("storage.contended", "somebody wrote this person's word meanwhile");
  co_return Status();
}

/// nullopt: a conflict, somebody wrote the delivery or one of its provider ids meanwhile.
Task<Result<std::optional<Progress>>> Departure::settle_once(WaitingText head,
                                                             Stored<Delivery> current,
                                                             AnsweredClaim answered) {
  const auto& before = current.value;
  // A receipt that came before the answer has said more than the answer can.
  const auto& asked = answered.claimed.value;
  const bool overtaken = before.state != asked.state || before.attempt != asked.attempt;
  Delivery changed = overtaken ? before
                               : delivery_after(before, answered.outcome, answered.at,
                                                answered.connections, parts_.limits, parts_.random);
  Commit commit;
  const auto* refused = std::get_if<SubmitRefused>(&answered.outcome);
  bool opted_out = refused != nullptr && refused->opted_out;
  const auto* accepted = std::get_if<SubmitAccepted>(&answered.outcome);
  if (accepted != nullptr) {
    changed.provider_ids = accepted->provider_ids;
    if (!carriers_.receipts_carry_reference(changed.connection)) {
      BAUTA_CO_TRY(const auto early,
                   co_await register_provider_ids(parts_.store, commit,
                                                  provider_id_keys(parts_.index_key, changed),
                                                  changed, answered.at));
      if (early) apply_word(changed, *early, changed.attempt, answered.at);
      opted_out = early && early->opted_out;
    }
  }
  if (opted_out) BAUTA_CO_CHECK(co_await believe_opt_out(parts_, commit, changed, answered.at));
  write_change(commit, changed, before, current.version, parts_.random);
  const bool through = changed.state == DeliveryState::sent || is_final(changed.state);
  std::vector<Position> carried;
  if (through) {
    commit.erase(work_log_entry(partition_, head.position));
    carried = log_.ride_along(commit);
  }
  // If its outcome is unknown, trying again meets its own work as a conflict, and then as a delivery that needs nothing more.
  BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
  if (!committed) co_return std::optional<Progress>();
  log_.landed(carried);
  if (is_dead(changed.state) && !is_dead(before.state))
    parts_.metrics.dead_letter(changed.error_code);
  if (through) co_return std::optional<Progress>(Through());
  if (changed.state == DeliveryState::unknown) {
    co_return std::optional<Progress>(changed.updated_at + parts_.limits.unknown_wait);
  }
  co_return std::optional<Progress>(
      std::min(changed.not_before.value_or(kAtOnce), changed.deadline));
}

Task<Result<Progress>> Departure::resolve_unknown(LaneKey key, WaitingText head,
                                                  Stored<Delivery> delivery, TimePoint now) {
  const auto& value = delivery.value;
  const auto& limits = parts_.limits;
  // Who waits for the turn of another send has been asked about before.
  std::optional<AskedFound> found;
  if (!lanes_.at(key).turn.number) {
    BAUTA_CO_TRY(found, co_await ask_about(parts_, carriers_, value));
    now = parts_.clock.now(key.service);
  }
  if (found) {
    lanes_.at(key).answered =
        AnsweredClaim{.claimed = std::move(delivery),
                      .outcome = SubmitAccepted{std::move(found->provider_ids)},
                      .at = now};
    co_return co_await settle(key, head);
  }
  BAUTA_CO_TRY(const auto service, co_await services_.find(key.service));
  const bool may_resend = service && service->value.settings.unknown == UnknownPolicy::resend &&
                          now < value.deadline && value.crash_count < limits.crash_count_max &&
                          value.resends < limits.unknown_resends_max;
  if (!may_resend)
    co_return co_await finish(head, std::move(delivery), DeliveryState::failed, "outcome_unknown");
  co_return co_await claim(key, head, std::move(delivery), true);
}

Task<Result<Progress>> Departure::finish(WaitingText head, Stored<Delivery> delivery,
                                         DeliveryState state, std::string code,
                                         std::optional<OwnWords::Saying> also_say) {
  Delivery changed = delivery.value;
  changed.state = state;
  changed.error_code = std::move(code);
  changed.put_off.clear();
  changed.updated_at = parts_.clock.now(changed.service);
  Commit commit;
  write_change(commit, changed, delivery.value, delivery.version, parts_.random);
  if (also_say) BAUTA_CO_CHECK(co_await own_words_.say_once_a_day(commit, *std::move(also_say)));
  commit.erase(work_log_entry(partition_, head.position));
  const auto carried = log_.ride_along(commit);
  BAUTA_CO_TRY(const auto committed, co_await commit_once(parts_.store, std::move(commit)));
  if (!committed) co_return Progress(kAtOnce);
  log_.landed(carried);
  parts_.metrics.dead_letter(changed.error_code);
  parts_.metrics.text_out(changed.connection.empty() ? "none" : changed.connection,
                          delivery_state_name(state));
  co_return Progress(Through());
}

}  // namespace bauta
