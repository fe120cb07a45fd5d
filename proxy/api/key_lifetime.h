#pragma once

#include <optional>
#include <string_view>

#include "proxy/api/fields.h"
#include "routing/accounts/keys.h"

namespace bauta::api {

/// When a new key expires, from the field `name`; none: never.  Notes what is not in the future as a fault.
std::optional<TimePoint> read_expiry(ObjectReader& fields, std::string_view name, TimePoint now);

/// A key makes none that lives longer than itself, be it of its own account or the first of another: who steals one gains no more than it.
/// `pointer`: of the field that says when the new one expires.  Codes: field.out_of_range.
Status check_lifetime(const ApiKey& own, std::optional<TimePoint> wanted, std::string_view pointer);

}  // namespace bauta::api
