#pragma once

#include <json/value.h>

#include <cstdint>
#include <string_view>

#include "proxy/api/frame.h"
#include "routing/webhooks/webhooks.h"

namespace bauta::api {

/// What the calls on webhooks and those on what is delivered to them share.
inline constexpr std::string_view kWebhooksPath = "/api/v1/webhooks";
inline constexpr std::string_view kWebhookNotFound = "webhook.not_found";

/// A webhook without its secrets.
Json::Value webhook_json(const Webhook& webhook);

/// The webhook that the call's path names, if it is of the caller's service.  Codes: webhook.not_found, storage.*.
Task<Result<Stored<Webhook>>> find_webhook(Api& api, ApiCall call);

/// What answers a change with the webhook as it became.
KeptEffect<Webhook> webhook_effect_of(const ApiCall& call, std::uint16_t status);

}  // namespace bauta::api
