#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "storage/store/random.h"

namespace bauta {

/// The same numbers for the same seed (splitmix64).  Thread-safe; threads share the numbers out.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  void fill(std::span<std::byte> out) override {
    std::uint64_t word = 0;
    for (std::size_t at = 0; at < out.size(); ++at, word >>= 8) {
      if (at % 8 == 0) word = draw();
      out[at] = static_cast<std::byte>(word & 0xff);
    }
  }
  std::uint64_t draw() {
    std::uint64_t z = state_.fetch_add(0x9e3779b97f4a7c15) + 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(draw() % end); }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace bauta
