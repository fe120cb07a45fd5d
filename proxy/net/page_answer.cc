#include "proxy/net/page_answer.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "storage/store/assert.h"

namespace bauta {
namespace {

constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace

HttpResponse page_answer(const std::vector<PageFile>& files, std::string_view name) {
  constexpr std::array<std::pair<std::string_view, const char*>, 4> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".svg", "image/svg+xml"},
  }};
  const auto file = std::ranges::find(files, name, &PageFile::name);
  BAUTA_ASSERT(file != files.end());
  HttpResponse response{.status = 200, .body = std::string(file->content)};
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) response.headers.set("Content-Type", type);
  }
  return response;
}

HttpResponse with_policy(HttpResponse response) {
  response.headers.set("Content-Security-Policy", kPolicy);
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace bauta
