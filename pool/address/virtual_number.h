#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "pool/address/real_address.h"
#include "storage/store/result.h"

namespace bauta {

/// A number of the pool that stands in for somebody.  Public: it may be shown, logged and put into URLs.
class VirtualNumber {
 public:
  /// E.164 with `+`, as a platform or operator wrote it; spaces and punctuation are taken off.  Codes: number.invalid.
  static Result<VirtualNumber> parse(std::string_view text);
  /// Exact digits of an authenticated carrier or of our own records, with or without `+`; costs no metadata.  Codes: number.invalid.
  static Result<VirtualNumber> from_carrier(std::string_view digits);

  /// `+` and digits.
  const std::string& str() const { return e164_; }
  /// The same digits as an address: is a person's address a number of ours?
  RealAddress as_address() const;

  friend auto operator<=>(const VirtualNumber&, const VirtualNumber&) = default;

 private:
  explicit VirtualNumber(std::string e164) : e164_(std::move(e164)) {}
  std::string e164_;
};

void PrintTo(const VirtualNumber& number,
             std::ostream* out);  // NOLINT(readability-identifier-naming): GoogleTest calls it

}  // namespace bauta

template <>
struct std::hash<bauta::VirtualNumber> {
  std::size_t operator()(const bauta::VirtualNumber& number) const noexcept {
    return std::hash<std::string>{}(number.str());
  }
};
