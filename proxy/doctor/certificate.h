#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "proxy/doctor/diagnosis.h"
#include "storage/store/clock.h"

namespace bauta {

struct CertificateLook {
  TimePoint expires;
  /// Of the host that was asked about.
  bool names_host = false;
};
/// Of the first certificate in `file` (PEM); nullopt: there is none to be read.  `host`: a name or an address.
std::optional<CertificateLook> look_at_certificate(const std::string& file,
                                                   const std::string& host);

/// Pure.  `host`: "": whether it is named does not matter.
Diagnosis judge_certificate(const std::string& setting, const std::string& file,
                            const std::optional<CertificateLook>& look, const std::string& host,
                            TimePoint now);

}  // namespace bauta
