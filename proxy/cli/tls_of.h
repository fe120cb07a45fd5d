#pragma once

#include <optional>

#include "proxy/config/config.h"
#include "proxy/net/tls_listening.h"

namespace bauta {

/// The files that a configuration names for its listeners; none: plain.
std::optional<TlsFiles> public_tls_of(const Config& config);
std::optional<TlsFiles> admin_tls_of(const Config& config);

/// Can a relay be started with them?  Codes: those of TlsListening::open.
Status check_certificates(const Config& config);

}  // namespace bauta
