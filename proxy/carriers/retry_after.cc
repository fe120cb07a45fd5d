#include "proxy/carriers/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>

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

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7); the older forms are not sent by anyone who is spoken to here.
std::optional<TimePoint> parse_http_date(std::string_view text) {
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT")
    return std::nullopt;
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

}  // namespace

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view field, TimePoint now) {
  using std::chrono::milliseconds;
  const milliseconds most = kRetryAfterMax;
  if (!field.empty() && std::ranges::all_of(field, [](char c) { return c >= '0' && c <= '9'; })) {
    const auto seconds = number(field);  // none: more than an int holds
    return seconds ? std::min<milliseconds>(std::chrono::seconds{*seconds}, most) : most;
  }
  const auto date = parse_http_date(field);
  if (!date) return std::nullopt;
  return std::clamp<milliseconds>(*date - now, milliseconds::zero(), most);
}

}  // namespace bauta
