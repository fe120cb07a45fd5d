#pragma once

#include <cstdint>

#include "pool/address/real_address.h"
#include "pool/address/virtual_number.h"

/// Numbers that nobody has: +1 xxx 555 01xx, and the blocks that the United Kingdom keeps for fiction.
namespace bauta::bench {

inline constexpr std::uint64_t kAmericans = 6'000;
inline constexpr std::uint64_t kAmericanNumbers = 1'000;
inline constexpr std::uint64_t kBritons = 7'800;
inline constexpr std::uint64_t kBritishNumbers = 1'000;

/// `n` below the constants above; all of them are different.
RealAddress american(std::uint64_t n);
VirtualNumber american_number(std::uint64_t n);
RealAddress briton(std::uint64_t n);
VirtualNumber british_number(std::uint64_t n);

}  // namespace bauta::bench
