#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "metrics/instruments/families.h"

namespace bauta::metrics {

/// Series of a family whose labels come from short lists.
inline constexpr std::size_t kSeriesMax = 1'000;
inline const std::vector<double> kLatencyBuckets = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

/// What the families of an area are made by: in its registry, and where they have no labels with their only series.
class FamilyMaker {
 protected:
  /// Outlives it.
  explicit FamilyMaker(prometheus::Registry& registry) : registry_(registry) {}

  prometheus::Family<prometheus::Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
  }
  prometheus::Family<prometheus::Gauge>& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
  }
  prometheus::Family<prometheus::Histogram>& histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
  }
  prometheus::Gauge& gauge(const char* name, const char* help) {
    return gauges(name, help).Add({});
  }
  prometheus::Histogram& histogram(const char* name, const char* help,
                                   const std::vector<double>& buckets) {
    return histograms(name, help).Add({}, buckets);
  }

 private:
  prometheus::Registry& registry_;
};

// What verbs do to a series, if there is still room for it.
template <std::size_t kLabels>
void count(Counters<kLabels>& counters, typename Counters<kLabels>::Values values) {
  if (auto* counter = counters.find(values)) counter->Increment();
}
template <std::size_t kLabels>
void set(Gauges<kLabels>& gauges, typename Gauges<kLabels>::Values values, double to) {
  if (auto* gauge = gauges.find(values)) gauge->Set(to);
}
/// prometheus-cpp ignores a negative increment.
inline void change(prometheus::Gauge& gauge, std::int64_t by) {
  if (by < 0) {
    gauge.Decrement(-static_cast<double>(by));
  } else {
    gauge.Increment(static_cast<double>(by));
  }
}

}  // namespace bauta::metrics
