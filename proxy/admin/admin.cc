#include "proxy/admin/admin.h"

#include <sodium.h>

#include <memory>

#include "proxy/net/problem.h"

namespace bauta {
namespace {

/// Shared by the handlers of one router.
struct Face {
  const metrics::Instruments& metrics;
  std::vector<ReadinessCheck> checks;
  Secret key;
  const metrics::Instruments* sandbox;

  bool may(const HttpRequest& request) const {
    if (key.size() == 0) return true;
    constexpr std::string_view kScheme = "Bearer ";
    auto given = request.headers.find("Authorization").value_or("");
    if (!given.starts_with(kScheme)) return false;
    given.remove_prefix(kScheme.size());
    return given.size() == key.size() &&
           sodium_memcmp(given.data(), key.octets().data(), key.size()) == 0;
  }
};

using Page = HttpResponse (*)(const Face&);

HttpResponse exposed(const metrics::Instruments& metrics) {
  HttpResponse response;
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = metrics.expose();
  return response;
}

HttpResponse show_metrics(const Face& face) { return exposed(face.metrics); }
HttpResponse show_sandbox_metrics(const Face& face) { return exposed(*face.sandbox); }

HttpResponse show_readiness(const Face& face) {
  std::string failing;
  for (const auto& check : face.checks) {
    if (const auto reason = check.failing()) failing += check.name + ": " + *reason + "\n";
  }
  return failing.empty() ? text_response(200, "ready\n") : text_response(503, failing);
}

HttpResponse show_index(const Face&) {
  return text_response(200,
                       "/metrics  what Prometheus reads\n/livez    the process answers\n/readyz   "
                       "texts can be relayed, or why not\n");
}

Task<HttpResponse> answer(std::shared_ptr<const Face> face, Page page, HttpRequest request) {
  if (!face->may(request)) {
    co_return problem(401,
                      {.code = "auth.invalid_key",
                       .detail = "the admin listener asks for its key as a Bearer token"},
                      request);
  }
  co_return page(*face);
}

void add(Router& router, const std::string& path, const std::shared_ptr<const Face>& face,
         Page page) {
  router.add("GET", path,
             [face, page](HttpRequest request) { return answer(face, page, std::move(request)); });
}

Task<HttpResponse> live(HttpRequest) { co_return text_response(200, "live\n"); }

}  // namespace

void mount_admin(Router& router, const metrics::Instruments& metrics,
                 std::vector<ReadinessCheck> checks, Secret key,
                 const metrics::Instruments* sandbox) {
  const auto face =
      std::make_shared<const Face>(metrics, std::move(checks), std::move(key), sandbox);
  add(router, "/metrics", face, show_metrics);
  if (sandbox != nullptr) add(router, "/metrics/sandbox", face, show_sandbox_metrics);
  add(router, "/readyz", face, show_readiness);
  add(router, "/", face, show_index);
  router.add("GET", "/livez", live);
}

}  // namespace bauta
