#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "proxy/net/router.h"
#include "storage/seal/secret.h"

namespace bauta {

/// One reason for which the relay may not be ready; `failing` says what is wrong, none: nothing.  Called from any thread.
struct ReadinessCheck {
  std::string name;
  std::function<std::optional<std::string>()> failing;
};

/// Adds to `router`: /metrics (Prometheus' text format), /livez (200 while the process answers), /readyz (200, or 503 with the reasons),
/// and / which names them.  With a key (none: empty), all but /livez ask for it as a Bearer token: 401 auth.invalid_key.  `metrics` outlives the router.
/// `sandbox`: what the sandbox counts, shown at /metrics/sandbox, apart from what alerts look at.
void mount_admin(Router& router, const metrics::Instruments& metrics,
                 std::vector<ReadinessCheck> checks, Secret key,
                 const metrics::Instruments* sandbox = nullptr);

}  // namespace bauta
