#pragma once

#include "proxy/demo/dev.h"

namespace bauta {

/// How `bauta dev` starts its relay.  Codes: as RelayServer::start(), and init.cannot_write.
Result<std::unique_ptr<DevRelay>> start_dev_relay(const DevRelayOptions& options);

}  // namespace bauta
