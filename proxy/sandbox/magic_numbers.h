#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "pool/address/real_address.h"

namespace bauta {

/// What the phone behind an address of the sandbox does.  docs/sandbox.md is this table.
enum class HandsetHabit : std::uint8_t {
  ordinary,      // takes every text at once, and says nothing by itself
  undelivered,   // is never reached
  slow,          // is reached after kSlow
  unconfirmed,   // takes every text, and nobody ever says so
  refuses,       // the carrier takes no text for it
  says_stop,     // answers every text with STOP
  texts_twice,   // answers every text, and the carrier delivers the answer twice
  answers_late,  // answers every text after kLate: when the session may be over
  unknown,       // takes every text, and whether it did stays unknown
  busy,          // the carrier puts texts for it off for kBusy
  opted_out      // said STOP to the carrier
};

inline constexpr std::chrono::seconds kSlow{60};
inline constexpr std::chrono::seconds kLate{600};
inline constexpr std::chrono::seconds kBusy{120};
/// What a busy carrier asks to wait for.
inline constexpr std::chrono::seconds kBusyRetryAfter{60};

struct MagicNumber {
  HandsetHabit habit;
  /// Of North America and of Great Britain, both out of ranges that nobody has.
  std::string_view us;
  std::string_view gb;
};
std::span<const MagicNumber> magic_numbers();

HandsetHabit habit_of(const RealAddress& address);

}  // namespace bauta
