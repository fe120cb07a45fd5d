#include "routing/messages/relay.h"

#include <boost/asio/this_coro.hpp>
#include <charconv>

#include "routing/outbox/ending.h"
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

Key automatic_answer_key(const VirtualNumber& number, PersonHash person) {
  return Key("auto").text(number.str()).id(person);
}

/// The octets of a mark say nothing: that it is there is all.
constexpr std::string_view kMark = "1";

/// On disk: milliseconds in decimal.
TimePoint time_in(const std::string& value) {
  std::int64_t ms = 0;
  std::from_chars(value.data(), value.data() + value.size(), ms);
  return from_millis(ms);
}

/// A line means nothing any more once its cooling is over, whether or not its session's end was written down.
bool is_forgotten(const Route& route, const std::optional<SessionState>& session,
                  std::chrono::seconds cooling, TimePoint now) {
  if (route.state == RouteState::cooling) return route.reusable_at <= now;
  const auto ending = session ? session->ending(now) : std::nullopt;
  return ending && ending->at + cooling <= now;
}

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

  /// Every commit of an arrival carries its mark: seen, and never relayed twice (promise 4).
  Commit marked() const {
    Commit commit;
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
    : parts_(parts),
      inventory_(parts.store),
      routes_(parts.store),
      sessions_(parts.store),
      accounts_(parts.store, parts.index_key),
      ledger_(parts.store) {}

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
  // An inbound text counts only from the connection that the number's record names.
  if (!number || number->value.connection != mo.connection)
    co_return co_await refuse_unowned(std::move(mo), dedup);
  BAUTA_CO_TRY(const auto service, co_await accounts_.find_service(number->value.service));
  if (!service) co_return co_await refuse_unowned(std::move(mo), dedup);

  const auto now = parts_.clock.now(service->value.id);
  const auto person =
      parts_.index_key.person(service->value.id, channel_name(mo.from.channel()), mo.from.reveal());
  Arrival arrival{.mo = std::move(mo),
                  .number = *std::move(number),
                  .service = service->value,
                  .person = person,
                  .dedup = dedup,
                  .now = now,
                  .dedup_kept = parts_.limits.dedup};

  BAUTA_CO_TRY(const auto own, co_await inventory_.version_of_address(arrival.mo.from));
  if (own != kAbsent) co_return co_await refuse(std::move(arrival), "inbound.loop");
  // STOP counts without a route and on an ended line: consent comes first (promise 6).
  if (const auto keyword = keyword_in(arrival.mo.text, arrival.mo.to)) {
    BAUTA_CO_TRY(auto consent, co_await ledger_.look_up(arrival.service.id, person, arrival.mo.to));
    if (planted(PlantedBug::stop_needs_route)) {
      BAUTA_CO_TRY(const auto line, co_await routes_.find(arrival.service.id, person,
                                                          arrival.mo.from, arrival.mo.to));
      if (!line) co_return co_await refuse(std::move(arrival), "inbound.no_route");
    }
    // START and YES act only for someone who is out, and are words like any other else.
    if (*keyword == Keyword::stop || consent.is_out()) {
      co_return co_await record_consent(std::move(arrival), *keyword, consent);
    }
  }
  BAUTA_CO_TRY(auto route,
               co_await routes_.find(arrival.service.id, person, arrival.mo.from, arrival.mo.to));
  if (!route) co_return co_await refuse(std::move(arrival), "inbound.no_route");
  BAUTA_CO_TRY(auto session, co_await sessions_.find(arrival.service.id, route->value.session));
  const bool live = route->value.state == RouteState::live && session && !session->ending(now);
  if (!live)
    co_return co_await answer_ended(std::move(arrival), *std::move(route), std::move(session));
  co_return co_await commit_relay(std::move(arrival), *std::move(route), *std::move(session));
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
  co_return outcome;
}

/// For a number that is not ours, or not this connection's: there is no service whose log could hold an event.
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
  auto commit = arrival.marked();
  EventLog::append(commit, arrival.service.id,
                   EventLog::make(EventType::inbound_unrouted, {}, arrival.now, parts_.random,
                                  {{"number", arrival.mo.to.str()}, {"code", std::string(code)}}));
  BAUTA_CO_TRY(const auto outcome,
               co_await end(std::move(arrival), std::move(commit), InboundOutcome::refused));
  if (outcome) parts_.metrics.refused(code);
  co_return outcome;
}

/// Adds to `commit` what Bauta itself says to the sender, on the lane that they know.
void Relay::say(Commit& commit, const Arrival& arrival, SystemText what, bool despite_stop) {
  Message message{.id = MessageId::make(to_millis(arrival.now), parts_.random),
                  .service = arrival.service.id,
                  .origin = Origin::system,
                  .text = system_text(what, arrival.service.settings.display_name),
                  .received_at = arrival.now,
                  .recipients = {SeatId()},
                  .system_text = what};
  const Delivery delivery{.service = message.service,
                          .message = message.id,
                          .to = arrival.mo.from,
                          .person = arrival.person,
                          .from = arrival.mo.to,
                          .deadline = arrival.now + arrival.service.settings.deadline_seconds,
                          .received_at = arrival.now,
                          .updated_at = arrival.now,
                          .segments = segment(message.text).segments,
                          .despite_stop = despite_stop};
  enqueue(commit, message, {delivery}, expiry_of(delivery));
}

/// The same, if this pair had no automatic answer for a day: answers must not answer answers.  False: it had one.
Task<Result<bool>> Relay::say_once_a_day(Commit& commit, Arrival arrival, SystemText what) {
  const auto key = automatic_answer_key(arrival.mo.to, arrival.person);
  BAUTA_CO_TRY(const auto last, co_await parts_.store.get(key));
  if (last && arrival.now < time_in(last->value) + parts_.limits.automatic_answer) co_return false;
  commit.expect(key, last ? last->version : kAbsent);
  commit.put(key, std::to_string(to_millis(arrival.now)),
             arrival.now + parts_.limits.automatic_answer);
  say(commit, arrival, what, false);
  co_return true;
}

Task<Result<std::optional<InboundOutcome>>> Relay::record_consent(Arrival arrival, Keyword keyword,
                                                                  ConsentView consent) {
  const bool stop = keyword == Keyword::stop;
  auto commit = arrival.marked();
  // A repeated STOP is confirmed once, when it changed something.
  const bool changes = stop != consent.is_out();
  const Consent word{.state = stop ? ConsentState::opted_out : ConsentState::opted_in,
                     .source = ConsentSource::person,
                     .since = arrival.now};
  Ledger::record(commit, arrival.service.id, arrival.person, consent, word);
  if (!stop && consent.line) {
    Ledger::record_line(commit, arrival.service.id, arrival.person, arrival.mo.to, consent, word);
  }
  if (changes) {
    BAUTA_CO_TRY(const auto route, co_await routes_.find(arrival.service.id, arrival.person,
                                                         arrival.mo.from, arrival.mo.to));
    std::vector<std::pair<std::string, std::string>> data{{"number", arrival.mo.to.str()},
                                                          {"source", "person"}};
    if (route) data.emplace_back("participant", route->value.seat.str());
    EventLog::append(
        commit, arrival.service.id,
        EventLog::make(stop ? EventType::participant_opted_out : EventType::participant_opted_in,
                       route ? route->value.session : SessionId(), arrival.now, parts_.random,
                       std::move(data)));
    if (!arrival.mo.carrier_answered_keyword) {
      say(commit, arrival, stop ? SystemText::stop_confirmed : SystemText::start_confirmed, stop);
    }
  }
  co_return co_await end(std::move(arrival), std::move(commit), InboundOutcome::keyword);
}

/// A late text meets "ended", never the number's next holder (promise 1).
Task<Result<std::optional<InboundOutcome>>> Relay::answer_ended(
    Arrival arrival, Stored<Route> route, std::optional<SessionState> session) {
  if (is_forgotten(route.value, session, arrival.service.settings.cooling_seconds, arrival.now)) {
    co_return co_await refuse(std::move(arrival), "inbound.no_route");
  }
  auto commit = arrival.marked();
  // Who takes this line over writes its key: the answer is to the line as it was read.
  commit.expect(RouteTable::key_of(arrival.service.id, arrival.person, arrival.mo.to),
                route.version);
  EventLog::append(
      commit, arrival.service.id,
      EventLog::make(EventType::inbound_unrouted, session ? route.value.session : SessionId(),
                     arrival.now, parts_.random,
                     {{"number", arrival.mo.to.str()}, {"code", "session.ended"}}));
  if (arrival.service.settings.answer_ended) {
    BAUTA_CO_CHECK(co_await say_once_a_day(commit, arrival, SystemText::conversation_ended));
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
  BAUTA_ASSERT(sender != nullptr);  // a live route names a seat of its session
  if (sender->state == SeatState::left || sender->state == SeatState::blocked) {
    co_return co_await refuse(std::move(arrival), "participant.gone");
  }
  auto commit = arrival.marked();
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
  std::vector<Delivery> deliveries;
  // A picture without words has nothing that could be relayed yet: never an empty text.
  if (!message.text.empty()) deliveries = deliveries_of(message, session, arrival.service.settings);
  for (const auto& delivery : deliveries) message.recipients.push_back(delivery.seat);
  enqueue(commit, message, deliveries);
  std::vector<std::pair<std::string, std::string>> data{{"message", message.id.str()},
                                                        {"from", sender->id.str()}};
  if (message.media_count > 0)
    data.emplace_back("media_dropped", std::to_string(message.media_count));
  EventLog::append(commit, session.service,
                   EventLog::make(EventType::message_received, session.id, arrival.now,
                                  parts_.random, std::move(data)));
  if (message.media_count > 0) {
    BAUTA_CO_CHECK(co_await say_once_a_day(commit, arrival, SystemText::no_pictures));
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
