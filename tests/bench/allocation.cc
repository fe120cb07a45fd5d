#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pool/allocation/allocator.h"
#include "pool/allocation/routes.h"
#include "pool/inventory/inventory.h"
#include "tests/bench/commands.h"
#include "tests/bench/disk.h"
#include "tests/conformance/ground/run.h"

namespace bauta::bench {
namespace {

/// Of this thread alone: a decision waits for nothing, and a machine that others use as well must not count.
double cpu_microseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

constexpr std::array<std::uint32_t, 4> kAreas = {202, 212, 310, 312};
/// The numbers of one area are used up by the person who lives there.
constexpr std::uint32_t kSmallArea = 206;
constexpr std::size_t kSmallAreaNumbers = 1'000;
/// Of one commit, which holds five records a number.
constexpr std::size_t kNumbersPerCommit = 100;
constexpr std::size_t kLinesPerCommit = 400;
/// Each of them is slow.
constexpr std::size_t kDecisionsBeyondTheirArea = 100;

struct Pool {
  explicit Pool(const std::filesystem::path& folder) : disk(folder, "") {}

  Disk disk;
  Inventory inventory{disk.store()};
  RouteTable routes{disk.store()};
  Allocator allocator{disk.store(), inventory, routes};
  ServiceId service = ServiceId::make(1, disk.random());
};

/// No exchange begins with a zero: nobody has such a number.
VirtualNumber number_in(std::uint32_t area, std::size_t n) {
  return *VirtualNumber::from_carrier(fmt::format("+1{}0{:06}", area, n));
}

Task<void> settle(Pool& pool, Commit commit) {
  const auto outcome = co_await pool.disk.store().commit(std::move(commit));
  if (!std::holds_alternative<Committed>(outcome))
    give_up({.code = "bench.not_committed", .detail = std::to_string(outcome.index())});
}

Task<void> add_numbers(Pool& pool, std::uint32_t area, std::size_t count) {
  for (std::size_t n = 0; n < count;) {
    Commit adding;
    for (std::size_t end = std::min(count, n + kNumbersPerCommit); n < end; ++n) {
      const auto number = number_in(area, n);
      Inventory::add(adding, {.number = number,
                              .service = pool.service,
                              .connection = "twilio",
                              .reach = default_reach(number),
                              .locality = locality_of(number),
                              .rank = pool.disk.random().next(),
                              .created_at = pool.disk.clock().now()});
    }
    co_await settle(pool, std::move(adding));
  }
}

SeatRequest seat_for(Pool& pool, std::uint32_t area) {
  const auto address = *RealAddress::from_carrier(fmt::format("+1{}5550142", area));
  return {.service = pool.service,
          .address = address,
          .person = pool.disk.index_key().person(pool.service, channel_name(address.channel()),
                                                 address.reveal())};
}

Route line_of(Pool& pool, const SeatRequest& request, VirtualNumber number) {
  return {.service = request.service,
          .address = request.address,
          .person = request.person,
          .number = std::move(number),
          .session = SessionId::make(1, pool.disk.random()),
          .seat = SeatId::make(1, pool.disk.random())};
}

struct Decisions {
  /// The first after an fsync, when the processor's caches hold what others did meanwhile.
  std::vector<double> first_us;
  /// The same decision made again at once.
  std::vector<double> again_us;
};

/// Gives the person so many lines, each as the pool decides.
Task<Decisions> take_lines(Pool& pool, SeatRequest request, std::size_t count) {
  Decisions decisions;
  for (std::size_t n = 0; n < count; ++n) {
    std::optional<SeatChoice> choice;
    for (auto* const took : {&decisions.first_us, &decisions.again_us}) {
      const auto began = cpu_microseconds();
      choice = sure(co_await pool.allocator.choose(request, pool.disk.clock().now()));
      took->push_back(cpu_microseconds() - began);
    }
    Commit opening;
    opening.expect(Inventory::key_of(choice->number.value.number), choice->number.version);
    RouteTable::take(opening, line_of(pool, request, choice->number.value.number),
                     choice->route_version);
    choice->advance_cursor(opening);
    co_await settle(pool, std::move(opening));
  }
  co_return decisions;
}

/// The first numbers of an area, without asking anybody: their ranks are random, so these lines lie all over the ring.
Task<void> give_lines(Pool& pool, SeatRequest request, std::uint32_t area, std::size_t count) {
  for (std::size_t n = 0; n < count;) {
    Commit giving;
    for (std::size_t end = std::min(count, n + kLinesPerCommit); n < end; ++n)
      RouteTable::take(giving, line_of(pool, request, number_in(area, n)), kAbsent);
    co_await settle(pool, std::move(giving));
  }
}

double quantile(std::vector<double> values, double part) {
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

}  // namespace

int time_allocation(const std::filesystem::path& folder, std::size_t numbers, std::size_t lines,
                    std::size_t decisions) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder.parent_path());
  Pool pool(folder);
  for (const auto area : kAreas)
    run(add_numbers(pool, area, (numbers - kSmallAreaNumbers) / kAreas.size()));
  run(add_numbers(pool, kSmallArea, kSmallAreaNumbers));

  const auto busy = seat_for(pool, kAreas.front());
  run(give_lines(pool, busy, kAreas.front(), lines));
  const auto took = run(take_lines(pool, busy, decisions));

  const auto crowded_out = seat_for(pool, kSmallArea);
  run(give_lines(pool, crowded_out, kSmallArea, kSmallAreaNumbers));
  if (lines > kSmallAreaNumbers)
    run(give_lines(pool, crowded_out, kAreas.front(), lines - kSmallAreaNumbers));
  const auto beyond = run(take_lines(pool, crowded_out, kDecisionsBeyondTheirArea));

  fmt::print(
      R"({{"median_us":{:.1f},"p99_us":{:.1f},"after_fsync_median_us":{:.1f},"beyond_area_median_us":{:.1f}}})"
      "\n",
      quantile(took.again_us, 0.5), quantile(took.again_us, 0.99), quantile(took.first_us, 0.5),
      quantile(beyond.first_us, 0.5));
  return 0;
}

}  // namespace bauta::bench
