#include "routing/outbox/opt_out.h"

#include "routing/events/event_log.h"

namespace bauta {

std::optional<Listener> who_is_told(const Circumstances& seen) {
  if (!seen.message || !seen.session || seen.message->origin != Origin::participant)
    return std::nullopt;
  const Session& session = seen.session->value;
  const Seat* const writer = session.seat(seen.message->from);
  if (session.is_group() || writer == nullptr || writer->state != SeatState::active)
    return std::nullopt;
  return listener_at(*writer);
}

Task<Status> believe_opt_out(RelayParts parts, Commit& commit, Delivery delivery, TimePoint now) {
  Accounts accounts(parts.store, parts.index_key);
  BAUTA_CO_TRY(const auto seen, co_await read_circumstances(parts, accounts, delivery));
  if (seen.consent.is_out()) co_return Status();
  const Consent word{
      .state = ConsentState::opted_out, .source = ConsentSource::carrier, .since = now};
  if (seen.service && seen.service->settings.consent_scope == ConsentScope::line) {
    Ledger::record_line(commit, seen.consenting, delivery.from, seen.consent, word);
  } else {
    Ledger::record(commit, seen.consenting, seen.consent, word);
  }
  std::vector<std::pair<std::string, std::string>> data{{"number", delivery.from.str()},
                                                        {"source", "carrier"}};
  if (!delivery.seat.is_nil()) data.emplace_back("participant", delivery.seat.str());
  EventLog::append(commit, delivery.service,
                   EventLog::make(EventType::participant_opted_out, delivery.session, now,
                                  parts.random, std::move(data)));
  auto told = who_is_told(seen);
  if (!told || !seen.service) co_return Status();
  co_return co_await OwnWords(parts).say_once_a_day(commit, {.service = *seen.service,
                                                             .listener = *std::move(told),
                                                             .what = SystemText::cannot_be_reached,
                                                             .now = now});
}

}  // namespace bauta
