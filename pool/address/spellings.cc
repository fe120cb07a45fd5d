#include "pool/address/spellings.h"

#include <string>
#include <string_view>

#include "storage/store/assert.h"

namespace bauta {
namespace {

/// The others' digits, with their plus; `e164` begins with one.
std::vector<std::string> others_of(std::string_view e164) {
  const auto national = [&](std::string_view code) { return e164.substr(code.size()); };
  const auto written = [](std::string_view code, std::string_view middle, std::string_view rest) {
    return std::string(code).append(middle).append(rest);
  };
  if (e164.starts_with("+52")) {
    const auto digits = national("+52");
    if (digits.size() == 11 && digits.front() == '1') return {written("+52", "", digits.substr(1))};
    if (digits.size() == 10) return {written("+52", "1", digits)};
  } else if (e164.starts_with("+54")) {
    const auto digits = national("+54");
    if (digits.size() == 11 && digits.front() == '9') return {written("+54", "", digits.substr(1))};
    if (digits.size() == 10) return {written("+54", "9", digits)};
  } else if (e164.starts_with("+55")) {
    const auto digits = national("+55");
    if (digits.size() < 10) return {};
    const auto area = digits.substr(0, 2), subscriber = digits.substr(2);
    // Only mobiles got the ninth digit; eight digits of a fixed line begin with 2 to 5.
    if (subscriber.size() == 9 && subscriber.front() == '9')
      return {written("+55", area, subscriber.substr(1))};
    if (subscriber.size() == 8 && subscriber.front() >= '6')
      return {written("+55", area, written("9", "", subscriber))};
  } else if (e164.starts_with("+378")) {
    const auto digits = national("+378");
    if (digits.size() == 10 && digits.starts_with("0549")) {
      return {written("+378", "", digits.substr(4)), written("+39", "", digits)};
    }
    if (digits.size() == 6)
      return {written("+378", "0549", digits), written("+39", "0549", digits)};
  } else if (e164.starts_with("+39")) {
    const auto digits = national("+39");
    if (digits.size() == 10 && digits.starts_with("0549")) {
      return {written("+39", "", digits.substr(1)), written("+378", "", digits),
              written("+378", "", digits.substr(4))};
    }
    if (digits.front() == '0') return {written("+39", "", digits.substr(1))};
    if (digits.front() != '3')
      return {written("+39", "0", digits)};  // 3: a mobile, which never had a zero
  }
  return {};
}

}  // namespace

std::vector<RealAddress> other_spellings(const RealAddress& address) {
  constexpr std::string_view kShortest = "+1234567";
  std::vector<RealAddress> others;
  if (address.channel() == Channel::messenger || !address.reveal().starts_with('+')) return others;
  const std::string prefix =
      address.channel() == Channel::sms ? "" : std::string(channel_name(address.channel())) + ":";
  for (const std::string& spelling : others_of(address.reveal())) {
    if (spelling.size() < kShortest.size()) continue;
    auto other = RealAddress::from_carrier(prefix + spelling);
    BAUTA_ASSERT(other);
    others.push_back(*std::move(other));
  }
  return others;
}

}  // namespace bauta
