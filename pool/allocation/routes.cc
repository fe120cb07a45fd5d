#include "pool/allocation/routes.h"

#include <utility>

#include "pool/allocation/route.pb.h"
#include "storage/store/assert.h"
#include "storage/store/give_way.h"

namespace bauta {
namespace {

constexpr std::uint32_t kLinesPage = 500;

std::unexpected<Error> corrupt(std::string_view what) {
  return fail("storage.corrupt",
              "the record of a route " + std::string(what) + "; restore a backup");
}

pool::RouteStateRecord recorded(RouteState state) {
  switch (state) {
    case RouteState::live:
      return pool::ROUTE_LIVE;
    case RouteState::cooling:
      return pool::ROUTE_COOLING;
  }
  std::unreachable();
}

std::string encode(const Route& route) {
  pool::RouteRecord record;
  record.set_service(std::string(route.service.bytes()));
  record.set_person(std::string(route.person.bytes()));
  if (route.address) record.set_address(route.address->reveal_with_channel());
  record.set_number(route.number.str());
  record.set_session(std::string(route.session.bytes()));
  record.set_seat(std::string(route.seat.bytes()));
  record.set_state(recorded(route.state));
  record.set_reusable_at_ms(to_millis(route.reusable_at));
  *record.mutable_unknown_fields() = route.unknown_fields;
  return record.SerializeAsString();
}

std::string encode_line(const Route& route) {
  pool::LineRecord record;
  record.set_state(recorded(route.state));
  record.set_reusable_at_ms(to_millis(route.reusable_at));
  return record.SerializeAsString();
}

Key line_key(const VirtualNumber& number, ServiceId service, PersonHash person) {
  return Key("nl").text(number.str()).id(service).id(person);
}

/// Route and mirror say the same, in one commit.
void write(Commit& commit, const Route& route, std::optional<TimePoint> expiry) {
  commit.put(RouteTable::key_of(route.service, route.person, route.number), encode(route), expiry);
  commit.put(line_key(route.number, route.service, route.person), encode_line(route), expiry);
}

}  // namespace

Key RouteTable::key_of(ServiceId service, PersonHash person, const VirtualNumber& number) {
  return Key("rt").id(service).id(person).text(number.str());
}

Result<Stored<Route>> decode_route(const Record& record) {
  pool::RouteRecord route;
  if (!route.ParseFromString(record.value)) return corrupt("cannot be read");
  const auto service = ServiceId::from_bytes(route.service());
  const auto person = PersonHash::from_bytes(route.person());
  std::optional<RealAddress> address;
  if (route.has_address()) {
    auto read = RealAddress::from_carrier(route.address());
    if (!read) return corrupt("is incomplete");
    address = *std::move(read);
  }
  auto number = VirtualNumber::from_carrier(route.number());
  const auto session = SessionId::from_bytes(route.session());
  const auto seat = SeatId::from_bytes(route.seat());
  if (!service || !person || !number || !session || !seat || !route.has_state())
    return corrupt("is incomplete");
  if (!address && route.state() == pool::ROUTE_LIVE) return corrupt("is live and leads to nobody");
  return Stored<Route>{
      .value = {.service = *service,
                .address = std::move(address),
                .person = *person,
                .number = *std::move(number),
                .session = *session,
                .seat = *seat,
                .state = route.state() == pool::ROUTE_LIVE ? RouteState::live : RouteState::cooling,
                .reusable_at = from_millis(route.reusable_at_ms()),
                .unknown_fields = route.unknown_fields()},
      .version = record.version};
}

Task<Result<std::optional<Stored<Route>>>> RouteTable::find(ServiceId service, PersonHash person,
                                                            RealAddress address,
                                                            VirtualNumber number) const {
  BAUTA_CO_TRY(const auto record, co_await store_.get(key_of(service, person, number)));
  if (!record) co_return std::optional<Stored<Route>>{};
  BAUTA_CO_TRY(auto route, decode_route(*record));
  // Two people under one hash would read each other's texts (promise 1).
  if (route.value.address && *route.value.address != address)
    co_return corrupt("is of another address");
  co_return std::optional(std::move(route));
}

Task<Result<RouteTable::LinePage>> RouteTable::lines_of(ServiceId service, PersonHash person,
                                                        std::optional<Key> after,
                                                        std::uint32_t limit) const {
  return lines_under(Key("rt").id(service).id(person), std::move(after), limit);
}

Task<Result<RouteTable::LinePage>> RouteTable::lines_of(ServiceId service, std::optional<Key> after,
                                                        std::uint32_t limit) const {
  return lines_under(Key("rt").id(service), std::move(after), limit);
}

Task<Result<RouteTable::LinePage>> RouteTable::lines_under(Key prefix, std::optional<Key> after,
                                                           std::uint32_t limit) const {
  auto request = ScanRequest::prefix(prefix);
  request.after = std::move(after);
  request.records_max = limit;
  BAUTA_CO_TRY(auto page, co_await store_.scan(std::move(request)));
  LinePage lines;
  for (const KeyedRecord& record : page.records) {
    BAUTA_CO_TRY(auto route, decode_route(record.record));
    lines.lines.push_back(std::move(route));
  }
  if (page.more) {
    lines.next = page.records.empty() ? std::move(page.resume_after)
                                      : std::optional(std::move(page.records.back().key));
  }
  co_return lines;
}

Task<Result<bool>> RouteTable::is_empty(VirtualNumber number, TimePoint now) const {
  auto request = ScanRequest::prefix(Key("nl").text(number.str()));
  request.records_max = kLinesPage;
  for (;;) {
    BAUTA_CO_TRY(auto page, co_await store_.scan(request));
    for (const KeyedRecord& record : page.records) {
      pool::LineRecord line;
      if (!line.ParseFromString(record.record.value)) co_return corrupt("cannot be read");
      if (line.state() != pool::ROUTE_COOLING || from_millis(line.reusable_at_ms()) > now)
        co_return false;
    }
    if (!page.more) co_return true;
    request.after = page.records.empty() ? std::move(page.resume_after)
                                         : std::optional(std::move(page.records.back().key));
    co_await give_way();  // a number's tombstones of 90 days
  }
}

void RouteTable::take(Commit& commit, const Route& route, Version was) {
  BAUTA_ASSERT(route.state == RouteState::live && route.address.has_value());
  commit.expect(key_of(route.service, route.person, route.number), was);
  write(commit, route, std::nullopt);
}

void RouteTable::cool(Commit& commit, const Stored<Route>& was, TimePoint reusable_at,
                      Duration forget_after) {
  Route route = was.value;
  route.state = RouteState::cooling;
  route.reusable_at = reusable_at;
  commit.expect(key_of(route.service, route.person, route.number), was.version);
  write(commit, route, reusable_at + forget_after);
}

void RouteTable::entomb(Commit& commit, const Stored<Route>& was, Duration forget_after) {
  BAUTA_ASSERT(was.value.state == RouteState::cooling);
  Route route = was.value;
  route.address.reset();
  commit.expect(key_of(route.service, route.person, route.number), was.version);
  write(commit, route, route.reusable_at + forget_after);
}

}  // namespace bauta
