#include "pool/allocation/allocator.h"

#include <algorithm>
#include <span>
#include <unordered_map>
#include <utility>

#include "pool/allocation/refusal.h"
#include "pool/allocation/route.pb.h"
#include "storage/store/give_way.h"
#include "storage/store/planted.h"

namespace bauta {
namespace {

// Pages of a ring grow: mostly one of the first few numbers is free (four cost 19 us on RocksDB, eight 25), and whoever holds many lines
// must not cost a read each.
constexpr std::uint32_t kFirstPage = 4;
constexpr std::uint32_t kPageGrowth = 4;
constexpr std::uint32_t kPageMax = 1000;
/// Routes are asked for one by one until so many were taken; then all lines of the person are read at once.
constexpr std::size_t kTakenBeforeLinesAreRead = 100;
constexpr std::uint32_t kLinesPage = 1000;
/// A cursor that is forgotten starts anew at the person's own place; nobody is recognised by it.
constexpr auto kForgetCursorAfter = std::chrono::days(400);

/// The person's place in every ring, as their hash spreads people: evenly, and the same after a restart.
std::uint64_t own_place(PersonHash person) {
  std::uint64_t place = 0;
  for (const std::byte octet : std::span(person.bits()).first(sizeof place))
    place = place << 8 | std::to_integer<std::uint64_t>(octet);
  return place;
}

/// Who has no cursor has no line of the ring: whoever was given one has, and it is forgotten long after the line.
std::optional<std::uint32_t> lines_with_one_more(
    const std::optional<Stored<pool::CursorRecord>>& cursor) {
  if (!cursor) return 1;
  if (!cursor->value.has_lines_at_most()) return std::nullopt;
  return cursor->value.lines_at_most() + 1;
}

Key just_behind(const Key& key) { return Key::from_octets(key.octets() + '\0'); }

/// One decision.  Lives in the frame of Allocator::choose.
class Search {
 public:
  Search(Store& store, const Inventory& inventory, const RouteTable& routes, SeatRequest request,
         TimePoint now)
      : store_(store),
        inventory_(inventory),
        routes_(routes),
        request_(std::move(request)),
        now_(now),
        own_(locality_of(request_.address)),
        wanted_(request_.locality ? complete(*request_.locality, own_) : own_) {}

  Task<Result<SeatChoice>> decide();

 private:
  using Found = std::optional<SeatChoice>;
  struct Ring {
    Tier tier = Tier::any;
    std::string name;
    Key cursor_key;
    Version cursor_version = kAbsent;
    std::optional<std::uint32_t> lines_at_most = {};
  };
  /// A line that keeps its number from being given to this person again; a cooling one until then.
  struct Taken {
    std::optional<TimePoint> reusable_at;
  };

  Task<Result<SeatChoice>> named(VirtualNumber number);
  Task<Result<Found>> nearest();
  Task<Result<Found>> if_free(VirtualNumber number);
  Tier tier_of(const Locality& locality) const;
  Task<Result<Found>> walk(Tier tier, std::string name);
  Task<Result<Found>> walk_from(ScanRequest request);
  Result<std::optional<RingPlace>> candidate(const KeyedRecord& record);
  Task<Result<Found>> first_free_of(std::vector<RingPlace> places);
  Found confirm(const RingPlace& place, std::optional<Stored<Number>> number,
                Version route_version);
  Task<Status> read_lines();

  Bar bar_of(const RingTerms& terms) const;
  Bar bar_of(const Number& number) const;
  /// None: what stands under the key of a route leaves it free.
  Result<std::optional<Taken>> taken_by(const std::optional<Record>& record) const;
  Result<std::optional<Taken>> taken_by(const Route& route) const;
  void count(const Taken& taken);
  Asker asker() const {
    return {.address = request_.address,
            .capability = request_.capability,
            .country = own_.country,
            .wanted = wanted_,
            .widest = request_.widest,
            .now = now_};
  }

  Store& store_;
  const Inventory& inventory_;
  const RouteTable& routes_;
  SeatRequest request_;
  TimePoint now_;
  Locality own_;
  Locality wanted_;

  Ring ring_;
  std::uint32_t page_ = kFirstPage;
  Tally tally_;
  /// What the last place of the ring said, and what follows for this person: its neighbours mostly say the same.
  std::optional<std::string> terms_;
  Bar terms_bar_ = Bar::none;
  /// All lines of the person that are not free, by number, once they have been read.
  std::optional<std::unordered_map<std::string, Taken>> taken_;
};

Task<Result<SeatChoice>> Search::decide() {
  if (request_.number) co_return co_await named(*request_.number);
  if (request_.preferred) {
    BAUTA_CO_TRY(auto found, co_await if_free(*request_.preferred));
    if (found) co_return *std::move(found);
  }
  BAUTA_CO_TRY(auto found, co_await nearest());
  if (!found && request_.avoided) {
    BAUTA_CO_TRY(found, co_await if_free(*request_.avoided));
  }
  if (found) co_return *std::move(found);
  co_return exhausted(asker(), tally_);
}

Task<Result<Search::Found>> Search::nearest() {
  for (const Tier tier : kTiers) {
    if (tier > request_.widest) break;
    std::string name = ring_name(wanted_, tier);
    if (name.empty()) continue;
    BAUTA_CO_TRY(auto found, co_await walk(tier, std::move(name)));
    if (found) co_return found;
  }
  co_return Found{};
}

/// Once around the ring, from behind the person's cursor to the number it stands at.
Task<Result<Search::Found>> Search::walk(Tier tier, std::string name) {
  ring_ = {.tier = tier, .name = std::move(name), .cursor_key = {}, .cursor_version = kAbsent};
  ring_.cursor_key = Key("cur").id(request_.service).id(request_.person).text(ring_.name);
  page_ = kFirstPage;
  tally_ = {};
  BAUTA_CO_TRY(const auto cursor, co_await load<pool::CursorRecord>(store_, ring_.cursor_key));
  ring_.cursor_version = version_of(cursor);
  ring_.lines_at_most = lines_with_one_more(cursor);
  const Key start =
      cursor ? just_behind(Inventory::place_key(request_.service, ring_.name, cursor->value.rank(),
                                                cursor->value.number()))
             : Inventory::place_key(request_.service, ring_.name, own_place(request_.person));

  auto request = ScanRequest::prefix(Inventory::ring_key(request_.service, ring_.name));
  ScanRequest to_start = request;
  request.from = start;
  to_start.to = start;
  BAUTA_CO_TRY(auto found, co_await walk_from(std::move(request)));
  if (found) co_return found;
  co_return co_await walk_from(std::move(to_start));
}

Task<Result<Search::Found>> Search::walk_from(ScanRequest request) {
  for (;;) {
    if (!taken_ && tally_.held() >= kTakenBeforeLinesAreRead) BAUTA_CO_CHECK(co_await read_lines());
    request.records_max = page_;
    page_ = std::min(page_ * kPageGrowth, kPageMax);
    BAUTA_CO_TRY(auto page, co_await store_.scan(request));

    std::vector<RingPlace> candidates;
    for (const KeyedRecord& record : page.records) {
      BAUTA_CO_TRY(auto place, candidate(record));
      if (!place) continue;
      candidates.push_back(*std::move(place));
      if (taken_ && candidates.size() == kFirstPage) {
        BAUTA_CO_TRY(auto found, co_await first_free_of(std::exchange(candidates, {})));
        if (found) co_return found;
      }
    }
    BAUTA_CO_TRY(auto found, co_await first_free_of(std::move(candidates)));
    if (found || !page.more) co_return found;
    if (page_ == kPageMax) co_await give_way();  // a large ring
    request.after = page.records.empty() ? std::move(page.resume_after)
                                         : std::optional(std::move(page.records.back().key));
  }
}

/// None: barred by what the ring says, or known to be taken; counted without another read.
Result<std::optional<RingPlace>> Search::candidate(const KeyedRecord& record) {
  constexpr auto kNone = [] { return std::optional<RingPlace>{}; };
  if (terms_ != record.record.value) {
    BAUTA_TRY(const auto terms, Inventory::decode_terms(record.record.value));
    terms_ = record.record.value;
    terms_bar_ = bar_of(terms);
  }
  if (terms_bar_ != Bar::none) {
    ++tally_.barred[terms_bar_];
    return kNone();
  }
  BAUTA_TRY(auto place, Inventory::read_place(record.key));
  if (request_.closed.contains(place.number)) {
    ++tally_.barred[Bar::closed];
    return kNone();
  }
  if (place.number == request_.avoided) return kNone();
  if (!taken_) return place;
  const auto taken = taken_->find(place.number.str());
  if (taken == taken_->end()) return place;
  count(taken->second);
  return kNone();
}

Task<Result<Search::Found>> Search::first_free_of(std::vector<RingPlace> places) {
  if (places.empty()) co_return Found{};
  // The record of the first comes along: mostly it is the one.
  std::vector<Key> keys{Inventory::key_of(places.front().number)};
  for (const RingPlace& place : places)
    keys.push_back(RouteTable::key_of(request_.service, request_.person, place.number));
  BAUTA_CO_TRY(auto records, co_await store_.multi_get(std::move(keys)));
  for (std::size_t at = 0; at < places.size(); ++at) {
    BAUTA_CO_TRY(const auto taken, taken_by(records[at + 1]));
    if (taken) {
      count(*taken);
      continue;
    }
    std::optional<Stored<Number>> number;
    if (at > 0) {
      BAUTA_CO_TRY(number, co_await inventory_.find(places[at].number));
    } else if (records.front()) {
      BAUTA_CO_TRY(number, decode_number(*records.front()));
    }
    const Version route_version = records[at + 1] ? records[at + 1]->version : kAbsent;
    if (auto found = confirm(places[at], std::move(number), route_version)) co_return found;
  }
  co_return Found{};
}

/// The ring told a copy; the number's record is the guard that the commit expects.
Search::Found Search::confirm(const RingPlace& place, std::optional<Stored<Number>> number,
                              Version route_version) {
  if (!number || number->value.service != request_.service) return std::nullopt;  // removed since
  if (const Bar bar = bar_of(number->value); bar != Bar::none) {
    ++tally_.barred[bar];
    return std::nullopt;
  }
  return SeatChoice{.number = *std::move(number),
                    .match = ring_.tier,
                    .route_version = route_version,
                    .cursor = SeatChoice::CursorStep{.key = ring_.cursor_key,
                                                     .was = ring_.cursor_version,
                                                     .rank = place.rank,
                                                     .lines_at_most = ring_.lines_at_most,
                                                     .forget_at = now_ + kForgetCursorAfter}};
}

Task<Status> Search::read_lines() {
  std::unordered_map<std::string, Taken> all;
  std::optional<Key> after;
  do {
    BAUTA_CO_TRY(auto page, co_await routes_.lines_of(request_.service, request_.person,
                                                      std::move(after), kLinesPage));
    for (const auto& line : page.lines) {
      BAUTA_CO_TRY(const auto taken, taken_by(line.value));
      if (taken) all.emplace(line.value.number.str(), *taken);
    }
    after = std::move(page.next);
  } while (after);
  taken_ = std::move(all);
  co_return Status{};
}

Result<std::optional<Search::Taken>> Search::taken_by(const std::optional<Record>& record) const {
  if (!record) return std::optional<Taken>{};
  BAUTA_TRY(const auto route, decode_route(*record));
  return taken_by(route.value);
}

Result<std::optional<Search::Taken>> Search::taken_by(const Route& route) const {
  if (route.address && *route.address != request_.address)
    return fail("storage.corrupt", "a route is of another address; restore a backup");
  const bool cooling = route.state == RouteState::cooling;
  if (cooling && (route.reusable_at <= now_ || planted(PlantedBug::skipped_cooling)))
    return std::optional<Taken>{};
  if (cooling && request_.may_take_over && request_.may_take_over(route))
    return std::optional<Taken>{};
  return Taken{.reusable_at = cooling ? std::optional(route.reusable_at) : std::nullopt};
}

void Search::count(const Taken& taken) {
  if (!taken.reusable_at) {
    ++tally_.live;
    return;
  }
  ++tally_.cooling;
  if (!tally_.first_reusable_at || *taken.reusable_at < *tally_.first_reusable_at)
    tally_.first_reusable_at = taken.reusable_at;
}

Bar Search::bar_of(const RingTerms& terms) const {
  switch (terms.status) {
    case NumberStatus::draining:
      return Bar::draining;
    case NumberStatus::reserved:
      if (!request_.number) return Bar::reserved;
      break;
    case NumberStatus::active:
      break;
  }
  if (!holds(terms.capabilities, request_.capability)) return Bar::capability;
  // What a number reaches is said of telephones; elsewhere the capability says it all.
  const bool bound = request_.address.channel() == Channel::sms && !terms.reach.empty();
  if (bound && !holds(terms.reach, own_.country)) return Bar::reach;
  return Bar::none;
}

Bar Search::bar_of(const Number& number) const {
  const Bar bar =
      bar_of({.status = number.status, .capabilities = number.capabilities, .reach = number.reach});
  return bar == Bar::none && request_.closed.contains(number.number) ? Bar::closed : bar;
}

Task<Result<SeatChoice>> Search::named(VirtualNumber number) {
  std::vector<Key> keys{Inventory::key_of(number),
                        RouteTable::key_of(request_.service, request_.person, number)};
  BAUTA_CO_TRY(const auto records, co_await store_.multi_get(std::move(keys)));
  if (!records[0]) co_return not_in_pool();
  BAUTA_CO_TRY(auto found, decode_number(*records[0]));
  // Another service's: as if it were not there.
  if (found.value.service != request_.service) co_return not_in_pool();
  if (const Bar bar = bar_of(found.value); bar != Bar::none)
    co_return not_eligible(asker(), number, bar);
  BAUTA_CO_TRY(const auto taken, taken_by(records[1]));
  if (taken) co_return in_use(asker(), number, taken->reusable_at);
  const Tier match = tier_of(found.value.locality);
  co_return SeatChoice{.number = std::move(found),
                       .match = match,
                       .route_version = records[1] ? records[1]->version : kAbsent};
}

/// None: it may not serve them, or not now.
Task<Result<Search::Found>> Search::if_free(VirtualNumber number) {
  std::vector<Key> keys{Inventory::key_of(number),
                        RouteTable::key_of(request_.service, request_.person, number)};
  BAUTA_CO_TRY(const auto records, co_await store_.multi_get(std::move(keys)));
  if (!records[0]) co_return Found{};
  BAUTA_CO_TRY(auto found, decode_number(*records[0]));
  const Tier match = tier_of(found.value.locality);
  if (found.value.service != request_.service || bar_of(found.value) != Bar::none ||
      match > request_.widest)
    co_return Found{};
  BAUTA_CO_TRY(const auto taken, taken_by(records[1]));
  if (taken) co_return Found{};
  std::optional<TimePoint> cools_until;
  if (records[1]) {
    BAUTA_CO_TRY(const auto route, decode_route(*records[1]));
    if (route.value.state == RouteState::cooling && route.value.reusable_at > now_)
      cools_until = route.value.reusable_at;
  }
  co_return Found(SeatChoice{.number = std::move(found),
                             .match = match,
                             .route_version = records[1] ? records[1]->version : kAbsent,
                             .cools_until = cools_until});
}

/// How near a number of there is to what is wanted.
Tier Search::tier_of(const Locality& locality) const {
  for (const Tier tier : kTiers) {
    const std::string ring = ring_name(wanted_, tier);
    if (!ring.empty() && ring == ring_name(locality, tier)) return tier;
  }
  return Tier::any;
}

}  // namespace

void SeatChoice::advance_cursor(Commit& commit) const {
  if (!cursor) return;
  pool::CursorRecord record;
  record.set_rank(cursor->rank);
  record.set_number(number.value.number.str());
  if (cursor->lines_at_most) record.set_lines_at_most(*cursor->lines_at_most);
  commit.expect(cursor->key, cursor->was);
  commit.put(cursor->key, record.SerializeAsString(), cursor->forget_at);
}

Task<Result<SeatChoice>> Allocator::choose(SeatRequest request, TimePoint now) const {
  Search search(store_, inventory_, routes_, std::move(request), now);
  co_return co_await search.decide();
}

}  // namespace bauta
