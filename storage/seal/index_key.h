#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "storage/seal/secret.h"
#include "storage/store/id.h"

namespace bauta {

/// Hashes that stand in keys where an address, a name or a secret must not: keyed BLAKE2b, 128 bits.  The key is only changed offline, since
/// every key of the store hangs on it.  Thread-safe.
class IndexKey {
 public:
  static constexpr std::size_t kOctets = 32;

  explicit IndexKey(std::span<const std::byte, kOctets> key);

  /// Who stands behind (channel, identity) in a service: another one in every service.
  PersonHash person(ServiceId service, std::string_view channel, std::string_view identity) const;
  /// `purpose` keeps hashes of different kinds apart ("unique-name", "api-key", "idempotency").
  Bits128 hash(std::string_view purpose, std::string_view octets) const;
  /// 16 octets that only who has the key can make.
  std::string tag(std::string_view purpose, std::string_view octets) const;
  /// In constant time.
  bool verify(std::string_view purpose, std::string_view octets, std::string_view tag) const;

 private:
  Secret key_;
};

}  // namespace bauta
