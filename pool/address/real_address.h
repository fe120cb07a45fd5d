#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "storage/store/result.h"

namespace bauta {

/// Which network an address lives on.  On disk by its name (channel_name): never rename.
enum class Channel : std::uint8_t { sms, whatsapp, rcs, messenger };
std::string_view channel_name(Channel channel);

/// A person's own address: the secret that Bauta keeps.  One that exists is canonical, so equal people compare equal.
/// No formatter and no `<<`: logging one does not compile.  `masked()` is what may be shown.
class RealAddress {
 public:
  /// What a platform wrote: `+12025550142`, `+1 (202) 555-0142`, `whatsapp:+44…`.  A telephone number must be international (with `+`),
  /// unless `default_region` (ISO 3166-1 alpha-2) is given.  Costs some 16 us: not for the path of a text.
  /// Codes: address.invalid (its detail shows the masked form only).
  static Result<RealAddress> parse(std::string_view text, std::string_view default_region = {});
  /// What an authenticated carrier wrote as a sender: exact digits, with or without `+`, else `channel:identity`.  Short codes and
  /// alphanumeric senders are valid here (they can text in, they can never be a seat).  Codes: address.invalid.
  static Result<RealAddress> from_carrier(std::string_view text);

  Channel channel() const { return channel_; }
  /// `+` and digits for a telephone, else the channel's own spelling.  To be given to carriers, to the seal and to nobody else.
  const std::string& reveal() const { return identity_; }
  /// The spelling of the API and of records: `+12025550142`, `whatsapp:+44…`.  A secret like reveal().
  std::string reveal_with_channel() const;
  /// `+1202…42`: country and area, the last two digits.
  std::string masked() const;

  friend auto operator<=>(const RealAddress&, const RealAddress&) = default;

 private:
  RealAddress(Channel channel, std::string identity)
      : channel_(channel), identity_(std::move(identity)) {}
  Channel channel_;
  std::string identity_;
};

/// GoogleTest prints unknown types byte by byte: this one is masked.
void PrintTo(const RealAddress& address,
             std::ostream* out);  // NOLINT(readability-identifier-naming): GoogleTest calls it

/// Masks whatever may be a telephone number in text of others (a carrier's error text) before it is kept or shown.
std::string redact_numbers(std::string_view foreign_text);

/// May this address take a seat?  Emergency, premium and short numbers may not (carriers.md, 10: cost fraud and people in danger).
/// Codes: address.emergency, address.premium, address.invalid (short numbers, alphanumeric senders).
Status check_may_take_seat(const RealAddress& address);

/// False where the numbering plan's metadata says that no phone that texts has this number.  A hint only: it is older than area codes.
bool is_plausible_mobile(const RealAddress& address);

}  // namespace bauta

template <>
struct std::hash<bauta::RealAddress> {
  std::size_t operator()(const bauta::RealAddress& address) const noexcept {
    return std::hash<std::string>{}(address.reveal());
  }
};
