#include "routing/desk/seating.h"

#include <algorithm>
#include <utility>

#include "routing/desk/refusals.h"

namespace bauta {
namespace {

constexpr std::uint32_t kLinesPage = 500;
/// Who meets again after a longer time than this meets anew.
constexpr std::chrono::days kForgetPairAfter{400};

bool is_refusal_of_the_pool(const Error& error) {
  return error.code == "pool.exhausted" || error.code == "number.in_use_by_address";
}

std::string capability_for(const RealAddress& address) {
  return std::string(channel_name(address.channel()));
}

std::vector<std::pair<std::string, std::string>> data_of(const PoolLow& low) {
  return {{"country", low.country},
          {"area_code", low.area_code},
          {"numbers", std::to_string(low.numbers)},
          {"lines", std::to_string(low.lines)},
          {"percent", std::to_string(low.percent())}};
}

}  // namespace

void add_warnings(Event& event, const std::vector<Seat>& seats) {
  std::string doubtful;
  for (const Seat& seat : seats) {
    if (!is_plausible_mobile(seat.address))
      doubtful += (doubtful.empty() ? "" : " ") + seat.id.str();
  }
  if (doubtful.empty()) return;
  event.data.emplace_back("warning", "address.not_a_mobile");
  event.data.emplace_back("participants", doubtful);
}

Task<Status> Seating::check(std::vector<Participant> participants,
                            std::vector<std::string> pointers) const {
  std::vector<FieldFault> faults;
  std::set<RealAddress> seen;
  for (std::size_t at = 0; at < participants.size(); ++at) {
    const RealAddress& address = participants[at].address;
    if (!seen.insert(address).second) {
      faults.push_back({pointers[at], "participants.same_address",
                        address.masked() + " is there twice; a person sits once in a session"});
      continue;
    }
    if (auto seat = check_may_take_seat(address); !seat) {
      faults.push_back({pointers[at], seat.error().code, std::move(seat.error().detail)});
      continue;
    }
    BAUTA_CO_TRY(const auto ours, co_await bench_.inventory.version_of_address(address));
    if (ours != kAbsent)
      faults.push_back({pointers[at], "address.is_virtual_number",
                        address.masked() + " is a virtual number; a participant needs their own"});
  }
  co_return all_faults(std::move(faults));
}

Task<Result<Seating::Passages>> Seating::enter(ServiceId service,
                                               std::vector<Participant> participants) {
  // In one order for everybody, so that two bookings never wait for each other.
  std::set<PersonHash> people;
  for (const auto& participant : participants)
    people.insert(bench_.person(service, participant.address));
  Passages passages;
  for (const PersonHash person : people) {
    BAUTA_CO_TRY(auto passage, co_await bench_.bookings.enter(person));
    passages.push_back(std::move(passage));
  }
  co_return passages;
}

Task<Result<Seating::Seated>> Seating::seat(Stored<Service> service, Participant participant,
                                            std::vector<PersonHash> others, TimePoint now) {
  BAUTA_CO_TRY(const auto request, co_await describe(service, participant, std::move(others)));
  auto choice = co_await bench_.allocator.choose(request, now);
  if (!choice && is_refusal_of_the_pool(choice.error())) {
    BAUTA_CO_TRY(const auto some_ended, co_await write_down_ends(service, request.person, now));
    if (some_ended) choice = co_await bench_.allocator.choose(request, now);
    if (!choice && is_refusal_of_the_pool(choice.error()))
      co_await tell_refusal(service.value.id, choice.error(), now);
  }
  if (!choice) co_return std::unexpected(std::move(choice).error());
  BAUTA_CO_TRY(const auto level, co_await levels_.judge(request, *choice, now));
  if (choice->cursor && level.lines) choice->cursor->lines_at_most = level.lines;
  Seat seat{.id = SeatId::make(to_millis(now), bench_.parts.random),
            .address = participant.address,
            .person = request.person,
            .number = choice->number.value.number,
            .match = choice->match,
            .label = participant.label,
            .language = participant.language};
  co_return Seated{.seat = std::move(seat), .choice = *std::move(choice), .low = level.low};
}

Task<Result<SeatRequest>> Seating::describe(Stored<Service> service, Participant participant,
                                            std::vector<PersonHash> others) const {
  const ServiceId id = service.value.id;
  const ServiceSettings& settings = service.value.settings;
  const PersonHash person = bench_.person(id, participant.address);
  SeatRequest request{.service = id,
                      .address = participant.address,
                      .person = person,
                      .locality = std::move(participant.locality),
                      .number = std::move(participant.number),
                      .widest = settings.locality_fallback,
                      .capability = capability_for(participant.address)};
  const Key everywhere = Ledger::key_of(consenter(bench_.parts.index_key, id, participant.address));
  auto words = ScanRequest::prefix(everywhere);
  words.records_max = kLinesPage;
  BAUTA_CO_TRY(const auto page, co_await bench_.parts.store.scan(std::move(words)));
  for (const KeyedRecord& word : page.records) {
    if (word.key == everywhere) continue;  // their word for the whole service
    BAUTA_CO_TRY(const auto consent, Ledger::decode(word.record));
    if (consent.value.state != ConsentState::opted_out) continue;
    KeyReader reader(word.key, "con");
    reader.id<ServiceTag>();
    reader.id<PersonTag>();
    BAUTA_CO_TRY(auto number, VirtualNumber::from_carrier(reader.text()));
    request.closed.insert(std::move(number));
  }
  if (others.size() == 1 && settings.sticky != StickyPolicy::off)
    BAUTA_CO_CHECK(co_await add_stickiness(request, settings.sticky, others.front()));
  co_return request;
}

/// A cooling line may be taken over only by exactly the same people (promise 1).
Task<Status> Seating::add_stickiness(SeatRequest& request, StickyPolicy policy,
                                     PersonHash companion) const {
  BAUTA_CO_TRY(const auto number,
               co_await bench_.pairs.number_of(
                   {.service = request.service, .person = request.person, .companion = companion}));
  if (!number) co_return Status{};
  if (policy == StickyPolicy::avoid) {
    request.avoided = number;
    co_return Status{};
  }
  request.preferred = number;
  BAUTA_CO_TRY(const auto route, co_await bench_.routes.find(request.service, request.person,
                                                             request.address, *number));
  if (!route || route->value.state != RouteState::cooling) co_return Status{};
  BAUTA_CO_TRY(const bool alone, co_await are_alone_in(request.service, route->value.session,
                                                       {request.person, companion}));
  if (!alone) co_return Status{};
  // The commit expects the route as it was read, so a session that is brought back meanwhile keeps it.
  request.may_take_over = [was = route->value.session](const Route& cooling) {
    return cooling.session == was;
  };
  co_return Status{};
}

/// Were they the only ones that ever had a seat in it?  What was erased is not known any more: no.
Task<Result<bool>> Seating::are_alone_in(ServiceId service, SessionId session,
                                         std::set<PersonHash> people) const {
  BAUTA_CO_TRY(const auto state, co_await bench_.sessions.find(service, session));
  if (!state) co_return false;
  std::set<PersonHash> seated;
  for (const Seat& seat : state->session.value.seats) seated.insert(seat.person);
  co_return seated == people;
}

/// False: nothing is free that may not have been a moment ago; every live line of theirs belongs to a session that lives.
Task<Result<bool>> Seating::write_down_ends(Stored<Service> service, PersonHash person,
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
Task<void> Seating::tell_refusal(ServiceId service, Error refusal, TimePoint now) {
  bench_.parts.metrics.refused(refusal.code);
  if (refusal.code != "pool.exhausted") co_return;
  std::vector<std::pair<std::string, std::string>> data(refusal.members.begin(),
                                                        refusal.members.end());
  RefusedPlace place;
  for (const auto& [name, value] : refusal.members) {
    if (name == "country") place.first = value;
    if (name == "area_code") place.second = value;
  }
  Commit commit;
  static_cast<void>(co_await count_refusal(bench_.parts.store, commit, service, std::move(place)));
  EventLog::append(
      commit, service,
      EventLog::make(EventType::pool_exhausted, {}, now, bench_.parts.random, std::move(data)));
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  const auto done = co_await commit_settled(bench_.parts.store, std::move(commit), witness);
  if (!done) bench_.parts.metrics.refused(done.error().code);
}

void Seating::write(Commit& commit, const Session& session, const std::vector<Seated>& seated,
                    TimePoint now) const {
  std::set<VirtualNumber> expected;
  std::set<std::pair<std::string, std::string>> low_places;
  for (const auto& [seat, choice, low] : seated) {
    if (low && low_places.emplace(low->country, low->area_code).second)
      EventLog::append(
          commit, session.service,
          EventLog::make(EventType::pool_low, {}, now, bench_.parts.random, data_of(*low)));
    if (expected.insert(seat.number).second)
      commit.expect(Inventory::key_of(seat.number), choice.number.version);
    // It might have become a number of ours since it was checked.
    commit.expect(Inventory::key_of(seat.address), kAbsent);
    RouteTable::take(commit,
                     {.service = session.service,
                      .address = seat.address,
                      .person = seat.person,
                      .number = seat.number,
                      .session = session.id,
                      .seat = seat.id},
                     choice.route_version);
    choice.advance_cursor(commit);
    Sessions::list_under(commit, session, seat.person);
  }
  if (session.seats.size() != 2) return;
  const Seat& one = session.seats.front();
  const Seat& other = session.seats.back();
  PairTable::remember(commit,
                      {.service = session.service, .person = one.person, .companion = other.person},
                      one.number, now + kForgetPairAfter);
  PairTable::remember(commit,
                      {.service = session.service, .person = other.person, .companion = one.person},
                      other.number, now + kForgetPairAfter);
}

void Seating::written(ServiceId service, const std::vector<Seated>& seated, TimePoint now) {
  for (const auto& one : seated) {
    if (one.low) levels_.told(service, *one.low, now);
  }
}

}  // namespace bauta
