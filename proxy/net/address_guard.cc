#include "proxy/net/address_guard.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <optional>

#include "proxy/net/url.h"

namespace bauta {
namespace {

constexpr const char* kHttpsOnly =
    "must be https: what is sent there concerns people; plain http is for networks that "
    "[webhooks] allow_private names, and `bauta listen` posts to an endpoint on your own machine";

namespace ip = boost::asio::ip;

/// IPv4 within IPv6, as it is written in AddressOctets (RFC 4291, 2.5.5.2).
constexpr unsigned kV4Bits = 96;

AddressOctets mapped(std::uint32_t v4) {
  return {0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0xff,
          0xff,
          static_cast<std::uint8_t>(v4 >> 24),
          static_cast<std::uint8_t>(v4 >> 16),
          static_cast<std::uint8_t>(v4 >> 8),
          static_cast<std::uint8_t>(v4)};
}

bool shares_prefix(const AddressOctets& a, const AddressOctets& b, unsigned bits) {
  for (unsigned at = 0; at < bits; at += 8) {
    const unsigned left = std::min(bits - at, 8U);
    const auto mask = static_cast<std::uint8_t>(0xff00U >> left);
    if (((a[at / 8] ^ b[at / 8]) & mask) != 0) return false;
  }
  return true;
}

struct Range {
  AddressOctets prefix;
  unsigned bits;
};
constexpr Range v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, unsigned bits) {
  return {.prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, 0}, .bits = kV4Bits + bits};
}
constexpr Range v6(std::uint16_t a, std::uint16_t b, unsigned bits) {
  return {.prefix = {static_cast<std::uint8_t>(a >> 8), static_cast<std::uint8_t>(a),
                     static_cast<std::uint8_t>(b >> 8), static_cast<std::uint8_t>(b)},
          .bits = bits};
}

/// What is not globally reachable, of the IANA IPv4 Special-Purpose Address Registry, and multicast.
constexpr auto kNotPublicV4 = std::to_array<Range>({
    v4(0, 0, 0, 8),        // this network
    v4(10, 0, 0, 8),       // private use
    v4(100, 64, 0, 10),    // shared address space of carriers
    v4(127, 0, 0, 8),      // loopback
    v4(169, 254, 0, 16),   // link-local: metadata of clouds
    v4(172, 16, 0, 12),    // private use
    v4(192, 0, 0, 24),     // protocol assignments
    v4(192, 0, 2, 24),     // documentation
    v4(192, 88, 99, 24),   // relays of 6to4, given up
    v4(192, 168, 0, 16),   // private use
    v4(198, 18, 0, 15),    // benchmarks
    v4(198, 51, 100, 24),  // documentation
    v4(203, 0, 113, 24),   // documentation
    v4(224, 0, 0, 4),      // multicast
    v4(240, 0, 0, 4),      // reserved, broadcast
});
/// The only unicast that is given out (IANA IPv6 Global Unicast Address Space), and what within it leads elsewhere.
constexpr Range kGlobalUnicastV6 = v6(0x2000, 0, 3);
constexpr auto kNotPublicV6 = std::to_array<Range>({
    v6(0x2001, 0x0000, 23),  // protocol assignments, Teredo
    v6(0x2001, 0x0db8, 32),  // documentation
    v6(0x2002, 0x0000, 16),  // 6to4
    v6(0x3fff, 0x0000, 20),  // documentation
});
/// RFC 6052, 2.1: the last four octets are an IPv4 address, which is where it leads.
constexpr Range kNat64 = {.prefix = {0x00, 0x64, 0xff, 0x9b}, .bits = 96};

bool is_in(const AddressOctets& address, const Range& range) {
  return shares_prefix(address, range.prefix, range.bits);
}

bool is_public(const AddressOctets& address) {
  const auto is_one_of = [&](const auto& ranges) {
    return std::ranges::any_of(ranges, [&](const Range& range) { return is_in(address, range); });
  };
  if (shares_prefix(address, mapped(0), kV4Bits)) return !is_one_of(kNotPublicV4);
  if (is_in(address, kNat64)) {
    AddressOctets inside = mapped(0);
    std::copy(address.begin() + 12, address.end(), inside.begin() + 12);
    return is_public(inside);
  }
  return is_in(address, kGlobalUnicastV6) && !is_one_of(kNotPublicV6);
}

std::optional<AddressOctets> literal(const std::string& host) {
  boost::system::error_code none;
  const auto address = ip::make_address(host, none);
  if (none) return std::nullopt;
  return address.is_v4() ? mapped(address.to_v4().to_uint()) : address.to_v6().to_bytes();
}

}  // namespace

Result<AddressGuard> AddressGuard::make(std::span<const std::string> allowed) {
  Networks networks;
  for (const auto& text : allowed) {
    boost::system::error_code error;
    if (const auto network = ip::make_network_v4(text, error); !error) {
      networks.push_back({.prefix = mapped(network.network().to_uint()),
                          .bits = kV4Bits + network.prefix_length()});
    } else if (const auto wide = ip::make_network_v6(text, error); !error) {
      networks.push_back({.prefix = wide.network().to_bytes(), .bits = wide.prefix_length()});
    } else {
      return fail("config.bad_value", text + " is no network, as 10.0.0.0/8 or fd00::/8");
    }
  }
  AddressGuard guard;
  guard.allow(std::make_shared<const Networks>(std::move(networks)));
  return guard;
}

std::shared_ptr<const AddressGuard::Networks> AddressGuard::allowed() const {
  const MutexLock lock(allowed_->mutex);
  return allowed_->networks;
}

void AddressGuard::allow(std::shared_ptr<const Networks> networks) {
  const MutexLock lock(allowed_->mutex);
  allowed_->networks = std::move(networks);
}

void AddressGuard::take_up(const AddressGuard& other) { allow(other.allowed()); }

bool AddressGuard::allows(const AddressOctets& address, bool is_https) const {
  const auto networks = allowed();
  const bool is_allowed = std::ranges::any_of(*networks, [&](const Network& network) {
    return shares_prefix(address, network.prefix, network.bits);
  });
  return is_allowed || (is_https && is_public(address));
}

Status AddressGuard::check_url(std::string_view text) const {
  BAUTA_TRY(const auto url, parse_url(text));
  // A name may still turn out to be allowed over http where the operator allows anything at all.
  if (!url.is_https && allowed()->empty()) return fail("url.not_https", kHttpsOnly);
  const auto address = literal(url.host);
  if (!address || allows(*address, url.is_https)) return {};
  if (!url.is_https && allows(*address, true)) return fail("url.not_https", kHttpsOnly);
  return fail("url.not_public",
              "must lead to a public address, or to a network that [webhooks] allow_private names");
}

}  // namespace bauta
