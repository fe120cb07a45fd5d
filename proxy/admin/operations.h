#pragma once

#include <json/forwards.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "storage/clock/clock_judge.h"
#include "storage/store/clock.h"

namespace bauta {

/// A readiness check that fails at the moment.
struct Reason {
  std::string check;
  std::string reason;
};

/// All that the operations page is made of, at one moment.
struct OperationsLook {
  std::vector<metrics::Sample> samples;
  TimePoint now;
  /// Why the relay is not ready; none: it is.
  std::vector<Reason> failing;
  /// What is to be looked after all the same.
  std::vector<Reason> warnings;
  std::optional<ClockState> clock;
  /// As the configuration names them.
  std::vector<std::string> connections;
  /// What the store takes of its disk; none: it lies on none, or that cannot be said.
  std::optional<std::uint64_t> store_bytes;
};

/// The document that GET /operations answers.  Totals are since the process started; who asks twice has rates.  Pure.
Json::Value operations_json(const OperationsLook& look);

/// The answer of GET /clock, and a part of that document.
Json::Value clock_json(const ClockState& clock);

}  // namespace bauta
