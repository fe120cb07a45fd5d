#include "proxy/carriers/retry_after.h"

#include <algorithm>
#include <charconv>

#include "proxy/carriers/http_date.h"

namespace bauta {

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view field, TimePoint now,
                                                           std::chrono::milliseconds most) {
  using std::chrono::milliseconds;
  if (!field.empty() && std::ranges::all_of(field, [](char c) { return c >= '0' && c <= '9'; })) {
    int seconds = 0;
    const auto [stop, error] = std::from_chars(field.data(), field.data() + field.size(), seconds);
    const bool fits = error == std::errc{};  // else it is more than an int holds
    return fits ? std::min<milliseconds>(std::chrono::seconds{seconds}, most) : most;
  }
  const auto date = parse_http_date(field);
  if (!date) return std::nullopt;
  return std::clamp<milliseconds>(*date - now, milliseconds::zero(), most);
}

}  // namespace bauta
