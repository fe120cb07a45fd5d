#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store/mutex.h"
#include "storage/store/result.h"

namespace bauta {

/// An address of the Internet: 16 octets, IPv4 as ::ffff:a.b.c.d.
using AddressOctets = std::array<std::uint8_t, 16>;

/// Where a URL that a tenant names may lead: to public addresses over https, and wherever else the operator says, there over http too.  What is
/// public is what the registries of IANA call globally reachable; an address that carries another one (NAT64) is judged by that.
/// Copies are one guard: what is allowed to one is allowed to all.  Thread-safe.
class AddressGuard {
 public:
  /// Public addresses only.
  AddressGuard() = default;
  /// `allowed`: networks as "127.0.0.0/8", "fd00::/8".  Codes: config.bad_value.
  static Result<AddressGuard> make(std::span<const std::string> allowed);

  /// From now on it allows what `other` allows, and nothing else.
  void take_up(const AddressGuard& other);

  bool allows(const AddressOctets& address, bool is_https) const;
  /// What can be said of a URL before its name is looked up.  Codes: url.malformed, url.not_https, url.not_public.
  Status check_url(std::string_view url) const;

 private:
  struct Network {
    AddressOctets prefix{};
    unsigned bits = 0;
  };
  using Networks = std::vector<Network>;
  /// Replaced whole: who judges goes on with those that it began with.
  struct Allowed {
    Mutex mutex;
    std::shared_ptr<const Networks> networks BAUTA_GUARDED_BY(mutex) =
        std::make_shared<const Networks>();
  };
  std::shared_ptr<const Networks> allowed() const;
  void allow(std::shared_ptr<const Networks> networks);

  std::shared_ptr<Allowed> allowed_ = std::make_shared<Allowed>();
};

}  // namespace bauta
