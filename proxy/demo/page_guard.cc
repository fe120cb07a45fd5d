#include "proxy/demo/page_guard.h"

#include <boost/asio/ip/address.hpp>
#include <string>

namespace bauta {
namespace {

/// "127.0.0.1:8079" -> "127.0.0.1", "[::1]:8079" -> "::1"
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end == std::string_view::npos ? std::string_view() : host.substr(1, end - 1);
  }
  return host.substr(0, host.rfind(':'));
}

bool cannot_be_somebody_elses(std::string_view host) {
  const auto name = without_port(host);
  if (name == "localhost") return true;
  boost::system::error_code error;
  static_cast<void>(boost::asio::ip::make_address(std::string(name), error));
  return !error;
}

bool only_reads(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace

bool is_of_another_site(const HttpRequest& request) {
  const auto origin = request.headers.find("Origin");
  const auto host = request.headers.find("Host");
  return origin &&
         (!host || *origin != "http://" + std::string(*host) || !cannot_be_somebody_elses(*host));
}

std::optional<std::string_view> why_foreign(const HttpRequest& request) {
  const auto hosts = request.headers.find_all("Host");
  if (hosts.size() != 1 || !cannot_be_somebody_elses(hosts.front())) {
    return "the page is opened by an address or as localhost";
  }
  if (is_of_another_site(request)) return "of another site";
  if (only_reads(request)) return std::nullopt;
  if (request.headers.find(kPageHeader) != "1") return "the page's header is missing";
  return std::nullopt;
}

}  // namespace bauta
