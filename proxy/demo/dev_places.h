#pragma once

#include "proxy/demo/dev.h"
#include "storage/store/result.h"

namespace bauta {

/// Finds out, before anything is made or started, whether the relay's two addresses are free; says of all that are taken which option chooses another.
/// That of the handsets may be taken by handsets of an earlier run, which are known by other means.
/// Codes: dev.failed.
Status places_are_free(const DevOptions& options);

}  // namespace bauta
