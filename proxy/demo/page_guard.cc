#include "proxy/demo/page_guard.h"

#include <string>

#include "proxy/net/host_header.h"

namespace bauta {
namespace {

bool only_reads(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace

bool is_of_another_site(const HttpRequest& request) {
  const auto origin = request.headers.find("Origin");
  const auto host = request.headers.find("Host");
  return origin &&
         (!host || *origin != "http://" + std::string(*host) || !is_address_or_localhost(*host));
}

std::optional<std::string_view> why_foreign(const HttpRequest& request) {
  const auto hosts = request.headers.find_all("Host");
  if (hosts.size() != 1 || !is_address_or_localhost(hosts.front())) {
    return "the page is opened by an address or as localhost";
  }
  if (is_of_another_site(request)) return "of another site";
  if (only_reads(request)) return std::nullopt;
  if (request.headers.find(kPageHeader) != "1") return "the page's header is missing";
  return std::nullopt;
}

}  // namespace bauta
