#pragma once

#include <string_view>

#include "proxy/net/http.h"
#include "storage/store/result.h"

namespace bauta {

/// A problem document (RFC 9457, application/problem+json): `type` is {public_url}/errors/{code}; `title`, `status`, `detail`, `code`,
/// `request_id`, `errors` where fields are at fault, and the error's further members (`needed` as a number).
/// A Retry-After is the caller's to add.
HttpResponse problem(unsigned status, const Error& error, std::string_view request_id,
                     std::string_view public_url);

inline HttpResponse problem(unsigned status, const Error& error, const HttpRequest& request) {
  return problem(status, error, request.request_id, request.public_url);
}

}  // namespace bauta
