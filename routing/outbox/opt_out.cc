#include "routing/outbox/opt_out.h"

#include <algorithm>
#include <utility>

#include "routing/events/event_log.h"
#include "routing/outbox/erased.h"
#include "routing/outbox/way_out.h"

namespace bauta {
namespace {

struct OptOut {
  Consenter consenting;
  VirtualNumber from;
  SessionId session;
  SeatId seat;
  std::optional<Service> service;
  ConsentView consent;
  TimePoint at;
};
void record(RelayParts& parts, Commit& commit, const OptOut& out) {
  const Consent word{
      .state = ConsentState::opted_out, .source = ConsentSource::carrier, .since = out.at};
  if (out.service && out.service->settings.consent_scope == ConsentScope::line) {
    Ledger::record_line(commit, out.consenting, out.from, out.consent, word);
  } else {
    Ledger::record(commit, out.consenting, out.consent, word);
  }
  std::vector<std::pair<std::string, std::string>> data{{"number", out.from.str()},
                                                        {"source", "carrier"}};
  if (!out.seat.is_nil()) data.emplace_back("participant", out.seat.str());
  EventLog::append(commit, out.consenting.service,
                   EventLog::make(EventType::participant_opted_out, out.session, out.at,
                                  parts.random, std::move(data)));
}

/// A carrier says the same word more than once: what they said themselves later stands.
bool came_back_since(const ConsentView& consent, TimePoint heard_of) {
  const auto says_so = [&](const std::optional<Stored<Consent>>& word) {
    return word && word->value.state == ConsentState::opted_in && word->value.since >= heard_of;
  };
  return says_so(consent.everywhere) || says_so(consent.line);
}

}  // namespace

std::optional<Listener> who_is_told(const Circumstances& seen) {
  if (!seen.message || !seen.session || seen.message->origin != Origin::participant)
    return std::nullopt;
  const Session& session = seen.session->value;
  const Seat* const writer = session.seat(seen.message->from);
  if (session.is_group() || writer == nullptr || writer->state != SeatState::active)
    return std::nullopt;
  return listener_at(*writer);
}

Task<Status> believe_opt_out(RelayParts parts, Commit& commit, Delivery delivery, TimePoint now,
                             std::optional<TimePoint> heard_of) {
  Services services(parts.store);
  BAUTA_CO_TRY(const auto seen, co_await read_circumstances(parts, services, delivery));
  if (seen.consent.is_out() || (heard_of && came_back_since(seen.consent, *heard_of)))
    co_return Status();
  record(parts, commit,
         {.consenting = seen.consenting,
          .from = delivery.from,
          .session = delivery.session,
          .seat = delivery.seat,
          .service = seen.service,
          .consent = seen.consent,
          .at = now});
  auto told = who_is_told(seen);
  if (!told || !seen.service) co_return Status();
  co_return co_await OwnWords(parts).say_once_a_day(commit, {.service = *seen.service,
                                                             .listener = *std::move(told),
                                                             .what = SystemText::cannot_be_reached,
                                                             .now = now});
}

Task<Result<bool>> believe_opt_out_at(RelayParts parts, Commit& commit, std::string connection,
                                      VirtualNumber from, RealAddress to) {
  BAUTA_CO_TRY(const auto number, co_await Inventory(parts.store).find(from));
  if (!number || std::ranges::count(connections_of(number->value), connection) == 0)
    co_return false;
  const auto service_id = number->value.service;
  const auto consenting = consenter(parts.index_key, service_id, to);
  BAUTA_CO_TRY(auto consent, co_await Ledger(parts.store).look_up(consenting, from));
  if (consent.is_out()) co_return true;
  Services services(parts.store);
  BAUTA_CO_TRY(auto service, co_await services.find(service_id));
  commit.expect(Inventory::key_of(from), number->version);
  record(parts, commit,
         {.consenting = consenting,
          .from = std::move(from),
          .session = SessionId(),
          .seat = SeatId(),
          .service = service ? std::optional(std::move(service->value)) : std::nullopt,
          .consent = consent,
          .at = parts.clock.now(service_id)});
  co_return true;
}

Task<Status> believe_opt_out_of_erased(RelayParts parts, Commit& commit, Key key) {
  KeyReader reader(key, "dlv");
  const auto service_id = reader.id<ServiceTag>();
  const auto message = reader.id<MessageTag>();
  const auto seat = reader.id<SeatTag>();
  BAUTA_CO_TRY(const auto stayed, co_await parts.store.get(erased_key(service_id, message, seat)));
  if (!stayed) co_return Status();
  BAUTA_CO_TRY(auto erased, decode_erased(service_id, *stayed));
  BAUTA_CO_TRY(auto consent, co_await Ledger(parts.store).look_up(erased.consenting, erased.from));
  if (consent.is_out() || came_back_since(consent, erased.heard_of)) co_return Status();
  Services services(parts.store);
  BAUTA_CO_TRY(auto service, co_await services.find(service_id));
  record(parts, commit,
         {.consenting = erased.consenting,
          .from = std::move(erased.from),
          .session = SessionId(),
          .seat = seat,
          .service = service ? std::optional(std::move(service->value)) : std::nullopt,
          .consent = consent,
          .at = parts.clock.now(service_id)});
  co_return Status();
}

}  // namespace bauta
