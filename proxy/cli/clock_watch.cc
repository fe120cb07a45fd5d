#include "proxy/cli/clock_watch.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdlib>

#include "proxy/cli/run_task.h"
#include "proxy/config/log.h"

namespace bauta {
namespace {

namespace asio = boost::asio;

/// A doubt that was not yet written down is forgotten by a crash.
constexpr std::chrono::seconds kLook{1};

std::int64_t seconds_of(Duration offset) {
  return std::chrono::round<std::chrono::seconds>(offset).count();
}

}  // namespace

ClockWatch::ClockWatch(const Config& config, Store& store, TrustedClock& clock,
                       metrics::Instruments& metrics)
    : clock_(clock),
      metrics_(metrics),
      keeper_(std::make_shared<ClockKeeper>(store, clock, config.clock_mark)) {}

Status ClockWatch::begin() {
  BAUTA_TRY(const auto state, run_here(keeper_->begin()));
  tell(state);
  return {};
}

void ClockWatch::start(const Executor& executor) {
  asio::co_spawn(executor, keep_looking(*this, executor, keeper_, stopping_), asio::detached);
}

Task<void> ClockWatch::keep_looking(ClockWatch& watch, Executor executor,
                                    std::shared_ptr<ClockKeeper> keeper,
                                    std::shared_ptr<std::atomic<bool>> stopping) {
  asio::steady_timer timer(executor);
  while (!*stopping) {
    watch.tell(watch.state());
    // A store in trouble is said once a trouble, not once a second.
    const auto kept = co_await keeper->keep();
    if (!kept && watch.keeps_)
      log::warn("the time cannot be written down code={}", kept.error().code);
    watch.keeps_ = kept.has_value();
    timer.expires_after(kLook);
    co_await timer.async_wait(asio::use_awaitable_t<Executor>());
  }
}

std::optional<std::string> ClockWatch::doubt() const {
  const auto state = clock_.state();
  if (state.trust == ClockTrust::trusted) return std::nullopt;
  return fmt::format(
      "the machine's clock is {} seconds {} the time that is gone by; set it right, or confirm it "
      "with bauta clock confirm",
      std::abs(seconds_of(state.offset)), state.offset < Duration::zero() ? "behind" : "ahead of");
}

Task<Result<ClockState>> ClockWatch::confirm() {
  const auto keeper = keeper_;
  BAUTA_CO_TRY(const auto state, co_await keeper->confirm());
  tell(state);
  co_return state;
}

void ClockWatch::tell(const ClockState& state) {
  metrics_.clock(state.trust == ClockTrust::doubted, std::chrono::duration<double>(state.offset));
  if (told_.exchange(state.trust) == state.trust) return;
  if (state.trust == ClockTrust::doubted) {
    log::error("the machine's clock leapt, and is not gone by until bauta clock confirm offset={}s",
               seconds_of(state.offset));
  } else {
    log::info("the machine's clock is gone by again");
  }
}

}  // namespace bauta
