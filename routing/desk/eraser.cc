#include "routing/desk/eraser.h"

#include <set>
#include <utility>

#include "routing/outbox/erased.h"

namespace bauta {
namespace {

constexpr std::uint32_t kTextsPage = 100;
constexpr std::uint32_t kAnswersPage = 100;

/// That these people met.
void forget_people(Commit& commit, const Session& session) {
  std::set<PersonHash> people;
  for (const Seat& seat : session.seats) people.insert(seat.person);
  for (const PersonHash person : people)
    commit.erase(Sessions::person_key(session.service, person, session.id));
  if (people.size() != kSeatsMin) return;
  const PersonHash one = *people.begin();
  const PersonHash other = *people.rbegin();
  PairTable::forget(commit, {.service = session.service, .person = one, .companion = other});
  PairTable::forget(commit, {.service = session.service, .person = other, .companion = one});
}

}  // namespace

Task<Status> Eraser::erase(ServiceId service, SessionId id,
                           std::function<void(Commit&)> also) const {
  BAUTA_CO_TRY(const auto owner, co_await bench_.service(service));
  const Ending asked{.at = bench_.now(service), .reason = ClosedReason::erased};
  // Closed first: from here on no text is taken in.
  BAUTA_CO_CHECK(co_await bench_.close(owner.value.settings, service, id, asked));
  BAUTA_CO_CHECK(co_await erase_texts(service, id));
  BAUTA_CO_CHECK(co_await erase_answers(service, id));
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(const bool done, co_await erase_session(service, id, also));
    if (done) co_return Status{};
  }
  co_return contended();
}

Task<Status> Eraser::erase_texts(ServiceId service, SessionId id) const {
  for (;;) {
    BAUTA_CO_TRY(const bool more, co_await erase_some_texts(service, id));
    if (!more) co_return Status{};
  }
}

/// False: there are none left.
Task<Result<bool>> Eraser::erase_some_texts(ServiceId service, SessionId id) const {
  auto request = ScanRequest::prefix(Key("msg").id(service).id(id));
  request.records_max = kTextsPage;
  BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(std::move(request)));
  for (const KeyedRecord& text : page.records) {
    BAUTA_CO_TRY(auto message, decode_message(text.record));
    bool done = false;
    for (std::uint32_t tries = 0; !done; ++tries) {
      if (tries == bench_.parts.limits.conflict_tries) co_return contended();
      BAUTA_CO_TRY(done, co_await erase_text(message));
    }
  }
  co_return page.more;
}

/// One text with its deliveries (at most as many as a session has seats).  False: a conflict.
Task<Result<bool>> Eraser::erase_text(Message message) const {
  const TimePoint now = bench_.now(message.service);
  std::vector<Key> keys;
  keys.reserve(message.recipients.size());
  for (const SeatId seat : message.recipients)
    keys.push_back(delivery_key(message.service, message.id, seat));
  BAUTA_CO_TRY(const auto records, co_await bench_.parts.store.multi_get(keys));
  Commit commit;
  commit.erase(message_key(message));
  for (std::size_t at = 0; at < records.size(); ++at) {
    if (!records[at]) continue;
    const SeatId seat = message.recipients[at];
    BAUTA_CO_TRY(const auto delivery, decode_delivery(*records[at]));
    // Who is just handing it over loses this race or wins it, but never writes it back.
    commit.expect(keys[at], delivery.version).erase(keys[at]);
    commit.erase(dead_letter_key(message.service, message.id, seat));
    leave_behind_erased(commit, bench_.parts.index_key, delivery.value, now,
                        bench_.parts.clock.now());
    if (is_final(delivery.value.state)) continue;
    EventLog::append(
        commit, message.service,
        EventLog::make(EventType::message_blocked, message.session, now, bench_.parts.random,
                       {{"message", message.id.str()}, {"to", seat.str()}, {"code", "erased"}}));
  }
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return done.has_value();
}

Task<Status> Eraser::erase_answers(ServiceId service, SessionId id) const {
  for (;;) {
    BAUTA_CO_TRY(auto keys, co_await answers_.keys_of(service, id, kAnswersPage));
    if (keys.empty()) co_return Status{};
    Commit commit;
    for (Key& key : keys) commit.erase(std::move(key));
    const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
    BAUTA_CO_CHECK(co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  }
}

/// False: a conflict.
Task<Result<bool>> Eraser::erase_session(ServiceId service, SessionId id,
                                         std::function<void(Commit&)> also) const {
  BAUTA_CO_TRY(const auto state, co_await bench_.sessions.find(service, id));
  if (!state) co_return true;  // somebody else's DELETE was quicker
  const Session& session = state->session.value;
  const Key key = Sessions::key_of(service, id);
  Commit commit;
  commit.expect(key, state->session.version).erase(key);
  commit.erase(Sessions::activity_key(service, id)).erase(Sessions::index_key(service, id));
  forget_people(commit, session);
  std::set<std::pair<PersonHash, VirtualNumber>> lines;
  for (const Seat& seat : session.seats) {
    // Somebody may have left and come back, to the same line.
    if (!lines.emplace(seat.person, seat.number).second) continue;
    BAUTA_CO_TRY(const auto route,
                 co_await bench_.routes.find(service, seat.person, seat.address, seat.number));
    if (!route || route->value.session != id || route->value.state != RouteState::cooling) continue;
    RouteTable::entomb(commit, *route, bench_.parts.limits.route_forget);
  }
  EventLog::append(
      commit, service,
      EventLog::make(EventType::session_erased, id, bench_.now(service), bench_.parts.random));
  if (also) also(commit);
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return done.has_value();
}

}  // namespace bauta
