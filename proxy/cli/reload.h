#pragma once

#include "metrics/instruments/instruments.h"
#include "proxy/carriers/carrier_set.h"
#include "proxy/config/config.h"
#include "proxy/config/snapshot.h"
#include "proxy/net/address_guard.h"
#include "proxy/net/http_server.h"

namespace bauta {

/// What of a relay changes while it runs.
struct ReloadParts {
  HttpServer& public_server;
  HttpServer& admin_server;
  AddressGuard& guard;
  CarrierSet& carriers;
  metrics::Instruments& metrics;
};

/// The configuration that counts, and what a SIGHUP makes of it: whole, or not at all.
/// What is wrong is logged by its key and counted, and changes nothing.  A change that needs a restart is logged by its key and counted as well;
/// everything else is taken up.  No value is ever logged.  Lives on the thread that waits for signals.
class Reload {
 public:
  /// `started`: what the relay was made of, its secrets included.
  Reload(const Config& started, metrics::Instruments& metrics);

  /// `config`: as it was read now, or why it could not be.
  void take_up(const Result<Config>& config, const ReloadParts& parts);

 private:
  ConfigSnapshot in_force_;
};

}  // namespace bauta
