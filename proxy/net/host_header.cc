#include "proxy/net/host_header.h"

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

}  // namespace

bool is_address_or_localhost(std::string_view host) {
  const auto name = without_port(host);
  if (name == "localhost") return true;
  boost::system::error_code error;
  static_cast<void>(boost::asio::ip::make_address(std::string(name), error));
  return !error;
}

}  // namespace bauta
