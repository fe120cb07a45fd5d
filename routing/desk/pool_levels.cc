#include "routing/desk/pool_levels.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace bauta {
namespace {

constexpr std::uint32_t kLinesPage = 500;

}  // namespace

void PoolLevels::sizes_are(Sizes sizes) {
  const MutexLock lock(mutex_);
  sizes_ = std::move(sizes);
}

Task<Result<PoolLevels::Judgement>> PoolLevels::judge(SeatRequest request, SeatChoice choice,
                                                      TimePoint now) {
  const std::uint32_t limit_percent = bench_.parts.limits.pool_low_percent;
  if (limit_percent == 0 || !choice.cursor) co_return Judgement{};
  const Locality& at = choice.number.value.locality;
  const auto numbers = size_to_judge({request.service, at.country, at.area_code}, now);
  if (!numbers) co_return Judgement{};
  // Rounded up: 80 % of 11 numbers are 9 lines.
  const std::uint32_t limit = (*numbers * limit_percent + 99) / 100;
  // Who stays just below it is not counted anew with each booking: one that is up to a fiftieth late is in time.
  const auto at_most = choice.cursor->lines_at_most;
  if (at_most && *at_most < limit + *numbers / 50) co_return Judgement{};
  BAUTA_CO_TRY(const auto lines, co_await lines_held(std::move(request), choice.number.value, now));
  Judgement judgement{.low = {}, .lines = lines};
  if (lines >= limit)
    judgement.low = PoolLow{.country = at.country,
                            .area_code = at.area_code,
                            .numbers = std::max(*numbers, lines),
                            .lines = lines};
  co_return judgement;
}

std::optional<std::uint32_t> PoolLevels::size_to_judge(const Place& place, TimePoint now) {
  const MutexLock lock(mutex_);
  const auto size = sizes_.find(place);
  if (size == sizes_.end() || size->second < kNumbersMin) return std::nullopt;
  const auto told = told_.find(place);
  // A clock that was set back does not silence it for longer.
  if (told != told_.end() && told->second <= now && now < told->second + kAgainAfter)
    return std::nullopt;
  return size->second;
}

/// On active numbers of the locality of `given`, which is one of them.
Task<Result<std::uint32_t>> PoolLevels::lines_held(SeatRequest request, Number given,
                                                   TimePoint now) const {
  std::uint32_t lines = 1;
  std::optional<Key> after;
  do {
    BAUTA_CO_TRY(auto page, co_await bench_.routes.lines_of(request.service, request.person,
                                                            std::move(after), kLinesPage));
    std::vector<Key> keys;
    for (const auto& line : page.lines) {
      const bool is_free = line.value.state == RouteState::cooling && line.value.reusable_at <= now;
      if (!is_free && line.value.number != given.number)
        keys.push_back(Inventory::key_of(line.value.number));
    }
    BAUTA_CO_TRY(const auto records, co_await bench_.parts.store.multi_get(std::move(keys)));
    for (const auto& record : records) {
      if (!record) continue;
      BAUTA_CO_TRY(const auto number, decode_number(*record));
      if (number.value.status == NumberStatus::active &&
          number.value.locality.country == given.locality.country &&
          number.value.locality.area_code == given.locality.area_code)
        ++lines;
    }
    after = std::move(page.next);
  } while (after);
  co_return lines;
}

void PoolLevels::told(ServiceId service, const PoolLow& low, TimePoint now) {
  const MutexLock lock(mutex_);
  told_[{service, low.country, low.area_code}] = now;
}

}  // namespace bauta
