#pragma once

#include "routing/desk/desk.h"

namespace bauta {

/// Gives a service of the sandbox that has no numbers a few American and a few British ones, out of ranges that nobody has; those that another
/// service has are passed over, and where there are none left it gets fewer.  Codes: storage.*.
Task<Status> fill_pool(Desk& desk, Caller caller);

}  // namespace bauta
