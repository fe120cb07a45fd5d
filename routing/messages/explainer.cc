#include "routing/messages/explainer.h"

#include <utility>

#include "routing/outbox/circumstances.h"
#include "routing/outbox/fan_out.h"
#include "routing/outbox/way_out.h"

namespace bauta {
namespace {

/// What is said where nobody said what: neither a keyword nor empty.
constexpr std::string_view kAnyWords = "Hello";

void refuse(Explanation& found, InboundOutcome outcome, std::string_view code) {
  found.outcome = outcome;
  found.code = code;
}

}  // namespace

Task<Result<Explanation>> Explainer::explain(ServiceId service, SupposedText text) {
  Explanation found;
  const Inventory inventory(parts_.store);
  BAUTA_CO_TRY(const auto number, co_await inventory.find(text.to));
  BAUTA_CO_TRY(const auto owner, co_await services_.find(service));
  if (!owner || !number || number->value.service != service) {
    refuse(found, InboundOutcome::refused, "inbound.not_our_number");
    co_return found;
  }
  found.number = text.to;
  found.connection = number->value.connection;
  BAUTA_CO_TRY(const auto own, co_await inventory.version_of_address(text.from));
  if (own != kAbsent) {
    refuse(found, InboundOutcome::refused, "inbound.loop");
    co_return found;
  }
  BAUTA_CO_CHECK(
      co_await explain_line(found, owner->value, std::move(text), parts_.clock.now(service)));
  co_return found;
}

Task<Status> Explainer::explain_line(Explanation& found, Service service, SupposedText text,
                                     TimePoint now) {
  BAUTA_CO_TRY(auto sender, co_await find_sender(parts_, service.id, text.from, text.to, now));
  const auto who = consenter(parts_.index_key, service.id, sender.from);
  BAUTA_CO_TRY(found.consent, co_await ledger_.look_up(who, text.to));
  std::optional<SessionState> state;
  std::optional<TimePoint> free_at;
  if (sender.route) {
    const Sessions sessions(parts_.store);
    BAUTA_CO_TRY(state, co_await sessions.find(service.id, sender.route->value.session));
    BAUTA_CO_TRY(free_at, co_await reusable_at(parts_.store, *sender.route, state,
                                               service.settings.cooling_seconds, now));
  }
  const auto& settings = service.settings;
  found.standing = standing_of(sender.route, state, free_at, now);
  // A line that is forgotten tells nothing of who had it.
  if (state && found.standing != LineStanding::none) {
    found.session = state->session.value;
    found.ending = state->ending(now);
    found.from = sender.route->value.seat;
  }
  if (text.text) found.keyword = keyword_in(*text.text, text.to);
  if (found.keyword && changes_consent(*found.keyword, found.consent)) {
    const bool stop = *found.keyword == Keyword::stop;
    found.outcome = InboundOutcome::keyword;
    if (stop != found.consent.is_out())
      found.answer = stop ? SystemText::stop_confirmed : SystemText::start_confirmed;
    co_return Status{};
  }
  const bool asks_for_help = found.keyword == Keyword::help;
  if (asks_for_help) found.answer = SystemText::help;
  switch (found.standing) {
    case LineStanding::none:
      refuse(found, InboundOutcome::refused, "inbound.no_route");
      if (settings.answer_strangers && !asks_for_help) found.answer = SystemText::no_conversation;
      co_return Status{};
    case LineStanding::ended:
      refuse(found, InboundOutcome::ended, "session.ended");
      found.reusable_at = free_at;
      if (settings.answer_ended && !asks_for_help) found.answer = SystemText::conversation_ended;
      co_return Status{};
    case LineStanding::seat_gone:
      refuse(found, InboundOutcome::refused, "participant.gone");
      co_return Status{};
    case LineStanding::live:
      break;
  }
  if (const auto room = parts_.may_take_in_more(); !room) {
    found.answer = {};
    found.code = room.error().code;
    co_return Status{};
  }
  found.outcome = InboundOutcome::relayed;
  co_return co_await explain_fan_out(found, service, std::move(text), now);
}

/// What a claim would say to each delivery that the text would become.
Task<Status> Explainer::explain_fan_out(Explanation& found, Service service, SupposedText text,
                                        TimePoint now) {
  const Session& session = *found.session;
  Message message{
      .id = {},
      .service = session.service,
      .session = session.id,
      .from = found.from,
      .text = text.text ? *std::move(text.text) : MessageText::from_carrier(std::string(kAnyWords)),
      .label = label_in(session, found.from),
      .received_at = now};
  found.is_masked = mask_in(message, session, service.settings);
  if (message.text.empty()) co_return Status{};
  for (auto& delivery : deliveries_of(message, session, service.settings)) {
    BAUTA_CO_TRY(const auto seen, co_await read_circumstances(parts_, services_, delivery));
    const Seat* const seat = session.seat(delivery.seat);
    Explanation::Recipient recipient{.seat = *seat, .segments = delivery.segments};
    recipient.code = reason_against(delivery, seen, now).value_or("");
    if (seen.number) {
      recipient.connection = seen.number->value.connection;
      recipient.fallbacks = seen.number->value.fallbacks;
      const BreakerMoment moment{.steady = parts_.clock.steady(), .wall = now};
      for (const auto& connection : connections_of(seen.number->value)) {
        auto breaker = parts_.breakers->find(connection, moment);
        if (!breaker) continue;
        recipient.down.push_back(connection);
        found.down.emplace(connection, *std::move(breaker));
      }
    }
    found.recipients.push_back(std::move(recipient));
  }
  co_return Status{};
}

}  // namespace bauta
