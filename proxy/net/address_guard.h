#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store/result.h"

namespace bauta {

/// An address of the Internet: 16 octets, IPv4 as ::ffff:a.b.c.d.
using AddressOctets = std::array<std::uint8_t, 16>;

/// Where a URL that a tenant names may lead: to public addresses over https, and wherever else the operator says, there over http too.  What is
/// public is what the registries of IANA call globally reachable; an address that carries another one (NAT64) is judged by that.
class AddressGuard {
 public:
  /// Public addresses only.
  AddressGuard() = default;
  /// `allowed`: networks as "127.0.0.0/8", "fd00::/8".  Codes: config.bad_value.
  static Result<AddressGuard> make(std::span<const std::string> allowed);

  bool allows(const AddressOctets& address, bool is_https) const;
  /// What can be said of a URL before its name is looked up.  Codes: url.malformed, url.not_https, url.not_public.
  Status check_url(std::string_view url) const;

 private:
  struct Network {
    AddressOctets prefix{};
    unsigned bits = 0;
  };
  std::vector<Network> allowed_;
};

}  // namespace bauta
