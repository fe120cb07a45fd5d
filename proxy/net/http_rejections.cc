#include "proxy/net/http_rejections.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "proxy/net/problem.h"

namespace bauta {
namespace {

constexpr std::string_view kRetryAfterSeconds = "1";

}  // namespace

std::optional<HttpResponse> HttpRejections::of_head(const HttpRequest& request, const Head& head,
                                                    const Router::Outcome& outcome) const {
  const std::string_view id = request.request_id;
  if (request.headers.fields().size() > limits_.header_count_max) {
    return reject(431, "http.headers_too_large",
                  fmt::format("a head may have {} fields", limits_.header_count_max), id);
  }
  // RFC 9112, 3.2: a server must answer 400 to a 1.1 request without exactly one Host.
  const auto hosts = request.headers.find_all("Host").size();
  if (hosts > 1 || (hosts == 0 && !head.is_http_1_0))
    return malformed("exactly one Host is needed", id);
  // RFC 9112, 6.1: where the length cannot be known, two servers would disagree about where the next request begins.
  if (const auto coding = request.headers.find("Transfer-Encoding");
      coding && !same_header_name(*coding, "chunked")) {
    return malformed("the only Transfer-Encoding is chunked", id);
  }
  const auto* const match = std::get_if<Router::Match>(&outcome);
  if (match == nullptr) return Router::rejection(outcome, request);
  const auto octets_max = body_limit_of(match->options);
  if (head.content_length && *head.content_length > octets_max)
    return body_too_large(id, octets_max);
  if (const auto expectation = request.headers.find("Expect");
      expectation && !same_header_name(*expectation, "100-continue")) {
    return reject(417, "http.expectation_failed", "the only expectation is 100-continue", id);
  }
  return std::nullopt;
}

HttpResponse HttpRejections::malformed(std::string detail, std::string_view request_id) const {
  return reject(400, "http.malformed", std::move(detail), request_id);
}

HttpResponse HttpRejections::head_too_large(std::string_view request_id) const {
  return reject(431, "http.headers_too_large",
                fmt::format("a head may have {} octets", limits_.header_bytes_max), request_id);
}

HttpResponse HttpRejections::body_too_large(std::string_view request_id,
                                            std::size_t octets_max) const {
  return reject(413, "http.body_too_large",
                fmt::format("a body may have {} octets here", octets_max), request_id);
}

HttpResponse HttpRejections::overloaded(std::string_view request_id) const {
  auto response =
      reject(503, "overloaded", "too much at once; come again after the seconds in Retry-After",
             request_id);
  response.headers.add("Retry-After", std::string(kRetryAfterSeconds));
  return response;
}

HttpResponse HttpRejections::internal(std::string_view request_id) const {
  return reject(500, "internal",
                "Something went wrong here, not in your request. Tell the operator the request id.",
                request_id);
}

HttpResponse HttpRejections::reject(unsigned status, std::string_view code, std::string detail,
                                    std::string_view request_id) const {
  return problem(status, {.code = code, .detail = std::move(detail)}, request_id, public_url_);
}

}  // namespace bauta
