#pragma once

#include "proxy/net/http_client.h"
#include "routing/outbox/carrier_port.h"

namespace bauta {

/// A call of which nothing left: the carrier was not reached, unless it was our own client that had no place for it.
SubmitLater not_reached(const HttpNotSent& not_sent);
/// A call that left and was not answered: the link failed, unless our own client was closed.
SubmitUnknown not_answered(const HttpUnknown& unknown);

}  // namespace bauta
