#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "proxy/net/http.h"

namespace bauta {

struct RouteOptions {
  /// Instead of the listener's own limit, where a route needs more or deserves less.
  std::optional<std::size_t> body_bytes_max = {};
};

/// Which handler answers which method and path.  Filled before the server starts, then const and thread-safe.
class Router {
 public:
  /// `pattern` is "/api/v1/sessions/{id}/messages": each segment a literal or one parameter that takes a whole, non-empty segment.  A route for
  /// GET answers HEAD too.  The same method and shape twice is asserted.
  void add(std::string_view method, std::string_view pattern, HttpHandler handler,
           RouteOptions options = {});

  struct Listed {
    std::string method;
    std::string pattern;
  };
  /// All that was added, for who checks something of every route.
  std::vector<Listed> routes() const;

  struct Match {
    const HttpHandler* handler;
    std::string_view pattern;
    std::vector<std::pair<std::string, std::string>> parameters;
    RouteOptions options;
  };
  /// No pattern fits the path.
  struct NotFound {};
  /// The path is known, but not with that method.
  struct MethodNotAllowed {
    std::string_view pattern;
    std::string allow;  // "GET, HEAD, POST"
  };
  /// The path cannot be percent-decoded.
  struct Malformed {};
  using Outcome = std::variant<Match, NotFound, MethodNotAllowed, Malformed>;

  /// `path` is raw.  Its segments are decoded exactly once, after they were told apart: "%2F" is no slash.  A literal beats a parameter, the
  /// leftmost first: "/sessions/search" is never "/sessions/{id}" where both answer the method.
  Outcome find(std::string_view method, std::string_view path) const;

  /// The answer to a request that found no handler: 404 http.not_found, 405 http.method_not_allowed, 400 http.malformed.
  static HttpResponse rejection(const Outcome& outcome, const HttpRequest& request);

  /// What the server answers to `request` once it has read it: 404 http.not_found, 405 http.method_not_allowed, 400 http.malformed
  /// for what has no handler.  Serves tests of handlers without a socket too.
  Task<HttpResponse> handle(HttpRequest request) const;

 private:
  struct Segment {
    std::string text;
    bool is_parameter;
  };
  struct Route {
    std::string method;
    std::string pattern;
    std::vector<Segment> segments;
    HttpHandler handler;
    RouteOptions options;
  };

  /// Two patterns of one path: the one whose first differing segment is a literal comes first.
  static bool is_more_literal(const Route& a, const Route& b);

  /// Most literal first, so that the first fit is the best.
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace bauta
