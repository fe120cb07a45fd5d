#pragma once

#include <functional>

#include "metrics/instruments/instruments.h"
#include "proxy/carriers/carrier_set.h"
#include "proxy/net/router.h"

namespace bauta {

/// What callbacks are handed to: Relay::accept and Receipts::apply.  Durable when they return.
struct CallbackTargets {
  std::function<Task<Result<InboundOutcome>>(InboundMessage)> accept;
  std::function<Task<Result<ReceiptOutcome>>(DeliveryReceipt)> apply;
};

/// Mounts POST and GET /carriers/{name}/{token}/inbound and …/status.  The carrier's success is answered only after every element is durable; an
/// error of the targets is 503 with Retry-After, and the carrier comes again (what was committed is then a duplicate).  403 carrier.bad_signature,
/// 403 carrier.wrong_account, 400 carrier.malformed, 400 carrier.unsupported_channel: nothing is stored.  A name or token that is not configured
/// is an unknown path.  `carriers` and `metrics` outlive the router.
void mount_carrier_routes(Router& router, const CarrierSet& carriers, CallbackTargets targets,
                          metrics::Instruments& metrics);

}  // namespace bauta
