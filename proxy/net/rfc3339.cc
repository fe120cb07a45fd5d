#include "proxy/net/rfc3339.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace bauta {
namespace {

using namespace std::chrono;

const TimePoint kFirst{sys_days{year{0} / 1 / 1}};
const TimePoint kLast = TimePoint{sys_days{year{9999} / 12 / 31}} + days{1} - milliseconds{1};

/// Takes what it is asked for from the front of the text, or remembers that it was not there.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      if (!next_is_digit()) {
        failed_ = true;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool next_is_digit() const {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }
  bool take_if(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void take(char c) { failed_ |= !take_if(c); }
  void take_either(char a, char b) { failed_ |= !take_if(a) && !take_if(b); }

  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

milliseconds read_fraction(Reader& reader) {
  int value = reader.digits(1);
  int digits = 1;
  for (; reader.next_is_digit(); ++digits) {
    const int digit = reader.digits(1);
    if (digits < 3) value = value * 10 + digit;
  }
  for (; digits < 3; ++digits) value *= 10;
  return milliseconds(value);
}

/// Minutes east of UTC; nullopt: no such offset.
std::optional<minutes> read_offset(Reader& reader) {
  if (reader.take_if('Z') || reader.take_if('z')) return minutes{0};
  const bool west = reader.take_if('-');
  if (!west) reader.take('+');
  const int hour = reader.digits(2);
  reader.take(':');
  const int minute = reader.digits(2);
  if (hour > 23 || minute > 59) return std::nullopt;
  const minutes offset = hours{hour} + minutes{minute};
  return west ? -offset : offset;
}

}  // namespace

std::string format_rfc3339(TimePoint time) {
  const auto clamped = std::clamp(time, kFirst, kLast);
  const auto day = floor<days>(clamped);
  const year_month_day date(day);
  const hh_mm_ss clock(clamped - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

Result<TimePoint> parse_rfc3339(std::string_view text) {
  const auto malformed = [] {
    return fail("time.malformed", "not a time of RFC 3339, as 2025-11-25T04:06:55.123Z");
  };
  Reader reader(text);
  const int year_number = reader.digits(4);
  reader.take('-');
  const int month_number = reader.digits(2);
  reader.take('-');
  const int day_number = reader.digits(2);
  reader.take_either('T', 't');
  const int hour = reader.digits(2);
  reader.take(':');
  const int minute = reader.digits(2);
  reader.take(':');
  const int second = reader.digits(2);
  const auto fraction = reader.take_if('.') ? read_fraction(reader) : milliseconds{0};
  const auto offset = read_offset(reader);
  if (reader.failed() || !reader.at_end() || !offset || hour > 23 || minute > 59 || second > 60)
    return malformed();
  const auto date = year{year_number} / month{static_cast<unsigned>(month_number)} /
                    day{static_cast<unsigned>(day_number)};
  if (!date.ok()) return malformed();
  return TimePoint{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} + fraction -
         *offset;
}

}  // namespace bauta
