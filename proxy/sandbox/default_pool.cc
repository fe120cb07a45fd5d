#include "proxy/sandbox/default_pool.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "proxy/sandbox/sandbox_carrier.h"

namespace bauta {
namespace {

constexpr std::size_t kOfEach = 10;
/// What a person texts it with is paced by the phone, and nobody waits for a test.
constexpr double kRatePerSecond = 100;

/// 555-0170 to 555-0179 of these: those below are left to the people of tests, those above mean something.
constexpr std::array kAreas = {202, 212, 213, 305, 312, 404, 415, 512, 602, 617, 702, 713};

std::vector<std::string> american() {
  std::vector<std::string> numbers;
  for (const int area : kAreas) {
    for (int last = 70; last < 80; ++last)
      numbers.push_back(fmt::format("+1{}55501{}", area, last));
  }
  return numbers;
}

/// Of Ofcom's range for London in drama.
std::vector<std::string> british() {
  std::vector<std::string> numbers;
  for (int last = 100; last < 140; ++last) numbers.push_back(fmt::format("+442079460{}", last));
  for (int last = 200; last < 1000; ++last) numbers.push_back(fmt::format("+442079460{}", last));
  return numbers;
}

Task<Status> add_some(Desk& desk, Caller caller, std::vector<std::string> candidates) {
  std::size_t added = 0;
  for (const auto& candidate : candidates) {
    if (added == kOfEach) break;
    BAUTA_CO_TRY(auto number, VirtualNumber::parse(candidate));
    const auto done = co_await desk.add_number(caller,
                                               {.number = std::move(number),
                                                .connection = std::string(SandboxCarrier::kName),
                                                .rate_per_second = kRatePerSecond},
                                               {});
    if (done) {
      ++added;
    } else if (done.error().code != "number.taken") {
      co_return std::unexpected(done.error());
    }
  }
  co_return Status();
}

}  // namespace

Task<Status> fill_pool(Desk& desk, Caller caller) {
  BAUTA_CO_TRY(const auto numbers, co_await desk.list_numbers(caller, {.limit = 1}));
  if (!numbers.data.empty()) co_return Status();
  BAUTA_CO_CHECK(co_await add_some(desk, caller, american()));
  co_return co_await add_some(desk, caller, british());
}

}  // namespace bauta
