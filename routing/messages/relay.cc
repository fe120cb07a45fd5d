#include "routing/messages/relay.h"

#include <boost/asio/this_coro.hpp>

#include "routing/messages/line.h"
#include "routing/outbox/fan_out.h"
#include "routing/text/segments.h"
#include "storage/store/assert.h"
#include "storage/store/planted.h"

namespace bauta {
namespace {

Key dedup_key(const IndexKey& index_key, const InboundMessage& mo) {
  // The provider's id is foreign text: its hash stands in the key.
  return Key("dedup")
      .text(mo.connection)
      .bits(index_key.hash("dedup", mo.provider_id))
      .u64(mo.part);
}

/// The octets of a mark say nothing: that it is there is all.
constexpr std::string_view kMark = "1";

/// How many lines are watched for machines that answer each other.
constexpr std::size_t kWatchedLinesMax = 100'000;

}  // namespace

/// An MO on its way in, with what its number's record says and when it came.
struct Relay::Arrival {
  InboundMessage mo;
  Stored<Number> number;
  Service service;
  PersonHash person;
  Key dedup;
  TimePoint now;

  std::chrono::hours dedup_kept;
  /// The language of their seat, once it is known.
  std::string language = {};
  bool asks_for_help = false;

  LaneKey line() const { return {.number = mo.to, .service = service.id, .person = person}; }
  /// Every commit of an arrival carries its mark: seen, and never relayed twice (promise 4).
  Commit marked() const {
    Commit commit;
    if (planted(PlantedBug::dedup_mark_apart)) return commit;
    commit.expect(dedup, kAbsent);
    commit.put(dedup, std::string(kMark), now + dedup_kept);
    return commit;
  }
};

std::string_view inbound_outcome_name(InboundOutcome outcome) {
  switch (outcome) {
    case InboundOutcome::relayed:
      return "relayed";
    case InboundOutcome::duplicate:
      return "duplicate";
    case InboundOutcome::refused:
      return "refused";
    case InboundOutcome::ended:
      return "ended";
    case InboundOutcome::keyword:
      return "keyword";
  }
  BAUTA_ASSERT(false);
}

Relay::Relay(RelayParts parts)
    : parts_(std::move(parts)),
      inventory_(parts_.store),
      routes_(parts_.store),
      sessions_(parts_.store),
      services_(parts_.store),
      ledger_(parts_.store),
      own_words_(parts_),
      repeats_({.most = parts_.limits.repeats_max,
                .window = parts_.limits.repeats_window,
                .lines_max = kWatchedLinesMax}) {}

Task<Result<InboundOutcome>> Relay::accept(InboundMessage mo) {
  for (std::uint32_t tries = 0; tries < parts_.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(const auto outcome, co_await accept_once(mo));
    if (outcome) co_return *outcome;
  }
  co_return fail("storage.contended",
                 "others kept changing what this text hangs on; send it again");
}

// nullopt from here on: a conflict, something changed since it was read.
Task<Result<std::optional<InboundOutcome>>> Relay::accept_once(InboundMessage mo) {
  const auto dedup = dedup_key(parts_.index_key, mo);
  BAUTA_CO_TRY(const auto seen, co_await parts_.store.get(dedup));
  if (seen) co_return InboundOutcome::duplicate;
  BAUTA_CO_TRY(auto number, co_await inventory_.find(mo.to));
  if (!number) co_return co_await refuse_unowned(std::move(mo), dedup);
  BAUTA_CO_TRY(const auto service, co_await services_.find(number->value.service));
  if (!service) co_return co_await refuse_unowned(std::move(mo), dedup);

  const auto now = parts_.clock.now(service->value.id);
  Arrival arrival{.mo = std::move(mo),
                  .number = *std::move(number),
                  .service = service->value,
                  .person = {},
                  .dedup = dedup,
                  .now = now,
                  .dedup_kept = parts_.limits.dedup};
  // An inbound text counts only from the connection that the number's record names.
  if (arrival.number.value.connection != arrival.mo.connection)
    co_return co_await refuse(std::move(arrival), "inbound.wrong_connection");
  BAUTA_CO_TRY(const auto own, co_await inventory_.version_of_address(arrival.mo.from));
  if (own != kAbsent) co_return co_await refuse(std::move(arrival), "inbound.loop");
  BAUTA_CO_TRY(auto route, co_await settle_sender(arrival));
  // STOP counts without a route and on an ended line: consent comes first (promise 6).
  if (const auto keyword = keyword_in(arrival.mo.text, arrival.mo.to)) {
    BAUTA_CO_TRY(auto consent, co_await ledger_.look_up(consenting(arrival), arrival.mo.to));
    if (planted(PlantedBug::stop_needs_route) && !route)
      co_return co_await refuse(std::move(arrival), "inbound.no_route");
    if (changes_consent(*keyword, consent))
      co_return co_await record_consent(std::move(arrival), *keyword, consent, std::move(route));
    arrival.asks_for_help = *keyword == Keyword::help;
    // With a line or without: machines answer each other with HELP as with anything else.
    if (arrival.asks_for_help && !repeats_.allow(arrival.line(), arrival.mo.text, now))
      co_return co_await refuse_repeated(std::move(arrival));
  }
  std::optional<SessionState> session;
  std::optional<TimePoint> free_at;
  if (route) {
    BAUTA_CO_TRY(session, co_await sessions_.find(arrival.service.id, route->value.session));
    BAUTA_CO_TRY(free_at, co_await reusable_at(parts_.store, *route, session,
                                               arrival.service.settings.cooling_seconds, now));
  }
  switch (standing_of(route, session, free_at, now)) {
    case LineStanding::none:
      co_return co_await refuse_stranger(std::move(arrival));
    case LineStanding::ended:
      co_return co_await answer_ended(std::move(arrival), *std::move(route), std::move(session));
    case LineStanding::seat_gone:
      co_return co_await refuse(std::move(arrival), "participant.gone");
    case LineStanding::live:
      break;
  }
  // Only what would wait is put off: a STOP is heard however much waits, and not every carrier comes again (promise 6).
  BAUTA_CO_CHECK(parts_.may_take_in_more());
  co_return co_await commit_relay(std::move(arrival), *std::move(route), *std::move(session));
}

/// Says who the sender is, and on which route they text, if any.
Task<Result<std::optional<Stored<Route>>>> Relay::settle_sender(Arrival& arrival) const {
  BAUTA_CO_TRY(auto sender, co_await find_sender(parts_, arrival.service.id, arrival.mo.from,
                                                 arrival.mo.to, arrival.now));
  arrival.mo.from = std::move(sender.from);
  arrival.person = sender.person;
  co_return std::move(sender.route);
}

Task<Result<std::optional<InboundOutcome>>> Relay::end(Arrival arrival, Commit commit,
                                                       InboundOutcome outcome) {
  if (planted(PlantedBug::answer_before_commit)) {
    leave_behind(co_await boost::asio::this_coro::executor,
                 commit_settled(parts_.store, std::move(commit), arrival.dedup));
    co_return outcome;
  }
  BAUTA_CO_TRY(const auto committed,
               co_await commit_settled(parts_.store, std::move(commit), arrival.dedup));
  if (!committed) co_return std::nullopt;
  if (planted(PlantedBug::dedup_mark_apart)) {
    Commit mark;
    mark.put(arrival.dedup, std::string(kMark), arrival.now + arrival.dedup_kept);
    BAUTA_CO_TRY(const auto marked, co_await commit_once(parts_.store, std::move(mark)));
  }
  // What went on to others, or was answered each time, is what two machines could keep each other busy with.
  if (outcome == InboundOutcome::relayed || arrival.asks_for_help)
    repeats_.note(arrival.line(), arrival.mo.text, arrival.now);
  co_return outcome;
}

/// For a number that is not ours: there is no service whose log could hold an event.
Task<Result<std::optional<InboundOutcome>>> Relay::refuse_unowned(InboundMessage mo, Key dedup) {
  Commit commit;
  commit.expect(dedup, kAbsent);
  commit.put(dedup, std::string(kMark), parts_.clock.now() + parts_.limits.dedup);
  BAUTA_CO_TRY(const auto committed,
               co_await commit_settled(parts_.store, std::move(commit), dedup));
  if (!committed) co_return std::nullopt;
  parts_.metrics.refused("inbound.not_our_number");
  co_return InboundOutcome::refused;
}

/// Final all the same: mark, count and event.
Task<Result<std::optional<InboundOutcome>>> Relay::refuse(Arrival arrival, std::string_view code) {
  auto commit = begin(arrival);
  EventLog::append(commit, arrival.service.id,
                   EventLog::make(EventType::inbound_unrouted, {}, arrival.now, parts_.random,
                                  {{"number", arrival.mo.to.str()}, {"code", std::string(code)}}));
  BAUTA_CO_TRY(const auto outcome,
               co_await end(std::move(arrival), std::move(commit), InboundOutcome::refused));
  if (outcome) parts_.metrics.refused(code);
  co_return outcome;
}

/// The same words on this line too often: they go to nobody, and what they ask is not answered.
Task<Result<std::optional<InboundOutcome>>> Relay::refuse_repeated(Arrival arrival) {
  arrival.asks_for_help = false;
  co_return co_await refuse(std::move(arrival), "inbound.repeated");
}

/// Somebody who has no line here: told so only if the service wants it.
Task<Result<std::optional<InboundOutcome>>> Relay::refuse_stranger(Arrival arrival) {
  constexpr std::string_view kCode = "inbound.no_route";
  auto commit = begin(arrival);
  EventLog::append(commit, arrival.service.id,
                   EventLog::make(EventType::inbound_unrouted, {}, arrival.now, parts_.random,
                                  {{"number", arrival.mo.to.str()}, {"code", std::string(kCode)}}));
  if (arrival.service.settings.answer_strangers && !arrival.asks_for_help) {
    BAUTA_CO_CHECK(
        co_await own_words_.say_once_a_day(commit, saying(arrival, SystemText::no_conversation)));
  }
  BAUTA_CO_TRY(const auto outcome,
               co_await end(std::move(arrival), std::move(commit), InboundOutcome::refused));
  if (outcome) parts_.metrics.refused(kCode);
  co_return outcome;
}

Consenter Relay::consenting(const Arrival& arrival) const {
  return consenter(parts_.index_key, arrival.service.id, arrival.mo.from);
}

/// What Bauta says to the sender, on the lane that they know.
OwnWords::Saying Relay::saying(const Arrival& arrival, SystemText what) {
  return {.service = arrival.service,
          .listener = {.to = arrival.mo.from,
                       .person = arrival.person,
                       .from = arrival.mo.to,
                       .language = arrival.language},
          .what = what,
          .now = arrival.now};
}

/// A commit that marks the arrival, and answers it if it asks for help: HELP is answered whatever else becomes of it, but for one that is refused
/// as repeated.
Commit Relay::begin(const Arrival& arrival) const {
  auto commit = arrival.marked();
  if (arrival.asks_for_help && !arrival.mo.carrier_answered_keyword) {
    auto help = saying(arrival, SystemText::help);
    help.despite_stop = true;
    own_words_.say(commit, help);
  }
  return commit;
}

Task<Result<std::optional<InboundOutcome>>> Relay::record_consent(
    Arrival arrival, Keyword keyword, ConsentView consent, std::optional<Stored<Route>> route) {
  const bool stop = keyword == Keyword::stop;
  const bool line_only = stop && arrival.service.settings.consent_scope == ConsentScope::line;
  auto commit = arrival.marked();
  // A repeated STOP is confirmed once, when it changed something.
  const bool changes = stop != consent.is_out();
  const Consent word{.state = stop ? ConsentState::opted_out : ConsentState::opted_in,
                     .source = ConsentSource::person,
                     .since = arrival.now};
  if (!line_only) Ledger::record(commit, consenting(arrival), consent, word);
  if (line_only || (!stop && consent.line))
    Ledger::record_line(commit, consenting(arrival), arrival.mo.to, consent, word);
  if (changes) {
    std::vector<std::pair<std::string, std::string>> data{{"number", arrival.mo.to.str()},
                                                          {"source", "person"}};
    if (route) data.emplace_back("participant", route->value.seat.str());
    EventLog::append(
        commit, arrival.service.id,
        EventLog::make(stop ? EventType::participant_opted_out : EventType::participant_opted_in,
                       route ? route->value.session : SessionId(), arrival.now, parts_.random,
                       std::move(data)));
    if (!arrival.mo.carrier_answered_keyword) {
      BAUTA_CO_TRY(arrival.language, co_await language_of(arrival.service.id, route));
      auto heard = saying(arrival, stop ? SystemText::stop_confirmed : SystemText::start_confirmed);
      heard.despite_stop = stop;
      own_words_.say(commit, heard);
    }
  }
  co_return co_await end(std::move(arrival), std::move(commit), InboundOutcome::keyword);
}

/// Of the seat that a route leads to; "": there is none, or it does not say.
Task<Result<std::string>> Relay::language_of(ServiceId service,
                                             std::optional<Stored<Route>> route) const {
  if (!route) co_return std::string();
  BAUTA_CO_TRY(const auto session, co_await sessions_.find(service, route->value.session));
  const Seat* const seat = session ? session->session.value.seat(route->value.seat) : nullptr;
  co_return seat != nullptr ? seat->language : std::string();
}

/// A late text meets "ended", never the number's next holder (promise 1).
Task<Result<std::optional<InboundOutcome>>> Relay::answer_ended(
    Arrival arrival, Stored<Route> route, std::optional<SessionState> session) {
  if (session) {
    const Seat* const seat = session->session.value.seat(route.value.seat);
    if (seat != nullptr) arrival.language = seat->language;
  }
  auto commit = begin(arrival);
  // Who takes this line over writes its key: the answer is to the line as it was read.
  commit.expect(RouteTable::key_of(arrival.service.id, arrival.person, arrival.mo.to),
                route.version);
  EventLog::append(
      commit, arrival.service.id,
      EventLog::make(EventType::inbound_unrouted, session ? route.value.session : SessionId(),
                     arrival.now, parts_.random,
                     {{"number", arrival.mo.to.str()}, {"code", "session.ended"}}));
  if (arrival.service.settings.answer_ended && !arrival.asks_for_help) {
    BAUTA_CO_CHECK(co_await own_words_.say_once_a_day(
        commit, saying(arrival, SystemText::conversation_ended)));
  }
  BAUTA_CO_TRY(const auto outcome,
               co_await end(std::move(arrival), std::move(commit), InboundOutcome::ended));
  if (outcome) parts_.metrics.refused("session.ended");
  co_return outcome;
}

Task<Result<std::optional<InboundOutcome>>> Relay::commit_relay(Arrival arrival,
                                                                Stored<Route> route,
                                                                SessionState state) {
  const auto& session = state.session.value;
  const auto* sender = session.seat(route.value.seat);
  BAUTA_ASSERT(sender != nullptr);
  if (!repeats_.allow(arrival.line(), arrival.mo.text, arrival.now))
    co_return co_await refuse_repeated(std::move(arrival));
  arrival.language = sender->language;
  auto commit = begin(arrival);
  commit.expect(RouteTable::key_of(arrival.service.id, arrival.person, arrival.mo.to),
                route.version);
  const bool first = session.status == SessionStatus::open;
  if (!first) commit.expect(Sessions::key_of(session.service, session.id), state.session.version);
  if (first) begin_conversation(commit, state, arrival.now);
  Sessions::touch(commit, state, arrival.now);

  Message message{.id = MessageId::make(to_millis(arrival.now), parts_.random),
                  .service = session.service,
                  .session = session.id,
                  .from = sender->id,
                  .text = arrival.mo.text,
                  .label = label_in(session, sender->id),
                  .media_count = arrival.mo.media_count,
                  .received_at = arrival.now};
  const bool masked = mask_in(message, session, arrival.service.settings);
  std::vector<Delivery> deliveries;
  // A picture without words has nothing that could be relayed yet: never an empty text.
  if (!message.text.empty()) deliveries = deliveries_of(message, session, arrival.service.settings);
  for (const auto& delivery : deliveries) message.recipients.push_back(delivery.seat);
  enqueue(commit, message, deliveries);
  std::vector<std::pair<std::string, std::string>> data{{"message", message.id.str()},
                                                        {"from", sender->id.str()}};
  if (masked) data.emplace_back("masked", "true");
  if (message.media_count > 0)
    data.emplace_back("media_dropped", std::to_string(message.media_count));
  EventLog::append(commit, session.service,
                   EventLog::make(EventType::message_received, session.id, arrival.now,
                                  parts_.random, std::move(data)));
  if (message.media_count > 0) {
    BAUTA_CO_CHECK(
        co_await own_words_.say_once_a_day(commit, saying(arrival, SystemText::no_pictures)));
  }
  co_return co_await end(std::move(arrival), std::move(commit), InboundOutcome::relayed);
}

/// The first text moves the session on; the only text that writes it.
void Relay::begin_conversation(Commit& commit, const SessionState& state, TimePoint now) {
  auto session = state.session.value;
  session.status = SessionStatus::in_progress;
  Sessions::write(commit, session, state.session.version);
  EventLog::append(commit, session.service,
                   EventLog::make(EventType::session_in_progress, session.id, now, parts_.random));
}

}  // namespace bauta
