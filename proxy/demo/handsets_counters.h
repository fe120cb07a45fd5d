#pragma once

#include <cstdint>

namespace bauta {

/// What the handsets did since they were started, as GET /handsets/stats tells it.  On one thread.
struct HandsetsCounters {
  std::uint64_t texts_taken = 0;
  std::uint64_t texts_refused = 0;
  std::uint64_t texts_throttled = 0;
  std::uint64_t texts_hung = 0;
  std::uint64_t texts_lost = 0;
  std::uint64_t texts_shown = 0;
  std::uint64_t texts_written = 0;
  std::uint64_t texts_brought = 0;
  std::uint64_t receipts_brought = 0;
  std::uint64_t callbacks_repeated = 0;
  std::uint64_t callbacks_given_up = 0;
  std::uint64_t callbacks_waiting = 0;
};

}  // namespace bauta
