#include "proxy/api/reference.h"

#include <memory>

namespace bauta::api {
namespace {

Task<HttpResponse> show(std::shared_ptr<const HttpResponse> page) { co_return *page; }

/// The same for everybody, and made once.
void serve(Router& router, std::string_view path, HttpResponse response) {
  response.headers.add("Cache-Control", "no-cache");
  // Shared by the requests.
  auto page = std::make_shared<const HttpResponse>(std::move(response));
  router.add("GET", path, [page](const HttpRequest&) { return show(page); });
}

}  // namespace

HttpResponse html_response(unsigned status, std::string html) {
  return {.status = status,
          .headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Content-Security-Policy",
                       "default-src 'none'; style-src 'sha256-" + std::string(page_style_hash()) +
                           "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"}},
          .body = std::move(html)};
}

void mount_reference(Router& router) {
  serve(router, "/openapi.yaml",
        {.status = 200,
         .headers = {{"Content-Type", "application/yaml"}, {"X-Content-Type-Options", "nosniff"}},
         .body = openapi_document()});
  serve(router, "/docs", html_response(200, reference_page()));
  // Relative, for a proxy that puts a folder before it.
  serve(router, "/", {.status = 302, .headers = {{"Location", "docs"}}, .body = ""});
}

}  // namespace bauta::api
