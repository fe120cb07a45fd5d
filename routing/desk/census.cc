#include "routing/desk/census.h"

#include <array>
#include <utility>

#include "storage/store/give_way.h"

namespace bauta {
namespace {

constexpr std::uint32_t kPage = 500;

/// Where the next page begins; false: there is none.
bool go_on(ScanRequest& request, ScanPage& page) {
  if (!page.more) return false;
  request.after = page.records.empty() ? std::move(page.resume_after)
                                       : std::optional(std::move(page.records.back().key));
  return true;
}

ScanRequest all_of(std::string_view family) {
  auto request = ScanRequest::prefix(Key(family));
  request.records_max = kPage;
  return request;
}

struct IndexPage {
  /// Not closed for good.
  std::vector<std::pair<ServiceId, SessionId>> open;
  std::uint64_t closed = 0;
};

Result<IndexPage> read_index(const ScanPage& page) {
  IndexPage read;
  for (const KeyedRecord& entry : page.records) {
    BAUTA_TRY(const bool closed, Sessions::is_closed_in_index(entry.record));
    if (closed) {
      ++read.closed;
      continue;
    }
    KeyReader key(entry.key, "idx");
    const auto service = key.id<ServiceTag>();
    read.open.emplace_back(service, key.id<SessionTag>());
  }
  return read;
}

}  // namespace

Task<Status> Census::take() {
  BAUTA_CO_CHECK(co_await count_sessions());
  BAUTA_CO_TRY(auto localities, co_await count_numbers());
  co_return co_await count_lines(std::move(localities));
}

Task<Status> Census::count_sessions() const {
  std::map<SessionStatus, std::uint64_t> counts{
      {SessionStatus::open, 0}, {SessionStatus::in_progress, 0}, {SessionStatus::closed, 0}};
  auto request = all_of("idx");
  ScanPage page;
  do {
    co_await give_way();
    BAUTA_CO_TRY(page, co_await bench_.parts.store.scan(request));
    BAUTA_CO_TRY(auto index, read_index(page));
    counts[SessionStatus::closed] += index.closed;
    BAUTA_CO_TRY(const auto states, co_await bench_.sessions.find_all(std::move(index.open)));
    for (const auto& state : states) {
      if (!state) continue;
      const Session& session = state->session.value;
      ++counts[state->ending(bench_.now(session.service)) ? SessionStatus::closed : session.status];
    }
  } while (go_on(request, page));
  for (const auto& [status, count] : counts)
    bench_.parts.metrics.sessions(session_status_name(status), count);
  co_return Status{};
}

Task<Result<Census::Localities>> Census::count_numbers() {
  Localities localities;
  Counts counts;
  PoolLevels::Sizes sizes;
  auto request = all_of("number");
  ScanPage page;
  do {
    co_await give_way();
    BAUTA_CO_TRY(page, co_await bench_.parts.store.scan(request));
    for (const KeyedRecord& record : page.records) {
      BAUTA_CO_TRY(auto number, decode_number(record.record));
      const Locality& locality = number.value.locality;
      ++counts[{locality.country, locality.area_code,
                std::string(number_status_name(number.value.status))}];
      if (number.value.status == NumberStatus::active)
        ++sizes[{number.value.service, locality.country, locality.area_code}];
      localities.emplace(std::move(number.value.number), locality);
    }
  } while (go_on(request, page));
  levels_.sizes_are(std::move(sizes));
  {
    const MutexLock lock(mutex_);
    for (const auto& [place, count] : numbers_) counts.try_emplace(place, 0);
    numbers_ = counts;
  }
  for (const auto& [place, count] : counts) {
    const auto& [country, area_code, status] = place;
    bench_.parts.metrics.pool_numbers(country, area_code, status, count);
  }
  co_return localities;
}

Task<Status> Census::count_lines(Localities localities) {
  Counts counts;
  auto request = all_of("rt");
  ScanPage page;
  do {
    co_await give_way();
    BAUTA_CO_TRY(page, co_await bench_.parts.store.scan(request));
    for (const KeyedRecord& record : page.records) {
      BAUTA_CO_TRY(const auto route, decode_route(record.record));
      const bool cooling = route.value.state == RouteState::cooling;
      if (cooling && route.value.reusable_at <= bench_.now(route.value.service)) continue;
      const auto at = localities.find(route.value.number);
      if (at == localities.end()) continue;  // added or removed since the numbers were counted
      ++counts[{at->second.country, at->second.area_code, cooling ? "cooling" : "live"}];
    }
  } while (go_on(request, page));
  {
    const MutexLock lock(mutex_);
    for (const auto& [place, count] : lines_) counts.try_emplace(place, 0);
    lines_ = counts;
  }
  for (const auto& [place, count] : counts) {
    const auto& [country, area_code, state] = place;
    bench_.parts.metrics.pool_lines(country, area_code, state, count);
  }
  co_return Status{};
}

}  // namespace bauta
