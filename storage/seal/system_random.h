#pragma once

#include "storage/store/random.h"

namespace bauta {

/// The kernel's random source.  Thread-safe.
class SystemRandom final : public Random {
 public:
  SystemRandom();
  void fill(std::span<std::byte> out) override;
};

}  // namespace bauta
