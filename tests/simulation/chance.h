#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "storage/store/random.h"

namespace bauta::simulation {

/// All that is left to chance in a run comes from here, and all of it from one seed (splitmix64: the same on every machine).
class Chance {
 public:
  /// `stream` keeps the draws of one part of the world apart from those of another.
  Chance(std::uint64_t seed, std::uint64_t stream) : state_(seed * 0x2545f4914f6cdd1d + stream) {
    word();
  }

  std::uint64_t word() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(word() % end); }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(word() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool one_in(std::size_t n) { return n > 0 && below(n) == 0; }
  bool percent(std::size_t p) { return below(100) < p; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  std::uint64_t state_;
};

/// The random source that the relay is given.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : chance_(seed, 77) {}
  void fill(std::span<std::byte> out) override {
    for (std::byte& octet : out) octet = static_cast<std::byte>(chance_.word() >> 24);
  }

 private:
  Chance chance_;
};

}  // namespace bauta::simulation
