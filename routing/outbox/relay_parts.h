#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "metrics/instruments/instruments.h"
#include "routing/outbox/breakers.h"
#include "storage/seal/index_key.h"
#include "storage/store/clock.h"
#include "storage/store/random.h"
#include "storage/store/result.h"
#include "storage/store/store.h"

namespace bauta {

/// The limits of the relay, each a key of the configuration under [relay].
struct RelayLimits {
  std::uint32_t conflict_tries = 3;
  std::chrono::hours dedup{7 * 24};
  std::chrono::hours automatic_answer{24};
  std::chrono::hours route_forget{90 * 24};
  /// The same words on one line come through so often within the window: two machines that answer each other would never stop.
  std::uint32_t repeats_max = 10;
  std::chrono::seconds repeats_window{60};
  std::chrono::hours idempotency{24};
  std::chrono::days audit_keep{400};
  std::chrono::seconds unknown_wait{60};
  /// A lane holds so many texts; what comes beyond them ends at once.
  std::size_t lane_texts_max = 100;
  /// And all lanes together so many: no more are taken in until some have left.
  std::size_t texts_waiting_max = 500'000;
  /// A text without a receipt for so long counts as unconfirmed.
  std::chrono::hours unconfirmed{72};
  /// Sends whose outcome stayed unknown are made again at most so often (docs/decisions/): a carrier that accepts and never answers must
  /// not turn one text into hundreds.
  std::uint32_t unknown_resends_max = 3;
  std::uint32_t crash_count_max = 3;
  std::chrono::milliseconds retry_backoff_first{1'000};
  std::chrono::milliseconds retry_backoff_max{300'000};
  BreakerLimits breaker{};
  /// A service is told when one person holds so much of the numbers of a locality; 0: it is not.
  std::uint32_t pool_low_percent = 80;
};

/// How many texts wait in the lanes of this process.  Thread-safe.
class Backlog {
 public:
  void change(std::int64_t by) { texts_.fetch_add(by, std::memory_order_relaxed); }
  std::size_t texts() const {
    return static_cast<std::size_t>(
        std::max<std::int64_t>(0, texts_.load(std::memory_order_relaxed)));
  }

 private:
  std::atomic<std::int64_t> texts_ = 0;
};

/// What the parts of routing/ are given to work with; each outlives them.
struct RelayParts {
  Store& store;
  const IndexKey& index_key;
  Clock& clock;
  Random& random;
  metrics::Instruments& metrics;
  RelayLimits limits;
  /// Shared by whoever was given the same parts: the lanes count, and who takes texts in looks.
  std::shared_ptr<Backlog> backlog = std::make_shared<Backlog>();
  /// Shared likewise: the lanes ask them and tell them, and who explains or tells the services reads them.
  std::shared_ptr<Breakers> breakers = std::make_shared<Breakers>(metrics, limits.breaker);

  /// Codes: overloaded (503): no more texts are taken before some have left.
  Status may_take_in_more() const {
    if (backlog->texts() < limits.texts_waiting_max) return {};
    return fail("overloaded", "too many texts wait to be sent; send it again in a while");
  }
};

}  // namespace bauta
