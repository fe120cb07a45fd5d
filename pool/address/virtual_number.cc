#include "pool/address/virtual_number.h"

#include <ostream>
#include <utility>

#include "pool/address/numbering_plan.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

std::unexpected<Error> invalid(std::string_view why) {
  return fail("number.invalid",
              "a virtual number is + and 7 to 15 digits, as in +12025550177: " + std::string(why));
}

std::string like(const std::string& shape) {
  return shape.empty() ? "" : "; they look like " + shape;
}

}  // namespace

Result<VirtualNumber> VirtualNumber::parse(std::string_view text) {
  using numbering_plan::Fault;
  auto parsed = numbering_plan::parse(text, {});
  if (!parsed.fault) return VirtualNumber(std::move(parsed.e164));
  switch (*parsed.fault) {
    case Fault::country_unknown:
      return invalid("the country's calling code is missing, or there is no such one");
    case Fault::too_short:
      return invalid("this one has fewer digits than numbers of its country" + like(parsed.shape));
    case Fault::too_long:
      return invalid("this one has more digits than numbers of its country" + like(parsed.shape));
    case Fault::length:
      return invalid("its country has no numbers with as many digits" + like(parsed.shape));
    case Fault::area_missing:
      return invalid("the area code is missing");
    case Fault::extension:
      return invalid("an extension cannot be texted");
    case Fault::not_a_number:
      return invalid("this is something else");
  }
  std::unreachable();
}

Result<VirtualNumber> VirtualNumber::from_carrier(std::string_view digits) {
  const auto address = RealAddress::from_carrier(digits);
  // What is no telephone keeps its own spelling there.
  const bool telephone =
      address && address->channel() == Channel::sms && numbering_plan::is_e164(address->reveal());
  if (!telephone) return invalid("this is something else");
  return VirtualNumber(address->reveal());
}

RealAddress VirtualNumber::as_address() const {
  auto address = RealAddress::from_carrier(e164_);
  BAUTA_ASSERT(address);
  return *std::move(address);
}

void PrintTo(const VirtualNumber& number, std::ostream* out) { *out << number.str(); }

}  // namespace bauta
