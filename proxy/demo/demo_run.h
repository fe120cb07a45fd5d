#pragma once

#include "proxy/demo/dev.h"
#include "storage/store/result.h"

namespace bauta {

/// `bauta dev --demo`, until SIGINT or SIGTERM.  Prints the page's address first.  Codes: dev.failed, demo.failed, demo.unreachable, those of the store.
Status run_demo(const DevOptions& options, const MakeDevKey& make_key);

}  // namespace bauta
