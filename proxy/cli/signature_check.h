#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/net/http.h"
#include "storage/store/clock.h"
#include "storage/store/result.h"

namespace bauta {

/// A webhook or a carrier's callback as an endpoint was sent it.
struct GivenRequest {
  HttpHeaders headers = {};
  std::string body = {};
  std::string method = "POST";
  /// As the sender called it.  Of Twilio's alone, whose signature covers it.
  std::string url = {};
};

struct SignatureTerms {
  TimePoint now;
  /// How old a webhook may be, or how far in the future; none: any time will do.
  std::optional<std::chrono::seconds> tolerance = {};
};

/// The octets that a "whsec_…" stands for.  Codes: usage.secret.
Result<std::string> octets_of_secret(std::string_view shown);

/// Is this a Standard Webhook signed with `secret` ("whsec_…", or "whpk_…" for v1a)?  What of it is right; or what is wrong, and if it can be
/// found, the mistake that leads to it.
/// Codes: signature.header_missing, signature.header_malformed, signature.too_old, signature.mismatch, usage.secret.
Result<std::string> check_webhook_signature(const GivenRequest& request, std::string_view secret,
                                            const SignatureTerms& terms);

/// The same of a callback of Twilio's, signed with the account's auth token.
Result<std::string> check_twilio_signature(const GivenRequest& request,
                                           std::string_view auth_token);

}  // namespace bauta
