#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/instruments/instruments.h"
#include "routing/outbox/breaker.h"
#include "routing/outbox/carrier_port.h"
#include "storage/store/clock.h"
#include "storage/store/mutex.h"
#include "storage/store/random.h"

namespace bauta {

/// One moment by both clocks: pauses go by the one that nobody sets, what people are told by the other.
struct BreakerMoment {
  SteadyPoint steady;
  TimePoint wall;
};

/// A connection went down, or came back.
struct CarrierNews {
  std::string connection;
  bool is_down = false;
  /// How the link failed last.
  std::string code;
  TimePoint since{};
  /// When it came back.
  TimePoint until{};
};

/// A breaker that is not closed, as people are told of it.
struct BreakerView {
  BreakerState state = BreakerState::open;
  std::string code;
  TimePoint since{};
  /// When it is tried again; in the past: with the next text.
  TimePoint probe_at{};
};

/// The breakers of the connections, which all partitions of the process share, and the news of those that opened or closed until somebody
/// has told them.  Owned by a shared_ptr.  Thread-safe.
class Breakers : public std::enable_shared_from_this<Breakers> {
 public:
  Breakers(metrics::Instruments& metrics, BreakerLimits limits)
      : metrics_(metrics), limits_(limits) {}
  Breakers(const Breakers&) = delete;
  Breakers& operator=(const Breakers&) = delete;

  /// Leave for one text to be handed to its connection.  One that is destroyed before it was settled was not used.
  class Passage {
   public:
    Passage(Passage&& other) noexcept
        : breakers_(std::move(other.breakers_)),
          connection_(std::move(other.connection_)),
          asked_at_(other.asked_at_),
          is_probe_(other.is_probe_) {}
    Passage& operator=(Passage&&) = delete;
    ~Passage();
    bool is_probe() const { return is_probe_; }

   private:
    friend class Breakers;
    Passage(std::shared_ptr<Breakers> breakers, std::string connection, SteadyPoint asked_at,
            bool is_probe)
        : breakers_(std::move(breakers)),
          connection_(std::move(connection)),
          asked_at_(asked_at),
          is_probe_(is_probe) {}

    /// Shared with the parts: a process that stops may let go of a text's frame last of all.
    std::shared_ptr<Breakers> breakers_;
    std::string connection_;
    SteadyPoint asked_at_;
    bool is_probe_;
  };

  /// When to ask again; none: a text may ask to leave now.
  std::optional<SteadyPoint> shut_until(std::string_view connection, SteadyPoint now) const;
  /// None: not now.
  std::optional<Passage> let_through(const std::string& connection, SteadyPoint now);
  /// What became of the text that had it.
  void settle(Passage passage, const SubmitOutcome& outcome, BreakerMoment now, Random& random);
  /// It was down before a restart, and that was told: what comes next is that it is up.
  void recall(const CarrierNews& down, SteadyPoint now);

  /// How often one closed: who waits for one looks again when this has grown.
  std::uint64_t closings() const { return closings_.load(std::memory_order_acquire); }
  /// None: closed.
  std::optional<BreakerView> find(std::string_view connection, BreakerMoment now) const;

  /// The oldest that was not told; none: all are.  Stays until news_told().
  std::optional<CarrierNews> next_news() const;
  void news_told();

 private:
  struct Link {
    Breaker breaker{};
    std::string code{};
    TimePoint down_since{};
  };
  void give_back(const Passage& passage);
  void count(const std::string& connection, BreakerState state);

  metrics::Instruments& metrics_;
  const BreakerLimits limits_;
  std::atomic<std::uint64_t> closings_ = 0;
  mutable Mutex mutex_;
  std::map<std::string, Link, std::less<>> links_ BAUTA_GUARDED_BY(mutex_);
  std::deque<CarrierNews> news_ BAUTA_GUARDED_BY(mutex_);
};

}  // namespace bauta
