#pragma once

#include <memory>

#include "proxy/carriers/carrier.h"

namespace bauta {

/// Twilio's Programmable Messaging: webhooks signed with X-Twilio-Signature, texts sent by the Messages API.
///
///     token         part of the callback path: {public url}/carriers/{name}/{token}/inbound is what the number's webhook is set to
///     account_sid   whose texts these are: callbacks of another account are refused
///     auth_token    checks and makes signatures, and is the password of the API
///     api_url       https://api.twilio.com, or a stand-in
///
/// Codes: config.bad_value.
Result<std::unique_ptr<Carrier>> make_twilio_carrier(ConnectionOptions options, CarrierParts parts);

}  // namespace bauta
