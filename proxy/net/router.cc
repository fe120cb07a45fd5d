#include "proxy/net/router.h"

#include <algorithm>
#include <utility>

#include "proxy/net/form.h"
#include "proxy/net/problem.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

/// "/a/b" is "a", "b"; "/" is one empty segment.
std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

bool Router::is_more_literal(const Route& a, const Route& b) {
  return std::ranges::lexicographical_compare(a.segments, b.segments, {}, &Segment::is_parameter,
                                              &Segment::is_parameter);
}

void Router::add(std::string_view method, std::string_view pattern, HttpHandler handler,
                 RouteOptions options) {
  BAUTA_ASSERT(pattern.starts_with('/'));
  auto route = std::make_unique<Route>();
  route->method = method;
  route->pattern = pattern;
  route->handler = std::move(handler);
  route->options = options;
  for (auto segment : split_path(pattern)) {
    const bool is_parameter = segment.starts_with('{');
    if (is_parameter) {
      BAUTA_ASSERT(segment.ends_with('}') && segment.size() > 2);
      segment = segment.substr(1, segment.size() - 2);
    }
    route->segments.push_back({.text = std::string(segment), .is_parameter = is_parameter});
  }
  for (const auto& other : routes_) {
    const auto same_shape = [](const Segment& a, const Segment& b) {
      return a.is_parameter == b.is_parameter && (a.is_parameter || a.text == b.text);
    };
    BAUTA_ASSERT(other->method != method ||
                 !std::ranges::equal(other->segments, route->segments, same_shape));
  }
  const auto before = std::ranges::find_if(
      routes_, [&](const auto& other) { return is_more_literal(*route, *other); });
  routes_.insert(before, std::move(route));
}

std::vector<Router::Listed> Router::routes() const {
  std::vector<Listed> listed;
  listed.reserve(routes_.size());
  for (const auto& route : routes_)
    listed.push_back({.method = route->method, .pattern = route->pattern});
  return listed;
}

Router::Outcome Router::find(std::string_view method, std::string_view path) const {
  if (!path.starts_with('/')) return NotFound{};
  std::vector<std::string> segments;
  for (const auto raw : split_path(path)) {
    auto segment = percent_decode(raw);
    if (!segment) return Malformed{};
    segments.push_back(*std::move(segment));
  }
  const auto fits = [&](const Route& route) {
    return std::ranges::equal(
        route.segments, segments, [](const Segment& pattern, const std::string& segment) {
          return pattern.is_parameter ? !segment.empty() : pattern.text == segment;
        });
  };

  std::vector<std::string_view> allowed;
  std::string_view pattern;
  for (const auto& route : routes_) {
    if (!fits(*route)) continue;
    if (route->method == method || (method == "HEAD" && route->method == "GET")) {
      Match match{.handler = &route->handler,
                  .pattern = route->pattern,
                  .parameters = {},
                  .options = route->options};
      for (std::size_t i = 0; i < segments.size(); ++i) {
        if (route->segments[i].is_parameter)
          match.parameters.emplace_back(route->segments[i].text, std::move(segments[i]));
      }
      return match;
    }
    if (allowed.empty()) pattern = route->pattern;
    allowed.push_back(route->method);
    if (route->method == "GET") allowed.emplace_back("HEAD");
  }
  if (allowed.empty()) return NotFound{};
  std::ranges::sort(allowed);
  allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
  MethodNotAllowed outcome{.pattern = pattern, .allow = {}};
  for (const auto name : allowed)
    outcome.allow.append(outcome.allow.empty() ? "" : ", ").append(name);
  return outcome;
}

HttpResponse Router::rejection(const Outcome& outcome, const HttpRequest& request) {
  if (const auto* not_allowed = std::get_if<MethodNotAllowed>(&outcome)) {
    auto response = problem(
        405, {.code = "http.method_not_allowed", .detail = "use one of: " + not_allowed->allow},
        request);
    response.headers.add("Allow", not_allowed->allow);
    return response;
  }
  if (std::holds_alternative<Malformed>(outcome)) {
    return problem(400,
                   {.code = "http.malformed",
                    .detail = "the path has a '%' that is not followed by two hex digits"},
                   request);
  }
  return problem(
      404,
      {.code = "http.not_found",
       .detail = "there is nothing at this path; the API's are listed at /docs, where it listens"},
      request);
}

Task<HttpResponse> Router::handle(HttpRequest request) const {
  auto outcome = find(request.method, request.path);
  auto* match = std::get_if<Match>(&outcome);
  if (match == nullptr) co_return rejection(outcome, request);
  request.route = match->pattern;
  request.path_parameters = std::move(match->parameters);
  co_return co_await (*match->handler)(std::move(request));
}

}  // namespace bauta
