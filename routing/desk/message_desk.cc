#include "routing/desk/message_desk.h"

#include <algorithm>
#include <utility>

#include "routing/desk/cursor.h"
#include "routing/outbox/ending.h"
#include "routing/outbox/fan_out.h"

namespace bauta {
namespace {

/// A text that is accepted has somebody to go to.  Codes: participant.not_found, participant.gone (who left or is blocked), request.invalid
/// (both), for all of them at once.
Status check_recipients(const Session& session, const std::vector<SeatId>& to) {
  std::vector<FieldFault> faults;
  for (std::size_t at = 0; at < to.size(); ++at) {
    const auto pointer = "/to/" + std::to_string(at);
    const Seat* const seat = session.seat(to[at]);
    if (seat == nullptr) {
      faults.push_back(
          {pointer, "participant.not_found", "the session has no participant " + to[at].str()});
    } else if (!may_be_sent_to(*seat)) {
      faults.push_back({pointer, "participant.gone",
                        "nothing goes to " + to[at].str() + ", whose state is " +
                            std::string(seat_state_name(seat->state))});
    }
  }
  const bool same = std::ranges::all_of(
      faults, [&](const FieldFault& fault) { return fault.code == faults.front().code; });
  auto status = all_faults(std::move(faults));
  if (!same) status.error().code = "request.invalid";
  return status;
}

ScanRequest newest_first(const Key& prefix, std::uint32_t limit) {
  auto request = ScanRequest::prefix(prefix);
  request.direction = Direction::backward;
  request.records_max = limit;
  return request;
}

std::string cursor_behind(const ScanPage& page, const Key& prefix) {
  if (!page.more) return "";
  return write_cursor(page.records.empty() ? *page.resume_after : page.records.back().key, prefix);
}

}  // namespace

Task<Result<MessageView>> MessageDesk::send(
    ServiceId service, SendText request, std::optional<Idempotent<MessageView>> idempotent) const {
  BAUTA_CO_CHECK(bench_.parts.may_take_in_more());
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(auto sent, co_await try_send(service, request, idempotent));
    if (sent) co_return *std::move(sent);
    if (idempotent) BAUTA_CO_CHECK(co_await answers_.refuse_if_written(service, idempotent->mark));
  }
  co_return contended();
}

/// nullopt: a conflict.
Task<Result<std::optional<MessageView>>> MessageDesk::try_send(
    ServiceId service, SendText request, std::optional<Idempotent<MessageView>> idem) const {
  const TimePoint now = bench_.now(service);
  BAUTA_CO_TRY(const auto owner, co_await bench_.service(service));
  BAUTA_CO_TRY(const auto state, co_await bench_.sessions.find(service, request.session));
  if (!state) co_return fail("session.not_found", "there is no session " + request.session.str());
  const Session& session = state->session.value;
  if (state->ending(now))
    co_return fail("session.closed", "the session has ended; nothing can be sent in it");
  BAUTA_CO_CHECK(check_recipients(session, request.to));

  Message message{.id = MessageId::make(to_millis(now), bench_.parts.random),
                  .service = service,
                  .session = session.id,
                  .origin = Origin::platform,
                  .from = {},
                  .text = request.text,
                  .label = {},
                  .media_count = 0,
                  .received_at = now,
                  .recipients = {},
                  .system_text = {}};
  const bool masked = mask_in(message, session, owner.value.settings);
  auto deliveries = deliveries_of(message, session, owner.value.settings);
  std::erase_if(deliveries, [&](const Delivery& delivery) {
    return !request.to.empty() && std::ranges::find(request.to, delivery.seat) == request.to.end();
  });
  for (const Delivery& delivery : deliveries) message.recipients.push_back(delivery.seat);

  Commit commit;
  commit.expect(Sessions::key_of(service, session.id), state->session.version);
  enqueue(commit, message, deliveries);
  Sessions::touch(commit, *state, now);
  std::vector<std::pair<std::string, std::string>> data{{"message", message.id.str()},
                                                        {"origin", "platform"}};
  if (masked) data.emplace_back("masked", "true");
  EventLog::append(commit, service,
                   EventLog::make(EventType::message_received, session.id, now, bench_.parts.random,
                                  std::move(data)));
  MessageView view{.message = std::move(message), .deliveries = std::move(deliveries)};
  if (idem) answers_.write(commit, service, session.id, idem->mark, idem->render(view));
  BAUTA_CO_TRY(const auto done, co_await commit_settled(bench_.parts.store, std::move(commit),
                                                        message_key(view.message)));
  if (!done) co_return std::optional<MessageView>{};
  co_return std::optional(std::move(view));
}

Task<Result<Page<MessageView>>> MessageDesk::list(ServiceId service, SessionId session,
                                                  std::uint32_t limit, std::string cursor) const {
  BAUTA_CO_TRY(const auto state, co_await bench_.sessions.find(service, session));
  if (!state) co_return fail("session.not_found", "there is no session " + session.str());
  const Key prefix = Key("msg").id(service).id(session);
  auto request = newest_first(prefix, limit);
  if (!cursor.empty()) {
    BAUTA_CO_TRY(request.after, read_cursor(cursor, prefix));
  }
  BAUTA_CO_TRY(const auto scanned, co_await bench_.parts.store.scan(std::move(request)));
  std::vector<Message> messages;
  for (const KeyedRecord& record : scanned.records) {
    BAUTA_CO_TRY(auto message, decode_message(record.record));
    messages.push_back(std::move(message));
  }
  BAUTA_CO_TRY(auto page, co_await with_deliveries(std::move(messages)));
  page.next_cursor = cursor_behind(scanned, prefix);
  co_return page;
}

Task<Result<Page<MessageView>>> MessageDesk::with_deliveries(std::vector<Message> messages) const {
  std::vector<Key> keys;
  for (const Message& message : messages) {
    for (const SeatId seat : message.recipients)
      keys.push_back(delivery_key(message.service, message.id, seat));
  }
  BAUTA_CO_TRY(const auto records, co_await bench_.parts.store.multi_get(std::move(keys)));
  Page<MessageView> page;
  std::size_t at = 0;
  for (Message& message : messages) {
    MessageView view{.message = std::move(message), .deliveries = {}};
    for (std::size_t seat = 0; seat < view.message.recipients.size(); ++seat, ++at) {
      if (!records[at]) continue;
      BAUTA_CO_TRY(auto delivery, decode_delivery(*records[at]));
      view.deliveries.push_back(std::move(delivery.value));
    }
    page.data.push_back(std::move(view));
  }
  co_return page;
}

Task<Result<Page<DeadLetter>>> MessageDesk::list_dead_letters(ServiceId service,
                                                              std::uint32_t limit,
                                                              std::string cursor) const {
  const Key prefix = dead_letters_prefix(service);
  auto request = newest_first(prefix, limit);
  if (!cursor.empty()) {
    BAUTA_CO_TRY(request.after, read_cursor(cursor, prefix));
  }
  BAUTA_CO_TRY(const auto scanned, co_await bench_.parts.store.scan(std::move(request)));
  Page<DeadLetter> page;
  for (const KeyedRecord& record : scanned.records) {
    BAUTA_CO_TRY(auto letter, decode_dead_letter(record.record));
    page.data.push_back(std::move(letter));
  }
  page.next_cursor = cursor_behind(scanned, prefix);
  co_return page;
}

Task<Result<Stored<Delivery>>> MessageDesk::find_dead(ServiceId service, MessageId message,
                                                      SeatId seat) const {
  BAUTA_CO_TRY(const auto letter,
               co_await bench_.parts.store.get(dead_letter_key(service, message, seat)));
  BAUTA_CO_TRY(const auto record,
               co_await bench_.parts.store.get(delivery_key(service, message, seat)));
  if (!letter || !record)
    co_return fail("dead_letter.not_found", "there is no dead letter of this text to them");
  co_return decode_delivery(*record);
}

Task<Result<Delivery>> MessageDesk::retry(ServiceId service, MessageId message, SeatId seat,
                                          std::optional<Idempotent<Delivery>> idempotent) const {
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(auto again, co_await try_retry(service, message, seat, idempotent));
    if (again) co_return *std::move(again);
    if (idempotent) BAUTA_CO_CHECK(co_await answers_.refuse_if_written(service, idempotent->mark));
  }
  co_return contended();
}

/// nullopt: a conflict.
Task<Result<std::optional<Delivery>>> MessageDesk::try_retry(
    ServiceId service, MessageId message, SeatId seat,
    std::optional<Idempotent<Delivery>> idempotent) const {
  const TimePoint now = bench_.now(service);
  BAUTA_CO_TRY(const auto owner, co_await bench_.service(service));
  BAUTA_CO_TRY(const auto dead, co_await find_dead(service, message, seat));
  const Delivery& before = dead.value;
  BAUTA_CO_TRY(const auto text,
               co_await bench_.parts.store.get(message_key(service, before.session, message)));
  if (!text) co_return fail("dead_letter.not_found", "the text was erased");
  Commit commit;
  if (!before.session.is_nil()) {
    BAUTA_CO_TRY(const auto state, co_await bench_.sessions.find(service, before.session));
    if (!state || state->ending(now))
      co_return fail("session.closed", "the session of this text has ended");
    commit.expect(Sessions::key_of(service, before.session), state->session.version);
  }
  Delivery again = before;
  again.state = DeliveryState::queued;
  // It may have left then: whoever asks for it again knows that it may come twice, and it is counted.
  if (before.error_code == "outcome_unknown" || before.error_code == "poison") {
    ++again.resends;
    bench_.parts.metrics.possible_double(before.connection);
  } else {
    again.attempts_given_up = again.attempt;
  }
  again.crash_count = 0;
  again.not_before.reset();
  again.put_off.clear();
  again.deadline = now + owner.value.settings.deadline_seconds;
  again.updated_at = now;
  again.error_code.clear();
  again.error_detail.clear();
  write_change(commit, again, before, dead.version, bench_.parts.random);
  append_work(commit, again);
  if (idempotent) {
    answers_.write(commit, service, before.session, idempotent->mark, idempotent->render(again));
  }
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  if (!done) co_return std::optional<Delivery>{};
  co_return std::optional(std::move(again));
}

Task<Status> MessageDesk::dismiss(ServiceId service, MessageId message, SeatId seat) const {
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(const bool done, co_await try_dismiss(service, message, seat));
    if (done) co_return Status{};
  }
  co_return contended();
}

/// False: a conflict.
Task<Result<bool>> MessageDesk::try_dismiss(ServiceId service, MessageId message,
                                            SeatId seat) const {
  BAUTA_CO_TRY(auto dead, co_await find_dead(service, message, seat));
  dead.value.dismissed = true;
  const Key key = delivery_key(service, message, seat);
  Commit commit;
  commit.expect(key, dead.version).put(key, encode_delivery(dead.value), expiry_of(dead.value));
  commit.erase(dead_letter_key(service, message, seat));
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return done.has_value();
}

}  // namespace bauta
