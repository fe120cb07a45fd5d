#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "proxy/net/router.h"
#include "storage/clock/clock_judge.h"
#include "storage/seal/secret.h"
#include "storage/store/result.h"
#include "storage/store/task.h"

namespace bauta {

/// What it means when a check fails.
enum class Concern : std::uint8_t { not_ready, warning };

/// One reason for which the relay may not be ready, or should be looked after; `failing` says what is wrong, none: nothing.  Called from any thread.
struct ReadinessCheck {
  std::string name;
  std::function<std::optional<std::string>()> failing;
  Concern concern = Concern::not_ready;
};

/// The relay's clock, for who looks after it.  Called from any thread.
struct AdminClock {
  std::function<ClockState()> state;
  /// Codes: storage.*.
  std::function<Task<Result<ClockState>>()> confirm;
};

/// Adds to `router`: /metrics (Prometheus' text format), /livez (200 while the process answers), /readyz (200, with what else is
/// to be looked after, or 503 with the reasons), and / which names them.  With a clock also GET /clock and POST /clock/confirm, which no web
/// page may send: 403 admin.from_a_page.  With a key (none: empty), all but /livez ask for it as a Bearer token: 401 auth.invalid_key.  `metrics` outlives the router.
/// `sandbox`: what the sandbox counts, shown at /metrics/sandbox, apart from what alerts look at.
void mount_admin(Router& router, const metrics::Instruments& metrics,
                 std::vector<ReadinessCheck> checks, Secret key,
                 const metrics::Instruments* sandbox = nullptr,
                 std::optional<AdminClock> clock = std::nullopt);

}  // namespace bauta
