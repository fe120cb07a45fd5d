#include "proxy/carriers/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace bauta {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto* begin = digits.data();
  const auto* end = begin + digits.size();
  const bool plain = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (!plain || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<TimePoint> parse_http_date(std::string_view text) {
  if (text.size() < 25 || text.substr(3, 2) != ", ") return std::nullopt;
  if (const auto zone = text.substr(25); zone != " GMT" && zone != " +0000") return std::nullopt;
  const auto day = number(text.substr(5, 2));
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (!day || month == kMonths.end() || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year{*year},
      std::chrono::month{static_cast<unsigned>(month - kMonths.begin()) + 1},
      std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return TimePoint{std::chrono::sys_days{date} + std::chrono::hours{*hour} +
                   std::chrono::minutes{*minute} + std::chrono::seconds{*second}};
}

}  // namespace bauta
