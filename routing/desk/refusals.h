#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "storage/store/records.h"

namespace bauta {

/// Country and area code.
using RefusedPlace = std::pair<std::string, std::string>;

/// Adds to `commit` that one more seat was refused there; expects the count as it was read.
/// Keys: `refused/<svc>/<country>/<area code>`.
Task<Status> count_refusal(Store& store, Commit& commit, ServiceId service, RefusedPlace place);
/// At most 1,000 places: there are no more area codes that a pool is asked for.
Task<Result<std::map<RefusedPlace, std::uint64_t>>> read_refusals(Store& store, ServiceId service);

}  // namespace bauta
