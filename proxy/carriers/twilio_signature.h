#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proxy/net/form.h"

namespace bauta::twilio {

/// base64(HMAC-SHA1(auth_token, url, then every field of a POSTed form, sorted by name in byte order, as name and value without separators;
/// of a repeated name the distinct values, sorted)).
std::string signature_of(std::string_view auth_token, std::string_view url, const Form& fields);

/// A request as it came, with the URL that Twilio called.
struct SignedRequest {
  std::string_view method;
  std::string_view url;
  std::string_view content_type;
  std::string_view body;
  std::string_view signature;
};
/// The fields of a POSTed form, none of another request; nullopt: it is not authentic.  With or without the scheme's default port in the URL; a
/// JSON body by the bodySHA256 of its URL.  In constant time.
std::optional<Form> authentic_form(std::string_view auth_token, const SignedRequest& request);
bool is_authentic(std::string_view auth_token, const SignedRequest& request);

}  // namespace bauta::twilio
