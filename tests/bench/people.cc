#include "tests/bench/people.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

namespace bauta::bench {
namespace {

/// The last two digits of an American, the last three of a Briton: below these they are people's, from there on ours.
constexpr std::uint64_t kAmericansAnArea = 60;
constexpr std::uint64_t kBritonsAnArea = 600;

/// Of the United States.
constexpr std::array<std::uint32_t, 100> kAreaCodes = {
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219,
    224, 225, 228, 229, 231, 234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267,
    269, 270, 276, 281, 301, 302, 303, 304, 305, 307, 308, 309, 310, 312, 313, 314, 315,
    316, 317, 318, 319, 320, 321, 323, 325, 330, 331, 334, 336, 337, 339, 347, 351, 352,
    360, 361, 386, 401, 402, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417,
    419, 423, 424, 425, 430, 432, 434, 435, 440, 443, 458, 469, 470, 475, 478};

/// Of London, Leeds, Sheffield, Nottingham, …: three digits follow (Ofcom, numbers for use in drama).
constexpr std::array<std::string_view, 13> kBritishBlocks = {
    "2079460", "1134960", "1144960", "1154960", "1164960", "1174960", "1184960",
    "1214960", "1314960", "1414960", "1514960", "1614960", "1914980"};

std::string american_digits(std::uint64_t area, std::uint64_t line) {
  return fmt::format("+1{}55501{:02}", kAreaCodes.at(area), line);
}

std::string british_digits(std::uint64_t area, std::uint64_t line) {
  return fmt::format("+44{}{:03}", kBritishBlocks.at(area), line);
}

}  // namespace

RealAddress american(std::uint64_t n) {
  return *RealAddress::from_carrier(american_digits(n / kAmericansAnArea, n % kAmericansAnArea));
}

VirtualNumber american_number(std::uint64_t n) {
  constexpr auto kRest = 100 - kAmericansAnArea;
  return *VirtualNumber::from_carrier(american_digits(n / kRest, kAmericansAnArea + n % kRest));
}

RealAddress briton(std::uint64_t n) {
  return *RealAddress::from_carrier(british_digits(n / kBritonsAnArea, n % kBritonsAnArea));
}

VirtualNumber british_number(std::uint64_t n) {
  constexpr auto kRest = 1'000 - kBritonsAnArea;
  return *VirtualNumber::from_carrier(british_digits(n / kRest, kBritonsAnArea + n % kRest));
}

}  // namespace bauta::bench
