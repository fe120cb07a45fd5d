#include "routing/desk/booking.h"

#include <algorithm>
#include <set>
#include <utility>

namespace bauta {
namespace {

/// Groups come with the routing of more than two.
constexpr std::size_t kParticipants = 2;
constexpr std::uint32_t kLinesPage = 500;

std::string pointer_of(std::size_t participant) {
  return "/participants/" + std::to_string(participant) + "/address";
}

/// One error that names every faulty field.
Status all_of(std::vector<FieldFault> faults) {
  if (faults.empty()) return {};
  Error error{.code = faults.front().code, .detail = faults.front().detail};
  error.faults = std::move(faults);
  return std::unexpected(std::move(error));
}

bool is_refusal_of_the_pool(const Error& error) {
  return error.code == "pool.exhausted" || error.code == "number.in_use_by_address";
}

std::string capability_for(const RealAddress& address) {
  return std::string(channel_name(address.channel()));
}

}  // namespace

Task<Result<SessionView>> Booking::open(ServiceId service, OpenSession request,
                                        std::optional<Idempotent<SessionView>> idempotent) {
  BAUTA_CO_CHECK(co_await check(request));
  // In one order for everybody, so that two bookings never wait for each other.
  std::set<PersonHash> people;
  for (const auto& participant : request.participants)
    people.insert(bench_.person(service, participant.address));
  std::vector<Turnstile<PersonHash>::Passage> passages;
  for (const PersonHash person : people) {
    BAUTA_CO_TRY(auto passage, co_await bench_.bookings.enter(person));
    passages.push_back(std::move(passage));
  }
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(auto opened, co_await try_open(service, request, idempotent));
    if (opened) co_return *std::move(opened);
    if (idempotent) BAUTA_CO_CHECK(co_await answers_.refuse_if_written(service, idempotent->mark));
  }
  co_return contended();
}

/// Every faulty field at once.
Task<Status> Booking::check(OpenSession request) const {
  const auto& participants = request.participants;
  if (participants.size() < kParticipants)
    co_return fail("participants.count", "a session needs two participants, this one has " +
                                             std::to_string(participants.size()));
  if (participants.size() > kParticipants)
    co_return fail("participants.count",
                   "this version relays between exactly two participants, this session has " +
                       std::to_string(participants.size()) + "; open one session for each pair");
  std::vector<FieldFault> faults;
  std::set<RealAddress> seen;
  for (std::size_t at = 0; at < participants.size(); ++at) {
    const RealAddress& address = participants[at].address;
    if (!seen.insert(address).second) {
      faults.push_back({pointer_of(at), "participants.same_address",
                        address.masked() + " is there twice; a person sits once in a session"});
      continue;
    }
    if (auto seat = check_may_take_seat(address); !seat) {
      faults.push_back({pointer_of(at), seat.error().code, std::move(seat.error().detail)});
      continue;
    }
    BAUTA_CO_TRY(const auto ours, co_await bench_.inventory.version_of_address(address));
    if (ours != kAbsent)
      faults.push_back({pointer_of(at), "address.is_virtual_number",
                        address.masked() + " is a virtual number; a participant needs their own"});
  }
  co_return all_of(std::move(faults));
}

/// nullopt: a conflict, choose again.
Task<Result<std::optional<SessionView>>> Booking::try_open(
    ServiceId service_id, OpenSession request, std::optional<Idempotent<SessionView>> idem) {
  const TimePoint now = bench_.now(service_id);
  BAUTA_CO_TRY(const auto service, co_await bench_.service(service_id));
  std::optional<Bits128> name;
  if (!request.unique_name.empty()) {
    name = bench_.parts.index_key.hash("unique-name", request.unique_name);
    BAUTA_CO_CHECK(co_await make_name_free(service, *name, now));
  }
  Choices choices;
  for (const auto& participant : request.participants) {
    BAUTA_CO_TRY(auto choice, co_await choose(service, participant, now));
    choices.push_back(std::move(choice));
  }

  Session session = compose(service, request, choices, now);
  session.unique_name_hash = name;
  Commit commit;
  commit.expect(Accounts::service_key(service_id), service.version);
  std::set<VirtualNumber> expected;
  for (std::size_t at = 0; at < choices.size(); ++at) {
    const Seat& seat = session.seats[at];
    if (expected.insert(seat.number).second)
      commit.expect(Inventory::key_of(seat.number), choices[at].number.version);
    // It might have become a number of ours since it was checked.
    commit.expect(Inventory::key_of(seat.address), kAbsent);
    RouteTable::take(commit,
                     {.service = service_id,
                      .address = seat.address,
                      .person = seat.person,
                      .number = seat.number,
                      .session = session.id,
                      .seat = seat.id},
                     choices[at].route_version);
    choices[at].advance_cursor(commit);
  }
  Sessions::write(commit, session, kAbsent);
  if (name) {
    const Key name_key = Sessions::name_key(service_id, *name);
    commit.expect(name_key, kAbsent).put(name_key, Sessions::encode_name(session.id));
  }
  EventLog::append(commit, service_id,
                   EventLog::make(EventType::session_created, session.id, now, bench_.parts.random,
                                  {{"status", "open"}}));
  SessionView view{.session = session, .last_activity = {}, .ending = {}};
  if (idem) answers_.write(commit, service_id, session.id, idem->mark, idem->render(view));
  BAUTA_CO_TRY(const auto done, co_await commit_settled(bench_.parts.store, std::move(commit),
                                                        Sessions::key_of(service_id, session.id)));
  if (!done) co_return std::optional<SessionView>{};
  view.version = done->version;
  if (view.version == kAbsent) {  // settled by reading
    BAUTA_CO_TRY(const auto written, co_await bench_.sessions.find(service_id, session.id));
    if (written) view.version = written->session.version;
  }
  co_return std::optional(std::move(view));
}

/// A session that is over holds its name until its end is written down.  Codes: session.name_taken.
Task<Status> Booking::make_name_free(Stored<Service> service, Bits128 unique_name_hash,
                                     TimePoint now) {
  const ServiceId id = service.value.id;
  BAUTA_CO_TRY(const auto record,
               co_await bench_.parts.store.get(Sessions::name_key(id, unique_name_hash)));
  if (!record) co_return Status{};
  BAUTA_CO_TRY(const auto holder, Sessions::decode_name(*record));
  BAUTA_CO_TRY(const auto state, co_await bench_.sessions.find(id, holder));
  const auto ending = state ? state->ending(now) : std::nullopt;
  if (!ending)
    co_return fail("session.name_taken",
                   "the session " + holder.str() + " has this unique_name; close it first");
  BAUTA_CO_CHECK(co_await bench_.close(service.value.settings, id, holder, *ending));
  co_return Status{};
}

/// A refusal is proven: before one is given, lines of sessions whose time is over are taken back (promise 7).
Task<Result<SeatChoice>> Booking::choose(Stored<Service> service,
                                         OpenSession::Participant participant, TimePoint now) {
  BAUTA_CO_TRY(const auto request, co_await describe(service, std::move(participant)));
  auto choice = co_await bench_.allocator.choose(request, now);
  if (choice || !is_refusal_of_the_pool(choice.error())) co_return choice;
  BAUTA_CO_TRY(const auto some_ended, co_await write_down_ends(service, request.person, now));
  if (some_ended) choice = co_await bench_.allocator.choose(request, now);
  if (!choice && is_refusal_of_the_pool(choice.error()))
    co_await tell_refusal(service.value.id, choice.error(), now);
  co_return choice;
}

Task<Result<SeatRequest>> Booking::describe(Stored<Service> service,
                                            OpenSession::Participant participant) const {
  const ServiceId id = service.value.id;
  const Tier widest = service.value.settings.locality_fallback;
  const PersonHash person = bench_.person(id, participant.address);
  SeatRequest request{.service = id,
                      .address = participant.address,
                      .person = person,
                      .locality = std::move(participant.locality),
                      .number = std::move(participant.number),
                      .widest = widest,
                      .capability = capability_for(participant.address)};
  auto words = ScanRequest::prefix(Ledger::key_of(id, person));
  words.records_max = kLinesPage;
  BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(std::move(words)));
  for (const KeyedRecord& word : page.records) {
    if (word.key == Ledger::key_of(id, person)) continue;  // their word for the whole service
    BAUTA_CO_TRY(const auto consent, Ledger::decode(word.record));
    if (consent.value.state != ConsentState::opted_out) continue;
    KeyReader reader(word.key, "con");
    reader.id<ServiceTag>();
    reader.id<PersonTag>();
    BAUTA_CO_TRY(auto number, VirtualNumber::from_carrier(reader.text()));
    request.closed.insert(std::move(number));
  }
  co_return request;
}

/// False: nothing is free that may not have been a moment ago; every live line of theirs belongs to a session that lives.
Task<Result<bool>> Booking::write_down_ends(Stored<Service> service, PersonHash person,
                                            TimePoint now) {
  bool some_ended = false;
  std::optional<Key> after;
  do {
    BAUTA_CO_TRY(auto page, co_await bench_.routes.lines_of(service.value.id, person,
                                                            std::move(after), kLinesPage));
    for (const auto& line : page.lines) {
      if (line.value.state != RouteState::live) {
        // Perhaps the sweeper was quicker, and wrote this end down since the refusal looked.
        some_ended = some_ended || line.value.reusable_at <= now;
        continue;
      }
      BAUTA_CO_TRY(const auto state,
                   co_await bench_.sessions.find(service.value.id, line.value.session));
      const auto ending = state ? state->ending(now) : std::nullopt;
      if (!ending) continue;
      BAUTA_CO_TRY(const auto closed,
                   co_await bench_.close(service.value.settings, service.value.id,
                                         line.value.session, *ending));
      some_ended = some_ended || closed.status == SessionStatus::closed;
    }
    after = std::move(page.next);
  } while (after);
  co_return some_ended;
}

/// The refusal stands whether or not this can be written.
Task<void> Booking::tell_refusal(ServiceId service, Error refusal, TimePoint now) {
  bench_.parts.metrics.refused(refusal.code);
  if (refusal.code != "pool.exhausted") co_return;
  std::vector<std::pair<std::string, std::string>> data(refusal.members.begin(),
                                                        refusal.members.end());
  Commit commit;
  EventLog::append(
      commit, service,
      EventLog::make(EventType::pool_exhausted, {}, now, bench_.parts.random, std::move(data)));
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  const auto done = co_await commit_settled(bench_.parts.store, std::move(commit), witness);
  if (!done) bench_.parts.metrics.refused(done.error().code);
}

Session Booking::compose(const Stored<Service>& service, const OpenSession& request,
                         const Choices& choices, TimePoint now) const {
  Session session{.id = SessionId::make(to_millis(now), bench_.parts.random),
                  .service = service.value.id,
                  .status = SessionStatus::open,
                  .closed_reason = ClosedReason::none,
                  .unique_name = request.unique_name,
                  .created_at = now,
                  .expires_at = {},
                  .idle_ttl = request.idle_ttl,
                  .closed_at = {},
                  .metadata = request.metadata,
                  .seats = {}};
  if (request.ttl) session.expires_at = now + *request.ttl;
  for (std::size_t at = 0; at < choices.size(); ++at) {
    const auto& participant = request.participants[at];
    session.seats.push_back({.id = SeatId::make(to_millis(now), bench_.parts.random),
                             .address = participant.address,
                             .person = bench_.person(session.service, participant.address),
                             .number = choices[at].number.value.number,
                             .match = choices[at].match,
                             .label = participant.label,
                             .language = participant.language});
  }
  return session;
}

}  // namespace bauta
