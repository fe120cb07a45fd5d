#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "storage/store/store.h"

namespace bauta {

/// What the engine keeps before each value.  On disk: never change.
///
///     +---------------------+--------------+----------------------+---------+
///     | version (8 octets)  | appended (1) | expiry (63 bits, ms) | payload |
///     +---------------------+--------------+----------------------+---------+
///
/// Big-endian.  Version: of RocksDB's sequence numbers for the batch, the one that is the commit's own.  Appended: the engine gave the key its position.
/// Expiry: 0 never.
struct Frame {
  static constexpr std::size_t kOctets = 16;
  using Octets = std::array<char, kOctets>;

  Version version = kAbsent;
  bool appended = false;
  std::optional<TimePoint> expiry = {};

  /// A record that expired before there was one: of an erased entry it remembers that its position was used.
  static Frame grave(Version version) {
    return {.version = version, .appended = true, .expiry = TimePoint{Duration{1}}};
  }

  Octets encode() const;
  /// nullopt: `value` is too short to be one.
  static std::optional<Frame> decode(std::string_view value);
  static std::string_view payload(std::string_view value) { return value.substr(kOctets); }

  bool is_expired(TimePoint now) const { return expiry && *expiry <= now; }
};

}  // namespace bauta
