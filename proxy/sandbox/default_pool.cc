#include "proxy/sandbox/default_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "proxy/config/log.h"
#include "proxy/sandbox/sandbox_carrier.h"

namespace bauta {
namespace {

/// What a person texts it with is paced by the phone, and nobody waits for a test.
constexpr double kRatePerSecond = 100;

/// 555-0170 to 555-0179 of these: those below are left to the people of tests, those above mean something.
constexpr std::array kAreas = {
    202, 212, 213, 305, 312, 404, 415, 512, 602, 617, 702, 713, 203, 206, 207, 208, 210,
    214, 215, 216, 217, 218, 225, 228, 240, 248, 251, 253, 254, 256, 262, 267, 270, 281,
    301, 302, 303, 304, 307, 308, 309, 310, 313, 314, 316, 317, 318, 319, 320, 323, 330,
    334, 336, 337, 347, 352, 360, 361, 386, 401, 402, 405, 406, 407, 408, 409, 410, 412,
    413, 414, 417, 419, 423, 432, 435, 440, 443, 469, 480, 501, 503, 504, 505, 507};

/// Of `candidates`, until `wanted` were added; how many were not.
Task<Result<std::size_t>> add_some(Desk& desk, Caller caller, std::vector<std::string> candidates,
                                   std::size_t wanted) {
  for (const auto& candidate : candidates) {
    if (wanted == 0) break;
    BAUTA_CO_TRY(auto number, VirtualNumber::parse(candidate));
    const auto done = co_await desk.add_number(caller,
                                               {.number = std::move(number),
                                                .connection = std::string(SandboxCarrier::kName),
                                                .rate_per_second = kRatePerSecond},
                                               {});
    if (done) {
      --wanted;
    } else if (done.error().code != "number.taken") {
      co_return std::unexpected(done.error());
    }
  }
  co_return wanted;
}

bool is_one_of(const std::vector<std::string>& numbers, const Number& number) {
  return std::ranges::find(numbers, number.number.str()) != numbers.end();
}

std::size_t lacking(std::size_t has) {
  return kDefaultNumbersOfEach - std::min(has, kDefaultNumbersOfEach);
}

}  // namespace

std::vector<std::string> american_numbers() {
  std::vector<std::string> numbers;
  for (const int area : kAreas) {
    for (int last = 70; last < 80; ++last)
      numbers.push_back(fmt::format("+1{}55501{}", area, last));
  }
  return numbers;
}

/// Of Ofcom's range for London in drama.
std::vector<std::string> british_numbers() {
  std::vector<std::string> numbers;
  for (int last = 100; last < 140; ++last) numbers.push_back(fmt::format("+442079460{}", last));
  for (int last = 200; last < 1000; ++last) numbers.push_back(fmt::format("+442079460{}", last));
  return numbers;
}

Task<Result<std::size_t>> fill_pool(Desk& desk, Caller caller) {
  const std::uint32_t all = 2 * kDefaultNumbersOfEach;
  BAUTA_CO_TRY(const auto has, co_await desk.list_numbers(caller, {.limit = all}));
  if (has.data.size() == all) co_return std::size_t{0};
  auto american = american_numbers();
  auto british = british_numbers();
  std::size_t americans = 0;
  std::size_t britons = 0;
  for (const auto& number : has.data) {
    if (is_one_of(american, number)) {
      ++americans;
    } else if (is_one_of(british, number)) {
      ++britons;
    } else {
      co_return std::size_t{0};
    }
  }
  BAUTA_CO_TRY(const auto no_americans,
               co_await add_some(desk, caller, std::move(american), lacking(americans)));
  BAUTA_CO_TRY(const auto no_britons,
               co_await add_some(desk, caller, std::move(british), lacking(britons)));
  if (no_americans + no_britons > 0) {
    log::warn(
        "sandbox's numbers are all given out service={} american_lacking={} british_lacking={}",
        caller.service.id.str(), no_americans, no_britons);
  }
  co_return no_americans + no_britons;
}

}  // namespace bauta
