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

/// What the operations page shows beside metrics, checks and clock.
struct AdminOperations {
  /// As the configuration names them.
  std::vector<std::string> connections = {};
  /// What the store takes of its disk; none: that cannot be said.  Called from any thread; may read the disk.
  std::function<std::optional<std::uint64_t>()> store_bytes = [] {
    return std::optional<std::uint64_t>{};
  };
};

/// One more thing that operators may look at (GET) or do (POST).
struct AdminAction {
  std::string method;
  std::string path;
  unsigned status = 200;
  /// For the page that names them; "": it is not named.
  std::string does = {};
  /// A JSON document, answered with `status`.  Codes: backup.* (409), and storage.* (503).  On the listener's thread.
  std::function<Task<Result<std::string>>()> act;
};

/// Adds to `router`: /metrics (Prometheus' text format), /livez (200 while the process answers), /readyz (200, with what else is
/// to be looked after, or 503 with the reasons), /operations (figures as JSON, for the operations page), and /, which is that page for who
/// accepts text/html, and a list of these addresses for everybody else.  With a clock also GET /clock and POST /clock/confirm, and `actions`; no web
/// page may send a POST: 403 admin.from_a_page.  With a key (none: empty), all but /livez and the page's own files, which hold no figure, ask for it as a
/// Bearer token: 401 auth.invalid_key.  Without one, what a browser asks for under a name that may be anybody's is refused: 403
/// admin.foreign_host.  `metrics` outlives the router.
/// `sandbox`: what the sandbox counts, shown at /metrics/sandbox, apart from what alerts look at.
void mount_admin(Router& router, const metrics::Instruments& metrics,
                 std::vector<ReadinessCheck> checks, Secret key,
                 const metrics::Instruments* sandbox = nullptr,
                 std::optional<AdminClock> clock = std::nullopt, AdminOperations operations = {},
                 std::vector<AdminAction> actions = {});

}  // namespace bauta
