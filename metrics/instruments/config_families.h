#pragma once

#include "metrics/instruments/family_maker.h"

namespace bauta::metrics {

/// Which configuration counts, and what became of the others.
struct ConfigFamilies : private FamilyMaker {
  explicit ConfigFamilies(prometheus::Registry& registry) : FamilyMaker(registry) {
    for (const auto result : {"taken_up", "refused"}) config_reloads.find({result});
    config_reloaded.Set(1);
  }

  Counters<1> config_reloads{
      counters("bauta_config_reloads_total", "Configurations read anew on SIGHUP, by result."),
      {"result"},
      kSeriesMax,
      Overflow::other};
  prometheus::Gauge& config_reloaded =
      gauge("bauta_config_last_reload_successful",
            "1 if the configuration that was read last was taken up, at the start or on SIGHUP.");
  prometheus::Gauge& config_reloaded_at =
      gauge("bauta_config_last_reload_success_timestamp_seconds",
            "When a configuration was taken up last, in seconds since 1970.");
  prometheus::Gauge& config_restart_needed = gauge(
      "bauta_config_restart_needed", "Keys of the configuration whose change waits for a restart.");
  prometheus::Family<prometheus::Gauge>& config_info =
      gauges("bauta_config_info",
             "Always 1; the label is a hash of the configuration that counts, secrets left out.");
  prometheus::Gauge* config_hash = nullptr;
};

}  // namespace bauta::metrics
