#include "pool/address/spellings.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pool/address/numbering_plan.h"
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

/// With its plus.
std::string today(std::string_view e164) {
  if (e164.starts_with("+52") && e164.size() == 14 && e164[3] == '1')
    return std::string("+52").append(e164.substr(4));
  if (e164.starts_with("+54") && e164.size() == 13)
    return std::string("+549").append(e164.substr(3));
  // A fixed line's eight digits begin with 2 to 5.
  if (e164.starts_with("+55") && e164.size() == 13 && e164[5] >= '6')
    return std::string(e164.substr(0, 5)).append("9").append(e164.substr(5));
  if (e164.starts_with("+378") && e164.size() == 10)
    return std::string("+3780549").append(e164.substr(4));
  if (e164.starts_with("+390549") && e164.size() == 13)
    return std::string("+378").append(e164.substr(3));
  if (e164.starts_with("+39") && e164.size() > 3 && e164[3] != '0' && e164[3] != '3')
    return today(std::string("+390").append(e164.substr(3)));
  return std::string(e164);
}

/// Whoever is not: an identity of a channel that knows no telephones, a name, a short code.
bool is_telephone(const RealAddress& address) {
  return address.channel() != Channel::messenger && numbering_plan::is_e164(address.reveal());
}

/// None: no telephone number is so short, or so long.
std::optional<RealAddress> respelt(const RealAddress& address, const std::string& e164) {
  if (!numbering_plan::is_e164(e164)) return std::nullopt;
  auto other =
      RealAddress::from_carrier(address.channel() == Channel::sms
                                    ? e164
                                    : std::string(channel_name(address.channel())) + ":" + e164);
  BAUTA_ASSERT(other);
  return *std::move(other);
}

}  // namespace

RealAddress today_spelt(const RealAddress& address) {
  if (!is_telephone(address)) return address;
  const std::string spelling = today(address.reveal());
  if (spelling == address.reveal()) return address;
  return respelt(address, spelling).value_or(address);
}

std::vector<RealAddress> other_spellings(const RealAddress& address) {
  std::vector<RealAddress> others;
  if (!is_telephone(address)) return others;
  for (const std::string& spelling : others_of(address.reveal())) {
    if (auto other = respelt(address, spelling)) others.push_back(*std::move(other));
  }
  return others;
}

std::vector<RealAddress> all_spellings(const RealAddress& address) {
  std::vector<RealAddress> all{address};
  // A spelling may have one that the first has not: +39 549 is none of +378's own.
  for (std::size_t at = 0; at < all.size(); ++at) {
    for (RealAddress& other : other_spellings(all[at])) {
      if (std::ranges::find(all, other) == all.end()) all.push_back(std::move(other));
    }
  }
  return all;
}

}  // namespace bauta
