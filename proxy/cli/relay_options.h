#pragma once

#include <vector>

#include "proxy/api/api.h"
#include "proxy/carriers/carrier.h"
#include "proxy/config/config.h"
#include "proxy/delivery/endpoint_caller.h"
#include "proxy/net/http_client.h"
#include "proxy/net/http_limits.h"
#include "routing/outbox/relay_parts.h"
#include "routing/webhooks/queue.h"

namespace bauta {

// What a configuration says, as the parts of a relay ask for it.
RelayLimits limits_of(const Config& config);
HttpLimits http_limits_of(const Config& config);
ApiLimits api_limits_of(const Config& config);
WebhookLimits webhook_limits_of(const Config& config);
HttpClientOptions client_options_of(const Config& config);
EndpointCallerOptions endpoint_options_of(const Config& config, AddressGuard guard);
std::vector<ConnectionOptions> connections_of(const Config& config);

}  // namespace bauta
