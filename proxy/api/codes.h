#pragma once

#include <chrono>
#include <span>
#include <string_view>

#include "proxy/net/http.h"
#include "proxy/net/router.h"
#include "storage/store/result.h"

namespace bauta::api {

/// A stable code of the API: which status it is answered with, what it means, and what to do about it.
struct ErrorCode {
  std::string_view code;
  unsigned status;
  std::string_view meaning;
  std::string_view mend;
};

/// All of them, in the order of their names.  docs/errors.md is this table, and a test holds it to that.
std::span<const ErrorCode> error_codes();
const ErrorCode* find_error_code(std::string_view code);
/// 500 for a code that is not in the table.
unsigned status_of(std::string_view code);

/// The problem document of `error` with the table's status, and what HTTP wants besides: WWW-Authenticate, Retry-After.
HttpResponse problem_of(const Error& error, std::string_view request_id,
                        std::string_view public_url, std::chrono::seconds retry_after);

/// GET /errors, and /errors/{code}: where the `type` of a problem document leads.
void mount_error_help(Router& router);

}  // namespace bauta::api
