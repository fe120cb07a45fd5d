#pragma once

#include <atomic>

#include "storage/store/clock.h"

namespace bauta {

/// Stands still until it is moved.  Thread-safe.
class SetClock final : public Clock {
 public:
  TimePoint now() const override { return from_millis(millis_); }
  TimePoint now(ServiceId) const override { return now(); }
  void advance(Duration by) { millis_ += by.count(); }

 private:
  std::atomic<std::int64_t> millis_ = 1'772'366'400'000;  // 2026-03-01
};

}  // namespace bauta
