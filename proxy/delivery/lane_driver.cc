#include "proxy/delivery/lane_driver.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "proxy/config/log.h"
#include "routing/outbox/partition.h"

namespace bauta {
namespace asio = boost::asio;
namespace {

/// After a work log that could not be read: soon, and not so soon that a store in trouble hears of nothing else.
constexpr std::chrono::seconds kLookAgain{1};
/// Of one partition before the next has its turn: a service with many lanes fills no more places than that.
constexpr std::size_t kLanesAtOnce = 16;

}  // namespace

class LaneDriver::Impl : public std::enable_shared_from_this<LaneDriver::Impl> {
 public:
  Impl(const Executor& executor, LaneDriverOptions options, RelayParts parts, CarrierPort& carriers)
      : executor_(executor),
        options_(options),
        parts_(parts),
        wake_(executor),
        name_(std::to_string(options.owner)) {
    for (std::uint32_t p = options.owner; p < kPartitions; p += options.owners) {
      owned_.push_back(std::make_unique<Owned>(p, parts, carriers));
    }
  }

  Task<Status> start() {
    for (const auto& owned : owned_) {
      BAUTA_CO_CHECK(co_await owned->partition.start());
    }
    for (const auto& owned : owned_) {
      owned->hints = parts_.store.subscribe(work_log(owned->number), executor_,
                                            [weak = weak_from_this(), owned = owned.get()] {
                                              if (const auto self = weak.lock()) self->hint(*owned);
                                            });
      owned->unread = true;  // what came between the start and the subscription
    }
    asio::co_spawn(executor_, drive(shared_from_this()), asio::detached);
    co_return Status();
  }

  Task<std::size_t> drain(std::chrono::milliseconds patience) {
    stopping_ = true;
    wake_.cancel();
    asio::steady_timer timer(executor_, patience);
    settled_ = &timer;
    boost::system::error_code cancelled;
    if (in_flight_ > 0)
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable_t<Executor>(), cancelled));
    settled_ = nullptr;
    co_return in_flight_;
  }

  void wake() { wake_.cancel(); }
  bool is_settled() const {
    if (in_flight_ > 0) return false;
    const auto now = parts_.clock.now();
    return std::ranges::all_of(owned_, [&](const auto& owned) {
      const auto due = owned->partition.next_due();
      return !owned->unread && (!due || *due > now);
    });
  }

  void abandon() {
    stopping_ = true;
    wake_.cancel();
  }

 private:
  struct Owned {
    Owned(std::uint32_t p, RelayParts parts, CarrierPort& carriers)
        : number(p), partition(p, parts, carriers) {}
    std::uint32_t number;
    Partition partition;
    std::unique_ptr<Subscription> hints;
    bool unread = false;
  };

  void hint(Owned& owned) {
    owned.unread = true;
    wake_.cancel();
  }

  /// A coroutine of the driver's own: it holds `self` as long as it runs.
  static Task<void> drive(std::shared_ptr<Impl> self) {
    while (!self->stopping_) {
      co_await self->read_on();
      self->step_ready();
      self->report();
      co_await self->sleep();
    }
  }

  Task<void> read_on() {
    const auto now = std::chrono::steady_clock::now();
    const bool look = now >= next_look_;
    if (look) next_look_ = now + options_.look_interval;
    for (const auto& owned : owned_) {
      if (!std::exchange(owned->unread, false) && !look) continue;
      const auto status = co_await owned->partition.read_on();
      if (status) continue;
      log::error("work log not read partition={} code={}", owned->number, status.error().code);
      next_look_ = std::min(next_look_, now + kLookAgain);
    }
  }

  void step_ready() {
    const auto now = parts_.clock.now();
    // The first to be asked is another one each time, so that no partition starves when there are more lanes than places.
    for (std::size_t i = 0; i < owned_.size() && in_flight_ < options_.in_flight_max; ++i) {
      auto& owned = *owned_[(first_ + i) % owned_.size()];
      const auto most = std::min(kLanesAtOnce, options_.in_flight_max - in_flight_);
      for (auto& lane : owned.partition.take_ready(now, most)) {
        ++in_flight_;
        asio::co_spawn(executor_, step(shared_from_this(), owned, std::move(lane)),
                       [](const std::exception_ptr& failure) {
                         // A step that threw left its lane marked as running: going on would hold its texts for ever, in silence.
                         if (failure) std::terminate();
                       });
      }
    }
    if (!owned_.empty()) first_ = (first_ + 1) % owned_.size();
  }

  static Task<void> step(std::shared_ptr<Impl> self, Owned& owned, LaneKey lane) {
    co_await owned.partition.step(std::move(lane));
    --self->in_flight_;
    self->wake_.cancel();
    if (self->in_flight_ == 0 && self->settled_ != nullptr) self->settled_->cancel();
  }

  Task<void> sleep() {
    const auto now = parts_.clock.now();
    Duration longest =
        std::chrono::duration_cast<Duration>(next_look_ - std::chrono::steady_clock::now());
    if (in_flight_ < options_.in_flight_max) {
      for (const auto& owned : owned_) {
        if (owned->unread) longest = Duration::zero();
        if (const auto due = owned->partition.next_due()) longest = std::min(longest, *due - now);
      }
    }
    // Even with work at hand the other coroutines of this thread get their turn.
    wake_.expires_after(std::max(longest, Duration::zero()));
    boost::system::error_code woken;
    co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable_t<Executor>(), woken));
  }

  void report() {
    const auto steady = std::chrono::steady_clock::now();
    if (steady < next_report_) return;
    next_report_ = steady + std::chrono::seconds(1);
    const auto now = parts_.clock.now();
    std::chrono::duration<double> oldest{0};
    for (const auto& owned : owned_) {
      if (const auto at = owned->partition.oldest_waiting())
        oldest = std::max<std::chrono::duration<double>>(oldest, now - *at);
    }
    parts_.metrics.lane_oldest(name_, oldest);
  }

  Executor executor_;
  LaneDriverOptions options_;
  RelayParts parts_;
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      wake_;
  std::string name_;
  std::vector<std::unique_ptr<Owned>> owned_;
  std::size_t first_ = 0;
  std::size_t in_flight_ = 0;
  bool stopping_ = false;
  asio::steady_timer* settled_ = nullptr;
  std::chrono::steady_clock::time_point next_look_{};
  std::chrono::steady_clock::time_point next_report_{};
};

LaneDriver::LaneDriver(const Executor& executor, LaneDriverOptions options, RelayParts parts,
                       CarrierPort& carriers)
    : impl_(std::make_shared<Impl>(executor, options, parts, carriers)) {}
LaneDriver::~LaneDriver() { impl_->abandon(); }
Task<Status> LaneDriver::start() { return impl_->start(); }
void LaneDriver::wake() { impl_->wake(); }
bool LaneDriver::is_settled() const { return impl_->is_settled(); }
Task<std::size_t> LaneDriver::drain(std::chrono::milliseconds patience) {
  return impl_->drain(patience);
}

}  // namespace bauta
