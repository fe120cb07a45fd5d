#pragma once

#include <filesystem>
#include <string>

#include "proxy/demo/dev.h"

namespace bauta {

/// How `bauta dev` starts its relay.  Codes: as RelayServer::start(), and init.cannot_write.
Result<std::unique_ptr<DevRelay>> start_dev_relay(const DevRelayOptions& options);

/// What `bauta dev --demo` needs before it starts `bauta serve`: master key, store, account and service `default`, and keys, which are
/// returned.  Codes: those of the configuration, the seal and the store, and init.cannot_write.
Result<DevKeys> make_dev_key(const std::filesystem::path& config);

}  // namespace bauta
