#include "pool/address/numbering_plan.h"

#include <phonenumbers/geocoding/phonenumber_offline_geocoder.h>
#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumberutil.h>
#include <phonenumbers/shortnumberinfo.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <list>
#include <set>
#include <unordered_map>
#include <utility>

namespace bauta::numbering_plan {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberOfflineGeocoder;
using i18n::phonenumbers::PhoneNumberUtil;
using i18n::phonenumbers::ShortNumberInfo;

constexpr int kNorthAmerica = 1;
/// 112 with a plus and a country's calling code before it, and some to spare.
constexpr std::size_t kEmergencyDigitsMax = 8;

PhoneNumberUtil& util() {
  static PhoneNumberUtil& instance = [] -> PhoneNumberUtil& {
    PhoneNumberUtil& made = *PhoneNumberUtil::GetInstance();
    // Its own logger prints what it parses to the terminal (promise 2).  Takes ownership.
    made.SetLogger(new i18n::phonenumbers::NullLogger);
    return made;
  }();
  return instance;
}

const ShortNumberInfo& short_numbers() {
  util();
  static const ShortNumberInfo kInstance;
  return kInstance;
}

const PhoneNumberOfflineGeocoder& geocoder() {
  util();
  static const PhoneNumberOfflineGeocoder kInstance;
  return kInstance;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Calling codes are prefix-free (ITU-T E.164, 6.2.1): the shortest that is one is the one.
int calling_code_in(std::string_view digits) {
  static const std::set<int> kCodes = [] {
    std::set<int> all;
    util().GetSupportedCallingCodes(&all);
    return all;
  }();
  for (std::size_t length = 1; length <= 3 && length < digits.size(); ++length) {
    int code = 0;
    for (const char digit : digits.substr(0, length)) code = code * 10 + (digit - '0');
    if (kCodes.contains(code)) return code;
  }
  return 0;
}

struct Split {
  int calling_code = 0;
  std::string_view national;
};
Split split(std::string_view e164) {
  std::string_view digits = e164;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.size() > kDigitsMax || digits.starts_with('0') ||
      !std::ranges::all_of(digits, is_digit))
    return {};
  const int code = calling_code_in(digits);
  if (code == 0) return {};
  return {code, digits.substr(std::to_string(code).size())};
}

/// A canonical number needs no parsing, which would be half of the cost.
PhoneNumber number_of(int calling_code, std::string_view national) {
  PhoneNumber number;
  number.set_country_code(calling_code);
  std::uint64_t value = 0;
  for (const char digit : national) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  number.set_national_number(value);
  const auto zeros = std::min(national.find_first_not_of('0'), national.size() - 1);
  if (!national.empty() && zeros > 0) {
    number.set_italian_leading_zero(true);
    number.set_number_of_leading_zeros(static_cast<int>(zeros));
  }
  return number;
}

Kind kind_from(PhoneNumberUtil::PhoneNumberType type) {
  switch (type) {
    case PhoneNumberUtil::FIXED_LINE:
      return Kind::fixed;
    case PhoneNumberUtil::MOBILE:
      return Kind::mobile;
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
      return Kind::fixed_or_mobile;
    case PhoneNumberUtil::TOLL_FREE:
      return Kind::toll_free;
    case PhoneNumberUtil::PREMIUM_RATE:
      return Kind::premium;
    case PhoneNumberUtil::SHARED_COST:
      return Kind::shared_cost;
    case PhoneNumberUtil::VOIP:
    case PhoneNumberUtil::PERSONAL_NUMBER:
    case PhoneNumberUtil::PAGER:
    case PhoneNumberUtil::UAN:
    case PhoneNumberUtil::VOICEMAIL:
      return Kind::other;
    case PhoneNumberUtil::UNKNOWN:
      return Kind::unknown;
  }
  return Kind::unknown;
}

/// "ZZ" and "001" are libphonenumber's words for nowhere.
std::string country_of(const PhoneNumber& number) {
  std::string region;
  util().GetRegionCodeForNumber(number, &region);
  // An area code that the metadata doesn't know yet is of the country that the calling code is mainly of.
  if (region == "ZZ") util().GetRegionCodeForCountryCode(number.country_code(), &region);
  return region == "ZZ" || region == "001" ? "" : region;
}

std::string country_name(const std::string& country) {
  icu::UnicodeString name;
  icu::Locale("", country.c_str()).getDisplayCountry(icu::Locale::getEnglish(), name);
  std::string utf8;
  name.toUTF8String(utf8);
  return utf8;
}

/// The geocoder's name of what is smaller than a country; "" where it knows the country only.
std::string area_name(const PhoneNumber& number, const std::string& country) {
  const std::string name =
      geocoder().GetDescriptionForValidNumber(number, icu::Locale::getEnglish());
  // A region's name becomes part of keys, which no NUL may stand in.
  return name == country_name(country) || name.contains('\0') ? "" : name;
}

/// Some number of this area code: in North America of the exchange 555, which has no narrower name ("New Jersey", not "Jersey City").
std::string number_in_area(int calling_code, std::string_view area_code) {
  return std::string(area_code) + (calling_code == kNorthAmerica ? "5550100" : "0000000");
}

/// Pure: remembered per thread, since a name costs more than the store's reads of a whole allocation.
const std::string& region_of_area(int calling_code, const std::string& country,
                                  const std::string& area_code) {
  constexpr std::size_t kAreasMax = 100'000;  // of all plans there are fewer
  thread_local std::unordered_map<std::string, std::string> remembered;
  std::string key = country + '/' + area_code;
  if (const auto known = remembered.find(key); known != remembered.end()) return known->second;
  if (remembered.size() >= kAreasMax) remembered.clear();
  const PhoneNumber number = number_of(calling_code, number_in_area(calling_code, area_code));
  return remembered.emplace(std::move(key), area_name(number, country)).first->second;
}

/// +1 is regular: three digits of area code, whether or not the metadata knows it already; those that are no area are the
/// non-geographic ones.
Place north_american_place(std::string_view national) {
  thread_local std::unordered_map<std::string, Place> remembered;  // fewer than 1,000 area codes
  std::string area(national.substr(0, 3));
  if (const auto known = remembered.find(area); known != remembered.end()) return known->second;
  const PhoneNumber number = number_of(kNorthAmerica, number_in_area(kNorthAmerica, area));
  Place place{.country = country_of(number), .area_code = {}, .region = {}};
  const Kind kind = kind_from(util().GetNumberType(number));
  // libphonenumber calls those of one island "mobile" (876): they are areas all the same.
  if (kind == Kind::fixed || kind == Kind::mobile || kind == Kind::fixed_or_mobile ||
      kind == Kind::unknown) {
    place.area_code = area;
    place.region = region_of_area(kNorthAmerica, place.country, area);
  }
  remembered.emplace(std::move(area), place);
  return place;
}

/// GetLengthOfGeographicalAreaCode, which would find region and kind out once more each.
std::size_t area_code_length(const PhoneNumber& number, const std::string& country,
                             PhoneNumberUtil::PhoneNumberType type) {
  constexpr int kChina = 86;  // its mobiles are geographical by metadata, but have no area code
  std::string trunk_prefix;
  util().GetNddPrefixForRegion(country, true, &trunk_prefix);
  if (trunk_prefix.empty() && !number.italian_leading_zero()) return 0;
  if (type == PhoneNumberUtil::MOBILE && number.country_code() == kChina) return 0;
  if (!util().IsNumberGeographical(type, number.country_code())) return 0;
  return static_cast<std::size_t>(std::max(0, util().GetLengthOfNationalDestinationCode(number)));
}

Fault fault_from(PhoneNumberUtil::ErrorType error) {
  switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
    case PhoneNumberUtil::NOT_A_NUMBER:
      return Fault::not_a_number;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
      return Fault::country_unknown;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN:
      return Fault::too_short;
    case PhoneNumberUtil::TOO_LONG_NSN:
      return Fault::too_long;
  }
  return Fault::not_a_number;
}

std::optional<Fault> fault_of_length(const PhoneNumber& number) {
  switch (util().IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::IS_POSSIBLE:
      return std::nullopt;
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
      return Fault::area_missing;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
      return Fault::country_unknown;
    case PhoneNumberUtil::TOO_SHORT:
      return Fault::too_short;
    case PhoneNumberUtil::TOO_LONG:
      return Fault::too_long;
    case PhoneNumberUtil::INVALID_LENGTH:
      return Fault::length;
  }
  return Fault::not_a_number;
}

/// How a mobile of the number's country is written, # for each digit behind the calling code: an example that is nobody's.
std::string shape_of(const PhoneNumber& number) {
  std::string region;
  util().GetRegionCodeForCountryCode(number.country_code(), &region);
  PhoneNumber example;
  if (!util().GetExampleNumberForType(region, PhoneNumberUtil::MOBILE, &example)) return {};
  std::string shape;
  util().Format(example, PhoneNumberUtil::INTERNATIONAL, &shape);
  const auto national = std::min(shape.find(' '), shape.size());
  std::replace_if(shape.begin() + static_cast<std::ptrdiff_t>(national), shape.end(), is_digit,
                  '#');
  return shape;
}

/// libphonenumber picks a number out of prose, reads letters as a keypad does and drops what follows a second number: here each of
/// these is somebody's mistake.  Digits, dashes and spaces of any script are fine, and the invisible marks of direction that come
/// along when a number is copied from an address book.
bool is_written_as_a_number(std::string_view text) {
  constexpr UChar32 kWidePlus = 0xff0b;
  constexpr std::string_view kPunctuation = "\t.()/";
  bool begun = false;
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < length;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, length, c);  // NOLINT(bugprone-inc-dec-in-conditions): ICU's macro
    if (c < 0) return false;              // no UTF-8
    if (c == '+' || c == kWidePlus) {
      if (begun) return false;
      begun = true;
    } else if (u_isdigit(c)) {
      begun = true;
    } else {
      const auto type = u_charType(c);
      const bool quiet =
          type == U_SPACE_SEPARATOR || type == U_DASH_PUNCTUATION || type == U_FORMAT_CHAR;
      if (!quiet && !(c < 0x80 && kPunctuation.contains(static_cast<char>(c)))) return false;
    }
  }
  return true;
}

}  // namespace

bool is_e164(std::string_view text) {
  if (!text.starts_with('+')) return false;
  text.remove_prefix(1);
  return text.size() >= kDigitsMin && text.size() <= kDigitsMax && text.front() != '0' &&
         std::ranges::all_of(text, is_digit);
}

Parsed parse(std::string_view text, std::string_view region) {
  constexpr std::size_t kTextMax = 100;
  if (text.size() > kTextMax) return {{}, Fault::not_a_number};
  const bool clean = is_written_as_a_number(text);
  PhoneNumber number;
  auto error =
      util().Parse(std::string(text), region.empty() ? "ZZ" : std::string(region), &number);
  if (error == PhoneNumberUtil::NO_PARSING_ERROR && number.has_extension())
    return {{}, Fault::extension};
  if (!clean) return {{}, Fault::not_a_number};

  Parsed parsed;
  std::string was(text);
  for (;;) {
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) return {{}, fault_from(error)};
    util().Format(number, PhoneNumberUtil::E164, &parsed.e164);
    if (parsed.e164 == was) break;
    // One zero that does not belong there is taken off at a time: only what reads as itself is canonical.
    was = parsed.e164;
    error = util().Parse(was, "ZZ", &number);
  }
  if (const auto fault = fault_of_length(number)) return {{}, fault, shape_of(number)};
  const std::size_t digits = parsed.e164.size() - 1;
  if (digits < kDigitsMin) return {{}, Fault::too_short, shape_of(number)};
  if (digits > kDigitsMax) return {{}, Fault::too_long, shape_of(number)};
  return parsed;
}

Kind kind_of(const std::string& e164) {
  const auto [calling_code, national] = split(e164);
  if (calling_code == 0) return Kind::unknown;
  return kind_from(util().GetNumberType(number_of(calling_code, national)));
}

bool is_emergency(std::string_view digits, std::string_view region) {
  const bool international = digits.starts_with('+');
  if (digits.size() > kEmergencyDigitsMax ||
      !std::ranges::all_of(digits.substr(international ? 1 : 0), is_digit))
    return false;
  if (international) {
    const auto [calling_code, national] = split(digits);
    std::list<std::string> countries;
    util().GetRegionCodesForCountryCallingCode(calling_code, &countries);
    return std::ranges::any_of(countries,
                               [&, dialled = std::string(national)](const std::string& country) {
                                 return short_numbers().IsEmergencyNumber(dialled, country);
                               });
  }
  const std::string dialled(digits);
  if (!region.empty()) return short_numbers().IsEmergencyNumber(dialled, std::string(region));
  std::set<std::string> countries;
  util().GetSupportedRegions(&countries);
  return std::ranges::any_of(countries, [&](const std::string& country) {
    return short_numbers().IsEmergencyNumber(dialled, country);
  });
}

Place place_of(const std::string& e164) {
  const auto [calling_code, national] = split(e164);
  if (calling_code == 0) return {};
  if (calling_code == kNorthAmerica && national.size() == 10) return north_american_place(national);

  const PhoneNumber number = number_of(calling_code, national);
  Place place{.country = country_of(number), .area_code = {}, .region = {}};
  if (place.country.empty()) return place;
  const auto type = util().GetNumberType(number);
  place.area_code = national.substr(0, area_code_length(number, place.country, type));
  // Argentina's mobiles carry a 9 before the area code, which says "mobile" and nothing of the place.
  std::string token;
  util().GetCountryMobileToken(calling_code, &token);
  if (type == PhoneNumberUtil::MOBILE && !token.empty() && place.area_code.size() > token.size() &&
      place.area_code.starts_with(token)) {
    place.area_code.erase(0, token.size());
  }
  if (!place.area_code.empty())
    place.region = region_of_area(calling_code, place.country, place.area_code);
  // Spain has no area codes, and France's are as large as a quarter of it: the number itself may still tell its town.
  if (place.region.empty() && type != PhoneNumberUtil::UNKNOWN)
    place.region = area_name(number, place.country);
  return place;
}

std::string region_of_area(std::string_view country, std::string_view area_code) {
  const int calling_code = calling_code_of(country);
  const bool digits = !area_code.empty() && area_code.size() <= kDigitsMax - kDigitsMin &&
                      std::ranges::all_of(area_code, is_digit);
  if (calling_code == 0 || !digits) return {};
  return region_of_area(calling_code, std::string(country), std::string(area_code));
}

int calling_code_of(std::string_view country) {
  return util().GetCountryCodeForRegion(std::string(country));
}

std::vector<std::string> calling_zone_of(const std::string& e164) {
  const int calling_code = split(e164).calling_code;
  if (calling_code == 0) return {};
  if (calling_code == kNorthAmerica) return {"US", "CA"};
  std::list<std::string> countries;
  util().GetRegionCodesForCountryCallingCode(calling_code, &countries);
  countries.remove("001");
  return {countries.begin(), countries.end()};
}

}  // namespace bauta::numbering_plan
