#include "routing/desk/number_desk.h"

#include <map>
#include <utility>

#include "routing/desk/cursor.h"
#include "routing/desk/refusals.h"
#include "storage/store/give_way.h"

namespace bauta {
namespace {

constexpr std::uint32_t kPoolPage = 500;

Number changed(Number number, const ChangeNumber& request) {
  if (request.status) number.status = *request.status;
  if (request.connection) number.connection = *request.connection;
  if (request.fallbacks) number.fallbacks = *request.fallbacks;
  if (request.capabilities) number.capabilities = *request.capabilities;
  if (request.reach) number.reach = *request.reach;
  if (request.rate_per_second) number.rate_per_second = *request.rate_per_second;
  if (request.tags) number.tags = *request.tags;
  return number;
}

bool passes(const Number& number, const ListNumbers& filter) {
  if (!filter.country.empty() && number.locality.country != filter.country) return false;
  if (!filter.area_code.empty() && number.locality.area_code != filter.area_code) return false;
  if (filter.status && number.status != *filter.status) return false;
  return filter.connection.empty() || number.connection == filter.connection;
}

std::string which_there_are(const Workbench& bench) {
  const auto names = bench.connections ? bench.connections() : std::vector<std::string>();
  std::string told;
  for (const auto& name : names) told.append(told.empty() ? "; there is " : ", ").append(name);
  return told;
}

}  // namespace

Number compose_number(ServiceId service, NewNumber request, std::uint64_t rank, TimePoint now) {
  Locality locality = locality_of(request.number);
  std::vector<std::string> reach =
      request.reach ? *std::move(request.reach) : default_reach(request.number);
  return {.number = std::move(request.number),
          .service = service,
          .connection = std::move(request.connection),
          .fallbacks = std::move(request.fallbacks),
          .status = request.reserved ? NumberStatus::reserved : NumberStatus::active,
          .capabilities = std::move(request.capabilities),
          .reach = std::move(reach),
          .rate_per_second = request.rate_per_second,
          .tags = std::move(request.tags),
          .locality = std::move(locality),
          .rank = rank,
          .created_at = now};
}

std::unexpected<Error> number_taken(const VirtualNumber& number) {
  // Whose it is says nothing to a stranger.
  return fail("number.taken", number.str() + " has been added before; a number serves one service");
}

Status check_connections(const Workbench& bench, const std::optional<std::string>& connection,
                         const std::optional<std::vector<std::string>>& fallbacks) {
  std::vector<FieldFault> faults;
  const auto look_at = [&](std::string pointer, const std::string& name) {
    if (!bench.knows_connection(name))
      faults.push_back({std::move(pointer), "number.unknown_connection",
                        "no connection '" + name + "' is configured" + which_there_are(bench)});
  };
  if (connection) look_at("/connection", *connection);
  for (std::size_t at = 0; fallbacks && at < fallbacks->size(); ++at)
    look_at("/fallbacks/" + std::to_string(at), (*fallbacks)[at]);
  return all_faults(std::move(faults));
}

Event NumberDesk::tell(EventType type, const VirtualNumber& number, ServiceId service) const {
  return EventLog::make(type, {}, bench_.now(service), bench_.parts.random,
                        {{"number", number.str()}});
}

Task<Result<Number>> NumberDesk::add(ServiceId service, NewNumber request,
                                     std::optional<Idempotent<Number>> idempotent,
                                     std::function<void(Commit&)> also) const {
  BAUTA_CO_CHECK(check_connections(bench_, request.connection, request.fallbacks));
  const Number number =
      compose_number(service, std::move(request), bench_.parts.random.next(), bench_.now(service));
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(const bool added, co_await try_add(number, idempotent, also));
    if (added) co_return number;
    if (idempotent) BAUTA_CO_CHECK(co_await answers_.refuse_if_written(service, idempotent->mark));
  }
  co_return contended();
}

/// False: a conflict.
Task<Result<bool>> NumberDesk::try_add(Number number, std::optional<Idempotent<Number>> idem,
                                       std::function<void(Commit&)> also) const {
  BAUTA_CO_TRY(const auto owner, co_await bench_.open_service(number.service));
  BAUTA_CO_TRY(const auto known, co_await bench_.inventory.find(number.number));
  if (known) co_return number_taken(number.number);
  Commit commit;
  commit.expect(Services::key_of(number.service), owner.version);
  Inventory::add(commit, number);
  EventLog::append(commit, number.service,
                   tell(EventType::number_added, number.number, number.service));
  if (idem) answers_.write(commit, number.service, {}, idem->mark, idem->render(number));
  if (also) also(commit);
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  co_return done.has_value();
}

Task<Result<Stored<Number>>> NumberDesk::find(ServiceId service, VirtualNumber number) const {
  BAUTA_CO_TRY(auto found, co_await bench_.inventory.find(number));
  if (!found || found->value.service != service)
    co_return fail("number.not_found", "this service has no number " + number.str());
  co_return *std::move(found);
}

Task<Result<Number>> NumberDesk::show(ServiceId service, VirtualNumber number) const {
  BAUTA_CO_TRY(auto found, co_await find(service, std::move(number)));
  co_return std::move(found.value);
}

Task<Result<Page<Number>>> NumberDesk::list(ServiceId service, ListNumbers request) const {
  const Key prefix = Inventory::ring_key(service, ring_name({}, Tier::any));
  std::optional<Key> after;
  if (!request.cursor.empty()) {
    BAUTA_CO_TRY(after, read_cursor(request.cursor, prefix));
  }
  const std::uint32_t limit = request.limit;
  std::function<bool(const Number&)> filter = [filter = std::move(request)](const Number& number) {
    return passes(number, filter);
  };
  BAUTA_CO_TRY(auto found,
               co_await bench_.inventory.list(service, std::move(after), limit, std::move(filter)));
  Page<Number> page;
  for (auto& number : found.numbers) page.data.push_back(std::move(number.value));
  if (found.next) page.next_cursor = write_cursor(*found.next, prefix);
  co_return page;
}

Task<Result<Number>> NumberDesk::change(ServiceId service, VirtualNumber number,
                                        ChangeNumber request,
                                        std::function<void(Commit&)> also) const {
  BAUTA_CO_CHECK(check_connections(bench_, request.connection, request.fallbacks));
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(auto now, co_await try_change(service, number, request, also));
    if (now) co_return *std::move(now);
  }
  co_return contended();
}

/// nullopt: a conflict.
Task<Result<std::optional<Number>>> NumberDesk::try_change(
    ServiceId service, VirtualNumber number, ChangeNumber request,
    std::function<void(Commit&)> also) const {
  BAUTA_CO_TRY(const auto was, co_await find(service, std::move(number)));
  Number now = changed(was.value, request);
  Commit commit;
  Inventory::change(commit, was, now);
  if (now.status == NumberStatus::draining && was.value.status != NumberStatus::draining)
    EventLog::append(commit, service, tell(EventType::number_draining, now.number, service));
  if (also) also(commit);
  const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
  BAUTA_CO_TRY(const auto done,
               co_await commit_settled(bench_.parts.store, std::move(commit), witness));
  if (!done) co_return std::optional<Number>{};
  co_return std::optional(std::move(now));
}

Task<Status> NumberDesk::remove(ServiceId service, VirtualNumber number,
                                std::function<void(Commit&)> also) const {
  for (std::uint32_t tries = 0; tries < bench_.parts.limits.conflict_tries; ++tries) {
    BAUTA_CO_TRY(const auto was, co_await find(service, number));
    if (was.value.status != NumberStatus::draining)
      co_return fail("number.in_use",
                     number.str() + " still takes new seats; set its status to draining first");
    // The door is closed: whoever books now expects a number that is not draining.
    BAUTA_CO_TRY(const bool empty, co_await bench_.routes.is_empty(number, bench_.now(service)));
    if (!empty)
      co_return fail("number.in_use",
                     number.str() + " has lines that are live or cooling; wait until they ended");
    Commit commit;
    Inventory::remove(commit, was);
    EventLog::append(commit, service, tell(EventType::number_removed, number, service));
    if (also) also(commit);
    const Key witness = add_witness(commit, bench_.parts.clock.now(), bench_.parts.random);
    BAUTA_CO_TRY(const auto done,
                 co_await commit_settled(bench_.parts.store, std::move(commit), witness));
    if (done) co_return Status{};
  }
  co_return contended();
}

Task<Result<std::vector<PoolPlace>>> NumberDesk::pool(ServiceId service) const {
  std::map<std::pair<std::string, std::string>, PoolPlace> places;
  const auto place_of = [&](const std::string& country,
                            const std::string& area_code) -> PoolPlace& {
    auto& place = places[{country, area_code}];
    place.country = country;
    place.area_code = area_code;
    return place;
  };
  std::map<VirtualNumber, std::pair<std::string, std::string>> where;
  std::optional<Key> after;
  do {
    BAUTA_CO_TRY(auto page, co_await bench_.inventory.list(service, std::move(after), kPoolPage,
                                                           [](const Number&) { return true; }));
    for (const auto& stored : page.numbers) {
      const Number& number = stored.value;
      auto& place = place_of(number.locality.country, number.locality.area_code);
      ++place.numbers;
      if (number.status == NumberStatus::reserved) ++place.reserved;
      if (number.status == NumberStatus::draining) ++place.draining;
      where.emplace(number.number, std::pair(number.locality.country, number.locality.area_code));
    }
    after = std::move(page.next);
    co_await give_way();  // a large pool
  } while (after);

  const TimePoint now = bench_.now(service);
  do {
    BAUTA_CO_TRY(auto page, co_await bench_.routes.lines_of(service, std::move(after), kPoolPage));
    for (const auto& line : page.lines) {
      const auto at = where.find(line.value.number);
      if (at == where.end()) continue;
      auto& place = places[at->second];
      if (line.value.state == RouteState::live) ++place.lines_live;
      if (line.value.state == RouteState::cooling && line.value.reusable_at > now)
        ++place.lines_cooling;
    }
    after = std::move(page.next);
    co_await give_way();  // every line of 90 days: seconds on end
  } while (after);

  BAUTA_CO_TRY(const auto refusals, co_await read_refusals(bench_.parts.store, service));
  for (const auto& [at, count] : refusals) place_of(at.first, at.second).refused = count;
  std::vector<PoolPlace> all;
  for (auto& [at, place] : places) all.push_back(std::move(place));
  co_return all;
}

}  // namespace bauta
