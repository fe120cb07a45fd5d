#pragma once

#include <cstdint>
#include <optional>

#include "proxy/config/config.h"
#include "proxy/doctor/diagnosis.h"

namespace bauta {

struct MachineLook {
  /// Something (NTP, PTP) keeps the kernel's clock; none: the kernel does not say.
  std::optional<bool> clock_is_kept = {};
  std::uint64_t open_files_max = 0;
  bool dumps_core = false;
  bool is_root = false;
};
/// Of this process, which is started as the relay would be.
MachineLook look_at_machine();

/// Files that the relay may have open at once: what `config` allows of connections each way, and the store's.
std::uint64_t open_files_wanted(const Config& config);

/// Pure.
Findings judge_machine(const MachineLook& look, const Config& config);

}  // namespace bauta
