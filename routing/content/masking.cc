#include "routing/content/masking.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "pool/address/spellings.h"
#include "routing/text/utf8.h"

namespace bauta {
namespace {

constexpr std::string_view kMask = "***";
/// People of one area dial each other with no fewer digits; shorter runs are prices, codes and dates.
constexpr std::size_t kLocalDigitsMin = 7;
/// Calling codes have one to three digits: what is left when three are gone is surely of the subscriber's own number.
constexpr std::size_t kCallingDigitsMax = 3;
/// More between two digits are the layout of a table.
constexpr int kSeparatorsMax = 4;

/// The first digit, zero, of the scripts that phones write numbers in.
constexpr std::array kZeros = {U'0', U'\u0660', U'\u06f0', U'\u0966', U'\uff10'};

std::optional<char> digit_of(char32_t scalar) {
  for (const char32_t zero : kZeros) {
    if (scalar >= zero && scalar < zero + 10) return static_cast<char>('0' + (scalar - zero));
  }
  return std::nullopt;
}

bool may_separate(char32_t scalar) {
  constexpr std::u32string_view kAscii = U" -.()/+\t\n\r_*,:;|'";
  // No-break and thin spaces, dashes, the middle dot, and what is not seen at all.
  constexpr std::u32string_view kOthers =
      U"\u00a0\u00ad\u00b7\u200b\u200c\u200d\u2022\u202f\u2060\u2212\ufeff\uff0b\uff0d\u3000";
  return kAscii.contains(scalar) || kOthers.contains(scalar) ||
         (scalar >= U'\u2000' && scalar <= U'\u200a') ||
         (scalar >= U'\u2010' && scalar <= U'\u2015');
}

/// Digits with at most a few separators between them, and where in the text each stands.
struct Run {
  std::string digits;
  std::vector<std::size_t> begins;
  std::vector<std::size_t> ends;
};

std::vector<Run> runs_of(std::string_view text) {
  std::vector<Run> runs;
  Run run;
  int separators = 0;
  const auto finish = [&] {
    if (run.digits.size() >= kLocalDigitsMin) runs.push_back(std::move(run));
    run = {};
    separators = 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto step = utf8::read(text.substr(at));
    const char32_t scalar = step.scalar.value_or(U'?');
    if (const auto digit = digit_of(scalar)) {
      run.digits += *digit;
      run.begins.push_back(at);
      run.ends.push_back(at + step.octets);
      separators = 0;
    } else if (!may_separate(scalar) || ++separators > kSeparatorsMax) {
      finish();
    }
    at += step.octets;
  }
  finish();
  return runs;
}

/// Of a run's digits, from the first to before the last.
struct Span {
  std::size_t from = 0;
  std::size_t to = 0;
};

/// What people dial before a subscriber's own number: `ahead` ends where that begins.  How many of its last digits belong to it.
std::size_t prefix_digits(std::string_view ahead, std::string_view calling_code) {
  const std::string code(calling_code);
  std::size_t longest = 0;
  for (const std::string& prefix : {std::string("0"), code, "00" + code, "011" + code, code + "0",
                                    "00" + code + "0", "011" + code + "0"}) {
    if (ahead.ends_with(prefix)) longest = std::max(longest, prefix.size());
  }
  return longest;
}

/// Where the number of `e164` (digits only) stands in `digits`.
std::optional<Span> find(std::string_view digits, std::string_view e164) {
  const auto sure = e164.substr(std::min(kCallingDigitsMax, e164.size() - 1));
  if (sure.size() >= kLocalDigitsMin) {
    if (const auto at = digits.find(sure); at != std::string_view::npos) {
      Span span{.from = at, .to = at + sure.size()};
      std::size_t left = e164.size() - sure.size();
      for (; left > 0 && span.from > 0 && digits[span.from - 1] == e164[left - 1]; --left)
        --span.from;
      span.from -= prefix_digits(digits.substr(0, span.from), e164.substr(0, left));
      return span;
    }
  }
  // As neighbours dial: nothing else in the run but a trunk zero.
  auto local = digits;
  while (local.starts_with('0')) local.remove_prefix(1);
  if (local.size() >= kLocalDigitsMin && e164.ends_with(local)) return Span{0, digits.size()};
  return std::nullopt;
}

/// All spellings of all addresses, digits only.
std::vector<std::string> numbers_of(const std::vector<RealAddress>& addresses) {
  std::vector<std::string> numbers;
  const auto add = [&](const RealAddress& address) {
    if (address.channel() != Channel::messenger && address.reveal().starts_with('+'))
      numbers.push_back(address.reveal().substr(1));
  };
  for (const RealAddress& address : addresses) {
    add(address);
    for (const RealAddress& other : other_spellings(address)) add(other);
  }
  // The longest first: a shorter spelling must not leave digits of a longer one behind.
  std::ranges::sort(numbers, std::ranges::greater{}, &std::string::size);
  return numbers;
}

}  // namespace

std::optional<MessageText> mask_addresses(const MessageText& text,
                                          const std::vector<RealAddress>& addresses) {
  const std::string& octets = text.reveal();
  const auto runs = runs_of(octets);
  if (runs.empty()) return std::nullopt;  // most texts
  const auto numbers = numbers_of(addresses);
  std::string masked;
  std::size_t kept_to = 0;
  for (const Run& run : runs) {
    const std::string_view digits = run.digits;
    std::size_t from = 0;
    while (from < digits.size()) {
      std::optional<Span> first;
      for (const std::string& number : numbers) {
        const auto found = find(digits.substr(from), number);
        if (found && (!first || found->from < first->from)) first = found;
      }
      if (!first) break;
      std::size_t begin = run.begins[from + first->from];
      // The plus and the bracket before it are the number's too.
      while (begin > kept_to && (octets[begin - 1] == '+' || octets[begin - 1] == '(')) --begin;
      masked.append(octets, kept_to, begin - kept_to);
      masked += kMask;
      kept_to = run.ends[from + first->to - 1];
      from += first->to;
    }
  }
  if (kept_to == 0) return std::nullopt;
  masked.append(octets, kept_to);
  return MessageText::from_carrier(masked);
}

}  // namespace bauta
