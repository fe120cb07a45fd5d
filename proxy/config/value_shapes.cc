#include "proxy/config/value_shapes.h"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <charconv>
#include <cstdint>

namespace bauta {

bool is_plain(std::string_view text, std::size_t octets_min, std::size_t octets_max) {
  return text.size() >= octets_min && text.size() <= octets_max &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::optional<boost::asio::ip::address> listen_address_of(const std::string& listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = listen.substr(0, colon);
  const bool is_v6 = host.starts_with('[') && host.ends_with(']');
  if (is_v6) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto [end, bad_port] =
      std::from_chars(listen.data() + colon + 1, listen.data() + listen.size(), port);
  boost::system::error_code bad_host;
  auto address = boost::asio::ip::make_address(host, bad_host);
  if (bad_host || bad_port != std::errc() || end != listen.data() + listen.size() ||
      address.is_v6() != is_v6)
    return std::nullopt;
  return address;
}

bool is_network(const std::string& text) {
  boost::system::error_code no_v4;
  const auto v4 = boost::asio::ip::make_network_v4(text, no_v4);
  if (!no_v4) return v4 == v4.canonical();
  boost::system::error_code no_v6;
  const auto v6 = boost::asio::ip::make_network_v6(text, no_v6);
  return !no_v6 && v6 == v6.canonical();
}

bool is_base_url(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    const auto rest = url.substr(scheme.size());
    return !rest.empty() && rest.front() != '/' && rest.front() != ':' &&
           std::ranges::all_of(rest, [](char c) {
             return c > ' ' && c < '\x7f' && c != '?' && c != '#' && c != '@';
           });
  }
  return false;
}

}  // namespace bauta
