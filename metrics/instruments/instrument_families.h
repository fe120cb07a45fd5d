#pragma once

#include <string>
#include <string_view>

#include "metrics/instruments/config_families.h"
#include "metrics/instruments/http_families.h"
#include "metrics/instruments/instruments.h"
#include "metrics/instruments/process.h"
#include "metrics/instruments/store_families.h"
#include "metrics/instruments/text_families.h"

namespace bauta::metrics {

/// Every family, by area.  Series that are known from the start begin at 0: a rate over a counter that appears with its first event misses that
/// event.
class Instruments::Families {
 public:
  Families(std::string_view version, std::string_view revision) {
    prometheus::BuildGauge()
        .Name("bauta_build_info")
        .Help("Always 1; the labels say which build runs.")
        .Register(registry)
        .Add({{"version", std::string(version)}, {"revision", std::string(revision)}})
        .Set(1);
  }

  prometheus::Registry registry;
  Process process;
  TextFamilies text{registry};
  StoreFamilies store{registry};
  HttpFamilies http{registry};
  ConfigFamilies config{registry};
};

}  // namespace bauta::metrics
