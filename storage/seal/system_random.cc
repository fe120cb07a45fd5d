#include "storage/seal/system_random.h"

#include <sodium.h>

#include "storage/store/assert.h"

namespace bauta {

SystemRandom::SystemRandom() { BAUTA_ASSERT(sodium_init() >= 0); }

void SystemRandom::fill(std::span<std::byte> out) { randombytes_buf(out.data(), out.size()); }

}  // namespace bauta
