#pragma once

#include <prometheus/collectable.h>

#include <vector>

namespace bauta::metrics {

/// What the kernel says of this process, read anew at each scrape.  Thread-safe.  A series that cannot be read is left out.
class Process final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect()
      const override;  // NOLINT(readability-identifier-naming): prometheus-cpp's name
};

}  // namespace bauta::metrics
