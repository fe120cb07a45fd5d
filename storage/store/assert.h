#pragma once

namespace bauta::detail {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;
}

/// For our own invariants only, never for input: also in release, since stopping loses nothing and going on may misroute.
#define BAUTA_ASSERT(condition)       \
  ((condition) ? static_cast<void>(0) \
               : ::bauta::detail::assertion_failed(#condition, __FILE__, __LINE__))
