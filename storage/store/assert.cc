#include "storage/store/assert.h"

#include <cstdio>
#include <cstdlib>

namespace bauta::detail {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
  // Only source text is printed: values could be addresses.
  std::fprintf(stderr, "bauta: broken invariant: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace bauta::detail
