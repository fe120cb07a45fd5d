#include "proxy/api/key_lifetime.h"

#include "proxy/net/rfc3339.h"

namespace bauta::api {

std::optional<TimePoint> read_expiry(ObjectReader& fields, std::string_view name, TimePoint now) {
  std::optional<TimePoint> expires_at;
  if (!fields.is_null(name)) expires_at = fields.time(name);
  if (expires_at && *expires_at <= now)
    fields.fault(name, "field.out_of_range", "must be in the future");
  return expires_at;
}

Status check_lifetime(const ApiKey& own, std::optional<TimePoint> wanted,
                      std::string_view pointer) {
  if (!own.expires_at || (wanted && *wanted <= *own.expires_at)) return {};
  Faults faults;
  faults.add(std::string(pointer), "field.out_of_range",
             "a key makes none that lives longer than itself: at most until " +
                 format_rfc3339(*own.expires_at));
  return std::move(faults).status();
}

}  // namespace bauta::api
