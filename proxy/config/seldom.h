#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace bauta::log {

/// For a line about what may happen a thousand times a second, as when the disk is full: it is said when it begins, and then once an interval,
/// with how often it happened since.  Thread-safe.
///   if (const auto times = put_off_.happened(steady_clock::now())) log::warn("mo put off code={} times={}", code, times);
class Seldom {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Seldom(Clock::duration interval = std::chrono::seconds(10)) : interval_(interval) {}

  /// How often it happened since it was last said, now included; 0: it is not to be said yet.
  std::uint64_t happened(Clock::time_point now);
  /// The same where it did not happen: so that what was not said yet is said when it is over.
  std::uint64_t ended(Clock::time_point now);

 private:
  std::uint64_t due(Clock::time_point now);

  const Clock::duration interval_;
  std::atomic<Clock::time_point> next_{Clock::time_point::min()};
  std::atomic<std::uint64_t> unsaid_{0};
};

}  // namespace bauta::log
