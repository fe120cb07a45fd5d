#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/net/http.h"
#include "proxy/net/http_limits.h"
#include "proxy/net/router.h"

namespace bauta {

/// What a server answers without asking a handler: HTTP's own rules, and the limits.  Const, thread-safe; what it is given outlives it.
class HttpRejections {
 public:
  /// `public_url`: what problem documents' types begin with.
  HttpRejections(const HttpLimits& limits, std::string_view public_url)
      : limits_(limits), public_url_(public_url) {}

  /// A head, as far as `HttpRequest` does not say it.
  struct Head {
    bool is_http_1_0 = false;
    std::optional<std::uint64_t> content_length = {};
  };
  /// Why `request` is rejected by its head alone; nullopt: it is not.
  std::optional<HttpResponse> of_head(const HttpRequest& request, const Head& head,
                                      const Router::Outcome& outcome) const;

  HttpResponse malformed(std::string detail, std::string_view request_id) const;
  HttpResponse head_too_large(std::string_view request_id) const;
  HttpResponse body_too_large(std::string_view request_id, std::size_t octets_max) const;
  HttpResponse overloaded(std::string_view request_id) const;
  /// A mistake of ours.
  HttpResponse internal(std::string_view request_id) const;

  /// The limit of a route that has none of its own is the listener's.
  std::size_t body_limit_of(const RouteOptions& route) const {
    return route.body_bytes_max.value_or(limits_.body_bytes_max);
  }

 private:
  HttpResponse reject(unsigned status, std::string_view code, std::string detail,
                      std::string_view request_id) const;

  const HttpLimits& limits_;
  const std::string_view public_url_;
};

}  // namespace bauta
