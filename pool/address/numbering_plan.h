#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the numbering plans of the world say about a telephone number.  The one place that knows libphonenumber; its
/// metadata is older than the newest area codes, so that it may say "possible" where a number is in use.
/// Thread-safe.  Only for the files of pool/address.
namespace bauta::numbering_plan {

// ITU-T E.164, 6.1: at most 15 digits; the shortest number of a subscriber has 7 with its calling code.
inline constexpr std::size_t kDigitsMin = 7;
inline constexpr std::size_t kDigitsMax = 15;
/// `+` and as many digits, no zero first: what parse() makes.
bool is_e164(std::string_view text);

enum class Kind : std::uint8_t {
  fixed,
  mobile,
  fixed_or_mobile,
  toll_free,
  premium,
  shared_cost,
  other,
  unknown
};

enum class Fault : std::uint8_t {
  /// No international form, and no region that says which country it is of.
  country_unknown,
  too_short,
  too_long,
  /// Its country has shorter numbers and longer ones.
  length,
  /// Only dialled within its own area.
  area_missing,
  extension,
  /// Letters, a second number, or anything else that no telephone number holds.
  not_a_number
};

struct Parsed {
  /// `+` and 7 to 15 digits.
  std::string e164;
  std::optional<Fault> fault;
  /// Where the fault is one of length and the country is known: what its numbers look like, `+1 ###-###-####`.  Nobody's number.
  std::string shape = {};
};

/// What people write: with spaces and punctuation; national if `region` (ISO 3166-1 alpha-2) is given.
Parsed parse(std::string_view text, std::string_view region);

/// Of a number in canonical form (`+` and digits).
Kind kind_of(const std::string& e164);

/// Is this what people dial for help, in the country it names (`+1911`) or, where it names none (`112`), in `region`, or in any
/// country if there is none?  Looks at short ones only.
bool is_emergency(std::string_view digits, std::string_view region);

struct Place {
  std::string country;
  std::string area_code;
  std::string region;
};
/// Where a canonical number is at home; empty parts are unknown.  Some 20 us, for +1 much less.
Place place_of(const std::string& e164);

/// The name that numbers of this area code share; "" if the plan has none.
std::string region_of_area(std::string_view country, std::string_view area_code);

/// 1 for "US"; 0 if there is no such country.
int calling_code_of(std::string_view country);

/// The countries of a number's calling code; for +1 only "US" and "CA", which text each other at home rates.
std::vector<std::string> calling_zone_of(const std::string& e164);

}  // namespace bauta::numbering_plan
