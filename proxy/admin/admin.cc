#include "proxy/admin/admin.h"

#include <fmt/format.h>
#include <json/value.h>
#include <sodium.h>

#include <memory>

#include "proxy/admin/operations.h"
#include "proxy/admin/operations_files.h"
#include "proxy/net/host_header.h"
#include "proxy/net/json.h"
#include "proxy/net/page_answer.h"
#include "proxy/net/problem.h"

namespace bauta {
namespace {

/// Shared by the handlers of one router.
struct Face {
  const metrics::Instruments& metrics;
  std::vector<ReadinessCheck> checks;
  Secret key;
  const metrics::Instruments* sandbox;
  std::optional<AdminClock> clock;
  AdminOperations operations;
  std::vector<AdminAction> actions;

  /// A page that was opened under a name which somebody lets point here would read what needs no key.
  bool may_be_foreign(const HttpRequest& request) const {
    const auto host = request.headers.find("Host");
    return key.size() == 0 && host && !is_address_or_localhost(*host);
  }
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

/// The checks of one concern that fail now.
std::vector<Reason> reasons_of(const Face& face, Concern concern) {
  std::vector<Reason> reasons;
  for (const auto& check : face.checks) {
    if (check.concern != concern) continue;
    if (auto reason = check.failing()) reasons.push_back({check.name, *std::move(reason)});
  }
  return reasons;
}

Task<HttpResponse> show_readiness(std::shared_ptr<const Face> face, HttpRequest) {
  std::string lines;
  const auto failing = reasons_of(*face, Concern::not_ready);
  for (const auto& [check, reason] : failing) lines += check + ": " + reason + "\n";
  if (failing.empty()) lines = "ready\n";
  for (const auto& [check, reason] : reasons_of(*face, Concern::warning))
    lines += "warning: " + check + ": " + reason + "\n";
  co_return text_response(failing.empty() ? 200 : 503, std::move(lines));
}

HttpResponse shown(const ClockState& clock) {
  return json_response(200, write_json(clock_json(clock)));
}

Task<HttpResponse> show_clock(std::shared_ptr<const Face> face, HttpRequest) {
  co_return shown(face->clock->state());
}

/// Browsers name it with every POST, whoever's page it is; loopback asks for no key.
bool is_from_a_page(const HttpRequest& request) {
  return request.headers.find("Origin").has_value();
}
HttpResponse refuse_page(const HttpRequest& request) {
  return problem(
      403,
      {.code = "admin.from_a_page", .detail = "a web page asks; use the command line, or curl"},
      request);
}

Task<HttpResponse> confirm_clock(std::shared_ptr<const Face> face, HttpRequest request) {
  if (is_from_a_page(request)) co_return refuse_page(request);
  const auto confirmed = co_await face->clock->confirm();
  if (!confirmed) co_return problem(503, confirmed.error(), request);
  co_return shown(*confirmed);
}

Task<HttpResponse> show_operations(std::shared_ptr<const Face> face, HttpRequest) {
  OperationsLook look{.samples = face->metrics.samples(),
                      .now = SystemClock().now(),
                      .failing = reasons_of(*face, Concern::not_ready),
                      .warnings = reasons_of(*face, Concern::warning),
                      .clock = std::nullopt,
                      .connections = face->operations.connections,
                      .store_bytes = face->operations.store_bytes()};
  if (face->clock) look.clock = face->clock->state();
  auto response = json_response(200, write_json(operations_json(look)));
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

Task<HttpResponse> show_index(std::shared_ptr<const Face> face, HttpRequest) {
  std::string page =
      "/metrics  what Prometheus reads\n/livez    the process answers\n/readyz   "
      "texts can be relayed, or why not\n";
  if (face->clock) page += "/clock    whether the machine's clock is gone by\n";
  page += "/operations  how it goes, as JSON; a browser shows it here\n";
  for (const auto& action : face->actions)
    if (!action.does.empty()) page += fmt::format("{:<8}  {}\n", action.path, action.does);
  co_return text_response(200, std::move(page));
}

HttpResponse refuse_foreign(const HttpRequest& request) {
  return problem(403,
                 {.code = "admin.foreign_host",
                  .detail = "without a key, the admin listener is asked by its address or as "
                            "localhost"},
                 request);
}

HttpResponse no_key(const HttpRequest& request) {
  return problem(401,
                 {.code = "auth.invalid_key",
                  .detail = "the admin listener asks for its own key, not one of the API's: send "
                            "`Authorization: Bearer …` with what [admin] says"},
                 request);
}

Task<HttpResponse> answer(std::shared_ptr<const Face> face, Page page, HttpRequest request) {
  if (face->may_be_foreign(request)) co_return refuse_foreign(request);
  if (!face->may(request)) co_return no_key(request);
  co_return co_await page(face, std::move(request));
}

constexpr std::string_view kPage = "operations.html";

/// What browsers say of themselves; curl and Prometheus do not.
bool wants_page(const HttpRequest& request) {
  return request.headers.find("Accept").value_or("").contains("text/html");
}

/// The page without a figure in it: it asks for the key itself.
Task<HttpResponse> show_file(std::shared_ptr<const Face> face, std::string_view name,
                             HttpRequest request) {
  if (face->may_be_foreign(request)) co_return refuse_foreign(request);
  co_return with_policy(page_answer(operations_files(), name));
}

Task<HttpResponse> show_root(std::shared_ptr<const Face> face, HttpRequest request) {
  if (wants_page(request)) co_return co_await show_file(face, kPage, std::move(request));
  co_return co_await answer(face, show_index, std::move(request));
}

Task<HttpResponse> act(std::shared_ptr<const Face> face, std::size_t action, HttpRequest request) {
  if (face->may_be_foreign(request)) co_return refuse_foreign(request);
  if (!face->may(request)) co_return no_key(request);
  const auto& chosen = face->actions[action];
  if (chosen.method != "GET" && is_from_a_page(request)) co_return refuse_page(request);
  auto done = co_await chosen.act();
  if (done) co_return json_response(chosen.status, *std::move(done));
  co_return problem(done.error().code.starts_with("backup.") ? 409 : 503, done.error(), request);
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
                 const metrics::Instruments* sandbox, std::optional<AdminClock> clock,
                 AdminOperations operations, std::vector<AdminAction> actions) {
  const auto face =
      std::make_shared<const Face>(metrics, std::move(checks), std::move(key), sandbox,
                                   std::move(clock), std::move(operations), std::move(actions));
  add(router, "GET", "/metrics", face, show_metrics);
  if (sandbox != nullptr) add(router, "GET", "/metrics/sandbox", face, show_sandbox_metrics);
  add(router, "GET", "/readyz", face, show_readiness);
  add(router, "GET", "/operations", face, show_operations);
  router.add("GET", "/",
             [face](HttpRequest request) { return show_root(face, std::move(request)); });
  for (const auto& file : operations_files()) {
    if (file.name == kPage) continue;
    router.add("GET", "/operations/" + std::string(file.name),
               [face, name = file.name](HttpRequest request) {
                 return show_file(face, name, std::move(request));
               });
  }
  if (face->clock) {
    add(router, "GET", "/clock", face, show_clock);
    add(router, "POST", "/clock/confirm", face, confirm_clock);
  }
  for (std::size_t i = 0; i < face->actions.size(); ++i) {
    router.add(face->actions[i].method, face->actions[i].path,
               [face, i](HttpRequest request) { return act(face, i, std::move(request)); });
  }
  router.add("GET", "/livez", live);
}

}  // namespace bauta
