#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"
#include "storage/store/result.h"

namespace bauta {

/// Where a number is at home.
struct Locality {
  /// ISO 3166-1 alpha-2 ("US"); "" for non-geographic ranges.
  std::string country;
  /// Without trunk prefix ("202"); "" where the plan has none (mobiles outside North America, Mexico, Brazil, Argentina).
  std::string area_code;
  /// The offline geocoder's name of the area ("Washington D.C."): overlay area codes share it.  "" if unknown.
  std::string region;

  friend auto operator<=>(const Locality&, const Locality&) = default;
};

/// How near a virtual number is to its person.  Nearest first: on disk and in the API by name (tier_name): never rename.
enum class Tier : std::uint8_t { area_code, region, country, any };
inline constexpr std::array kTiers = {Tier::area_code, Tier::region, Tier::country, Tier::any};
std::string_view tier_name(Tier tier);
/// Codes: tier.unknown.
Result<Tier> parse_tier(std::string_view name);

/// All empty for what is no telephone number.  An area code that the metadata doesn't know yet is of the calling code's main country.
/// Costs some 20 us, for +1 much less.
Locality locality_of(const RealAddress& address);
Locality locality_of(const VirtualNumber& number);

/// `wanted`, what it leaves empty filled in from `own`: its country, and area and region where they belong together; the region of
/// an area code elsewhere is the geocoder's.
Locality complete(Locality wanted, const Locality& own);

/// The ring that a number stands in at `tier` ("area/1/202", "region/US/Washington D.C.", "country/US", "any"); "" if the
/// locality has no such part.  On disk: part of keys, never change.
std::string ring_name(const Locality& locality, Tier tier);

/// The countries whose phones `number` can text when nobody says otherwise: its own country and calling zone ("US" and "CA" for +1).
std::vector<std::string> default_reach(const VirtualNumber& number);

}  // namespace bauta
