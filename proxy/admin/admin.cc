#include "proxy/admin/admin.h"

#include <json/value.h>
#include <sodium.h>

#include <memory>

#include "proxy/net/json.h"
#include "proxy/net/problem.h"
#include "proxy/net/rfc3339.h"

namespace bauta {
namespace {

/// Shared by the handlers of one router.
struct Face {
  const metrics::Instruments& metrics;
  std::vector<ReadinessCheck> checks;
  Secret key;
  const metrics::Instruments* sandbox;
  std::optional<AdminClock> clock;

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

using Page = Task<HttpResponse> (*)(std::shared_ptr<const Face>, HttpRequest);

HttpResponse exposed(const metrics::Instruments& metrics) {
  HttpResponse response;
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = metrics.expose();
  return response;
}

Task<HttpResponse> show_metrics(std::shared_ptr<const Face> face, HttpRequest) {
  co_return exposed(face->metrics);
}
Task<HttpResponse> show_sandbox_metrics(std::shared_ptr<const Face> face, HttpRequest) {
  co_return exposed(*face->sandbox);
}

Task<HttpResponse> show_readiness(std::shared_ptr<const Face> face, HttpRequest) {
  std::string failing;
  std::string warnings;
  for (const auto& check : face->checks) {
    const auto reason = check.failing();
    if (!reason) continue;
    switch (check.concern) {
      case Concern::not_ready:
        failing += check.name + ": " + *reason + "\n";
        break;
      case Concern::warning:
        warnings += "warning: " + check.name + ": " + *reason + "\n";
        break;
    }
  }
  if (!failing.empty()) co_return text_response(503, failing + warnings);
  co_return text_response(200, "ready\n" + warnings);
}

HttpResponse shown(const ClockState& clock) {
  Json::Value json(Json::objectValue);
  json["state"] = clock.trust == ClockTrust::doubted ? "doubted" : "trusted";
  json["now"] = format_rfc3339(clock.now);
  json["wall_clock"] = format_rfc3339(clock.wall());
  json["offset_seconds"] = std::chrono::duration<double>(clock.offset).count();
  json["doubted_since"] =
      clock.doubted_since ? Json::Value(format_rfc3339(*clock.doubted_since)) : Json::Value();
  return json_response(200, write_json(json));
}

Task<HttpResponse> show_clock(std::shared_ptr<const Face> face, HttpRequest) {
  co_return shown(face->clock->state());
}

Task<HttpResponse> confirm_clock(std::shared_ptr<const Face> face, HttpRequest request) {
  // Browsers name it with every POST, whoever's page it is; loopback asks for no key.
  if (request.headers.find("Origin")) {
    co_return problem(403,
                      {.code = "admin.from_a_page",
                       .detail = "a web page asks; use bauta clock confirm, or curl"},
                      request);
  }
  const auto confirmed = co_await face->clock->confirm();
  if (!confirmed) co_return problem(503, confirmed.error(), request);
  co_return shown(*confirmed);
}

Task<HttpResponse> show_index(std::shared_ptr<const Face> face, HttpRequest) {
  std::string page =
      "/metrics  what Prometheus reads\n/livez    the process answers\n/readyz   "
      "texts can be relayed, or why not\n";
  if (face->clock) page += "/clock    whether the machine's clock is gone by\n";
  co_return text_response(200, std::move(page));
}

Task<HttpResponse> answer(std::shared_ptr<const Face> face, Page page, HttpRequest request) {
  if (!face->may(request)) {
    co_return problem(
        401,
        {.code = "auth.invalid_key",
         .detail = "the admin listener asks for its own key, not one of the API's: send "
                   "`Authorization: Bearer …` with what [admin] says"},
        request);
  }
  co_return co_await page(face, std::move(request));
}

void add(Router& router, std::string_view method, std::string_view path,
         const std::shared_ptr<const Face>& face, Page page) {
  router.add(method, path,
             [face, page](HttpRequest request) { return answer(face, page, std::move(request)); });
}

Task<HttpResponse> live(HttpRequest) { co_return text_response(200, "live\n"); }

}  // namespace

void mount_admin(Router& router, const metrics::Instruments& metrics,
                 std::vector<ReadinessCheck> checks, Secret key,
                 const metrics::Instruments* sandbox, std::optional<AdminClock> clock) {
  const auto face = std::make_shared<const Face>(metrics, std::move(checks), std::move(key),
                                                 sandbox, std::move(clock));
  add(router, "GET", "/metrics", face, show_metrics);
  if (sandbox != nullptr) add(router, "GET", "/metrics/sandbox", face, show_sandbox_metrics);
  add(router, "GET", "/readyz", face, show_readiness);
  add(router, "GET", "/", face, show_index);
  if (face->clock) {
    add(router, "GET", "/clock", face, show_clock);
    add(router, "POST", "/clock/confirm", face, confirm_clock);
  }
  router.add("GET", "/livez", live);
}

}  // namespace bauta
