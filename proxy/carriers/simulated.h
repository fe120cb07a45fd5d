#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "proxy/carriers/carrier.h"

namespace bauta {

/// The carrier that `bauta handsets` plays: JSON over HTTP, signed both ways.
///
///     api_url       where the handsets listen
///     auth_token    the secret that both sides share
///
///     relay -> carrier   POST /messages {"from", "to", "text", "reference", "validity_seconds"}
///                        202 {"id"} | 400 {"code": "refused" | "bad_recipient" | "opted_out", "detail"} | 429, 503 with Retry-After
///                        POST /messages/find {"from", "text", "not_before"}: what was taken of them since then, the latest first; "more":
///                        there is more of it than is shown
///                        200 {"messages": [{"id", "to", "status"}], "more"}
///     carrier -> relay   POST …/inbound {"messages": [{"id", "from", "to", "text", "media_count"}]}
///                        POST …/status {"receipts": [{"id", "reference", "status", "code", "detail"}]}
///                        a status is queued, sent, delivered, undelivered, failed or rejected
///
/// Codes: config.bad_value.
Result<std::unique_ptr<Carrier>> make_simulated_carrier(ConnectionOptions options,
                                                        CarrierParts parts);

namespace simulated {

inline constexpr std::string_view kSignatureHeader = "Bauta-Simulated-Signature";

/// hex(HMAC-SHA256(secret, method LF target LF body)); `target` is path and query as they stand in the request.
std::string signature_of(std::string_view secret, std::string_view method, std::string_view target,
                         std::string_view body);
bool is_authentic(std::string_view secret, const HttpRequest& request);

}  // namespace simulated
}  // namespace bauta
