#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace bauta {

/// Where randomness comes from: the kernel in the server, the seed in the simulation.  Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;

  std::uint64_t next() {
    std::uint64_t value = 0;
    fill(std::as_writable_bytes(std::span{&value, 1}));
    return value;
  }
};

}  // namespace bauta
