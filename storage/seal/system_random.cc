#include "storage/seal/system_random.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "storage/store/assert.h"

namespace bauta {

SystemRandom::SystemRandom() { BAUTA_ASSERT(sodium_init() >= 0); }

void SystemRandom::fill(std::span<std::byte> out) {
  // A text takes some twenty small draws: the kernel is asked for many at once.  What was drawn is wiped here.
  struct Pool {
    std::array<std::byte, 1'024> octets{};
    std::size_t used = sizeof octets;
  };
  thread_local Pool pool;
  if (out.size() > pool.octets.size() / 4) {
    randombytes_buf(out.data(), out.size());
    return;
  }
  if (out.size() > pool.octets.size() - pool.used) {
    randombytes_buf(pool.octets.data(), pool.octets.size());
    pool.used = 0;
  }
  const auto drawn = std::span(pool.octets).subspan(pool.used, out.size());
  std::ranges::copy(drawn, out.begin());
  sodium_memzero(drawn.data(), drawn.size());
  pool.used += out.size();
}

}  // namespace bauta
