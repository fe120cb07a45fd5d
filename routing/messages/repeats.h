#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "routing/outbox/delivery.h"
#include "storage/store/clock.h"
#include "storage/store/mutex.h"

namespace bauta {

/// Stops two machines that answer each other: the same words on one line again and again, relayed or, as HELP, answered; a stranger's line is the
/// number that they text.  Lives in memory alone: after a restart a loop
/// begins anew, and is cut again.  Thread-safe.
class Repeats {
 public:
  /// More than `most` times the same words within `window` are too many.
  struct Limit {
    std::uint32_t most;
    std::chrono::seconds window;
    /// Lines that are watched at once; beyond it all begin anew.
    std::size_t lines_max;
  };
  explicit Repeats(Limit limit) : limit_(limit) {}

  /// False: these words came on this line too often.
  bool allow(const LaneKey& line, const MessageText& words, TimePoint now);
  void note(const LaneKey& line, const MessageText& words, TimePoint now);

 private:
  struct Last {
    std::size_t words = 0;
    std::uint32_t times = 0;
    TimePoint since;
  };
  bool goes_on(const Last& last, std::size_t words, TimePoint now) const {
    return last.times > 0 && last.words == words && now - last.since < limit_.window;
  }
  const Limit limit_;
  Mutex mutex_;
  std::unordered_map<LaneKey, Last> lines_ BAUTA_GUARDED_BY(mutex_);
};

}  // namespace bauta
