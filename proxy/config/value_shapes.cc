#include "proxy/config/value_shapes.h"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <charconv>
#include <cstdint>

namespace bauta {
namespace {

struct Place {
  boost::asio::ip::address address;
  std::uint16_t port = 0;
};

std::optional<Place> place_of(const std::string& listen) {
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
  return Place{.address = address, .port = port};
}

/// An address of IPv6 without its brackets.
std::string_view host_of(std::string_view url) {
  constexpr std::string_view kAfterScheme = "://";
  auto host = url.substr(std::min(url.find(kAfterScheme) + kAfterScheme.size(), url.size()));
  host = host.substr(0, host.find('/'));
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

bool is_plain(std::string_view text, std::size_t octets_min, std::size_t octets_max) {
  return text.size() >= octets_min && text.size() <= octets_max &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::optional<boost::asio::ip::address> listen_address_of(const std::string& listen) {
  const auto place = place_of(listen);
  return place ? std::optional(place->address) : std::nullopt;
}

bool take_one_place(const std::string& listen, const std::string& other) {
  const auto one = place_of(listen);
  const auto two = place_of(other);
  if (!one || !two || one->port == 0 || one->port != two->port) return false;
  if (one->address.is_v6() != two->address.is_v6()) return false;
  return one->address == two->address || one->address.is_unspecified() ||
         two->address.is_unspecified();
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

bool is_account_sid(std::string_view text) {
  constexpr std::size_t kOctets = 34;
  return text.size() == kOctets && text.starts_with("AC") &&
         std::ranges::all_of(text.substr(2), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_in_the_clear(std::string_view url) {
  return url.starts_with("http://") && !leads_to_this_machine(url);
}

bool leads_to_this_machine(std::string_view url) {
  const auto host = host_of(url);
  boost::system::error_code is_name;
  const auto address = boost::asio::ip::make_address(std::string(host), is_name);
  if (is_name) return host == "localhost" || host.ends_with(".localhost");
  return address.is_loopback();
}

}  // namespace bauta
