#include "pool/address/locality.h"

#include <algorithm>
#include <array>
#include <utility>

#include "pool/address/numbering_plan.h"

namespace bauta {
namespace {

Locality locality_of_telephone(const std::string& identity) {
  if (!identity.starts_with('+')) return {};
  auto place = numbering_plan::place_of(identity);
  return {.country = std::move(place.country),
          .area_code = std::move(place.area_code),
          .region = std::move(place.region)};
}

}  // namespace

std::string_view tier_name(Tier tier) {
  switch (tier) {
    case Tier::area_code:
      return "area_code";
    case Tier::region:
      return "region";
    case Tier::country:
      return "country";
    case Tier::any:
      return "any";
  }
  std::unreachable();
}

Result<Tier> parse_tier(std::string_view name) {
  for (const Tier tier : kTiers) {
    if (tier_name(tier) == name) return tier;
  }
  return fail("tier.unknown", "a tier is one of area_code, region, country, any");
}

Locality locality_of(const RealAddress& address) {
  if (address.channel() == Channel::messenger) return {};
  return locality_of_telephone(address.reveal());
}

Locality locality_of(const VirtualNumber& number) { return locality_of_telephone(number.str()); }

Locality complete(Locality wanted, const Locality& own) {
  // An area code or a region means nothing in another country.
  if (wanted.country.empty()) wanted.country = own.country;
  if (wanted.country != own.country) {
    if (wanted.region.empty())
      wanted.region = numbering_plan::region_of_area(wanted.country, wanted.area_code);
    return wanted;
  }
  if (wanted.area_code.empty() && wanted.region.empty()) return own;
  if (wanted.area_code == own.area_code && wanted.region.empty()) wanted.region = own.region;
  if (wanted.region.empty())
    wanted.region = numbering_plan::region_of_area(wanted.country, wanted.area_code);
  if (wanted.area_code.empty() && wanted.region == own.region) wanted.area_code = own.area_code;
  return wanted;
}

std::string ring_name(const Locality& locality, Tier tier) {
  switch (tier) {
    case Tier::area_code: {
      const int calling_code =
          locality.area_code.empty() ? 0 : numbering_plan::calling_code_of(locality.country);
      return calling_code == 0 ? ""
                               : "area/" + std::to_string(calling_code) + "/" + locality.area_code;
    }
    case Tier::region:
      return locality.country.empty() || locality.region.empty()
                 ? ""
                 : "region/" + locality.country + "/" + locality.region;
    case Tier::country:
      return locality.country.empty() ? "" : "country/" + locality.country;
    case Tier::any:
      return "any";
  }
  std::unreachable();
}

std::vector<std::string> default_reach(const VirtualNumber& number) {
  auto reach = numbering_plan::calling_zone_of(number.str());
  std::string own = numbering_plan::place_of(number.str()).country;
  std::erase(reach, own);
  if (!own.empty()) reach.insert(reach.begin(), std::move(own));
  return reach;
}

}  // namespace bauta
