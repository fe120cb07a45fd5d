#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "storage/store/result.h"

namespace bauta {

/// 128 bits as they stand in keys and records.
using Bits128 = std::array<std::byte, 16>;

std::string_view as_bytes(const Bits128& bits);
/// Codes: id.malformed (not 16 octets long).
Result<Bits128> bits128_from_bytes(std::string_view octets);
/// 26 characters of lower-case Crockford base32, most significant bits first, so that text sorts as the bits do.
std::string to_base32(const Bits128& bits);
/// Any length; 5 bits a character, the last one padded with zero bits.
std::string to_base32(std::string_view octets);
/// The inverse of both; nullopt for anything that to_base32 cannot have written.
Result<Bits128> bits128_from_base32(std::string_view text);
Result<std::string> octets_from_base32(std::string_view text);

/// 48 bits of milliseconds and 80 random bits: time-sortable, never guessable from a neighbour.
Bits128 make_id_bits(std::int64_t now_ms, class Random& random);

/// An identity of one kind: `Tag::kPrefix` is how the API shows the kind ("ses_").
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(Bits128 bits) : bits_(bits) {}

  static Id make(std::int64_t now_ms, Random& random) { return Id(make_id_bits(now_ms, random)); }
  /// Codes: id.malformed.
  static Result<Id> parse(std::string_view text) {
    if (!text.starts_with(Tag::kPrefix)) return malformed();
    const auto bits = bits128_from_base32(text.substr(std::string_view(Tag::kPrefix).size()));
    if (!bits) return malformed();
    return Id(*bits);
  }
  static Result<Id> from_bytes(std::string_view octets) {
    const auto bits = bits128_from_bytes(octets);
    if (!bits) return malformed();
    return Id(*bits);
  }

  std::string str() const { return std::string(Tag::kPrefix) + to_base32(bits_); }
  std::string_view bytes() const { return as_bytes(bits_); }
  const Bits128& bits() const { return bits_; }
  bool is_nil() const { return bits_ == Bits128{}; }

  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  static std::unexpected<Error> malformed() {
    return fail("id.malformed", "not an id of the kind " + std::string(Tag::kPrefix) +
                                    "… with 26 characters after it");
  }
  Bits128 bits_{};
};

struct AccountTag {
  static constexpr const char* kPrefix = "acc_";
};
struct ServiceTag {
  static constexpr const char* kPrefix = "svc_";
};
struct KeyTag {
  static constexpr const char* kPrefix = "key_";
};
struct SessionTag {
  static constexpr const char* kPrefix = "ses_";
};
struct SeatTag {
  static constexpr const char* kPrefix = "par_";
};
struct MessageTag {
  static constexpr const char* kPrefix = "msg_";
};
struct EventTag {
  static constexpr const char* kPrefix = "evt_";
};
struct PersonTag {
  static constexpr const char* kPrefix = "person_";
};

using AccountId = Id<AccountTag>;
using ServiceId = Id<ServiceTag>;
using ApiKeyId = Id<KeyTag>;
using SessionId = Id<SessionTag>;
/// A seat is called participant in the API.
using SeatId = Id<SeatTag>;
using MessageId = Id<MessageTag>;
using EventId = Id<EventTag>;
/// The keyed hash of (service, channel, canonical address) that stands for a person in keys.  Never shown.
using PersonHash = Id<PersonTag>;

}  // namespace bauta

template <class Tag>
struct std::hash<bauta::Id<Tag>> {
  std::size_t operator()(const bauta::Id<Tag>& id) const noexcept {
    return std::hash<std::string_view>{}(id.bytes());
  }
};
