#include "proxy/cli/relay_engine.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <numeric>
#include <optional>

#include "proxy/cli/relay_options.h"
#include "proxy/cli/run_task.h"
#include "proxy/config/log.h"
#include "routing/desk/insight.h"
#include "routing/webhooks/webhooks.h"

namespace bauta {

namespace asio = boost::asio;

namespace {

/// How often all is asked whether it is done, and how often in a row it has to be.
constexpr std::chrono::milliseconds kRound{10};
constexpr int kQuietRounds = 3;

/// Whoever does the same at the same moment may be in the way: then there is more to do.
Result<std::size_t> or_again(Result<std::size_t> done) {
  if (!done && done.error().code == "storage.contended") return std::size_t{1};
  return done;
}

}  // namespace

RelayEngine::RelayEngine(RelayEngineParts parts, std::unique_ptr<OpenStore> store)
    : parts_(parts),
      store_(std::move(store)),
      relay_parts_{.store = store_->store(),
                   .index_key = store_->index_key(),
                   .clock = parts_.clock,
                   .random = store_->random(),
                   .metrics = parts_.metrics,
                   .limits = limits_of(parts_.config)},
      relay_(relay_parts_),
      receipts_(relay_parts_),
      desk_(
          relay_parts_, [this](std::string_view name) { return parts_.carriers.has(name); },
          [this] { return parts_.carriers.connections(); }) {}

RelayEngine::~RelayEngine() = default;

Status RelayEngine::start_lanes(Outgoing outgoing) {
  const auto& config = parts_.config;
  auto& threads = parts_.lane_threads;
  BAUTA_CHECK(wait_for(threads.executor(0), desk_.recall_carriers()));
  for (unsigned i = 0; i < threads.count(); ++i) {
    lanes_.push_back(std::make_unique<LaneDriver>(
        threads.executor(i),
        LaneDriverOptions{.owner = i,
                          .owners = threads.count(),
                          .in_flight_max = static_cast<std::size_t>(config.lanes_in_flight_max),
                          .look_interval = config.log_look},
        relay_parts_, parts_.carriers));
    if (outgoing == Outgoing::flows)
      BAUTA_CHECK(wait_for(threads.executor(i), lanes_.back()->start()));
  }
  return {};
}

void RelayEngine::start_rest(Outgoing outgoing) {
  const auto& config = parts_.config;
  auto& threads = parts_.webhook_threads;
  for (unsigned i = 0; i < threads.count(); ++i) {
    webhooks_.push_back(
        std::make_unique<WebhookDriver>(threads.executor(i),
                                        WebhookDriverOptions{.owner = i,
                                                             .owners = threads.count(),
                                                             .limits = webhook_limits_of(config),
                                                             .look_interval = config.log_look},
                                        WebhookParts{.store = store_->store(),
                                                     .webhooks = desk_.webhooks(),
                                                     .keys = desk_.keys(),
                                                     .clock = parts_.clock,
                                                     .random = store_->random(),
                                                     .metrics = parts_.metrics,
                                                     .endpoints = parts_.endpoints,
                                                     .stamps = parts_.stamps}));
    if (outgoing == Outgoing::flows) start_webhooks(i);
  }
  const auto executor = parts_.walk_thread.executor(0);
  asio::co_spawn(executor, keep_counting(*this, stopping_), asio::detached);
  asio::co_spawn(executor, keep_sweeping(*this, stopping_), asio::detached);
  asio::co_spawn(executor, keep_working(*this, stopping_), asio::detached);
}

void RelayEngine::start_webhooks(unsigned owner) {
  asio::post(parts_.webhook_threads.executor(owner),
             [driver = webhooks_[owner].get()] { driver->start(); });
}

Task<Status> RelayEngine::release() {
  for (unsigned i = 0; i < lanes_.size(); ++i) {
    BAUTA_CO_CHECK(co_await asio::co_spawn(parts_.lane_threads.executor(i), lanes_[i]->start(),
                                           asio::use_awaitable_t<Executor>()));
  }
  for (unsigned i = 0; i < webhooks_.size(); ++i) start_webhooks(i);
  co_return Status();
}

Task<void> RelayEngine::keep_counting(RelayEngine& engine,
                                      std::shared_ptr<std::atomic<bool>> stopping) {
  asio::steady_timer timer(engine.parts_.walk_thread.executor(0));
  while (!*stopping) {
    // Also where nobody commits or asks whether we are ready.
    static_cast<void>(engine.store_->is_full());
    if (const auto ended = co_await engine.desk_.end_unconfirmed(); !ended)
      log::warn("texts without receipt not ended code={}", ended.error().code);
    if (const auto counted = co_await engine.desk_.census(); !counted)
      log::warn("census failed code={}", counted.error().code);
    co_await engine.count_waiting();
    timer.expires_after(engine.parts_.config.census);
    co_await timer.async_wait(asio::use_awaitable_t<Executor>());
  }
}

/// Of all services, by connection: a connection for which nothing waits any more stands at 0.
Task<void> RelayEngine::count_waiting() {
  const auto found = co_await desk_.insight().waiting(std::nullopt);
  if (!found) {
    log::warn("waiting texts not counted code={}", found.error().code);
    co_return;
  }
  const auto now = parts_.clock.now();
  for (const auto& [name, queue] : found->connections) waited_for_.insert(name);
  for (const auto& name : waited_for_) {
    const auto queue = found->connections.find(name);
    const bool waits = queue != found->connections.end();
    const auto texts = waits ? std::accumulate(queue->second.waiting.begin(),
                                               queue->second.waiting.end(), std::uint64_t{0})
                             : 0;
    const auto oldest = waits && queue->second.oldest ? now - *queue->second.oldest : Duration{0};
    parts_.metrics.waiting(name.empty() ? "none" : name, texts, oldest);
  }
}

Task<void> RelayEngine::keep_sweeping(RelayEngine& engine,
                                      std::shared_ptr<std::atomic<bool>> stopping) {
  asio::steady_timer timer(engine.parts_.walk_thread.executor(0));
  while (!*stopping) {
    // A store in trouble is said once a trouble, not once a second.
    const auto swept = co_await engine.desk_.sweep();
    if (!swept && engine.sweeps_) log::warn("sweep failed code={}", swept.error().code);
    engine.sweeps_ = swept.has_value();
    const auto told = co_await engine.desk_.tell_of_carriers();
    if (!told && engine.tells_)
      log::warn("services not told of a carrier code={}", told.error().code);
    engine.tells_ = told.has_value();
    timer.expires_after(engine.parts_.config.sweep);
    co_await timer.async_wait(asio::use_awaitable_t<Executor>());
  }
}

/// Jobs that are longer than a call: what a crash interrupted goes on here.
Task<void> RelayEngine::keep_working(RelayEngine& engine,
                                     std::shared_ptr<std::atomic<bool>> stopping) {
  asio::steady_timer timer(engine.parts_.walk_thread.executor(0));
  while (!*stopping) {
    const auto steps = co_await engine.desk_.work();
    if (!steps && engine.works_) log::warn("jobs do not go on code={}", steps.error().code);
    engine.works_ = steps.has_value();
    // Others on this thread have their turn between two steps.
    timer.expires_after(steps.value_or(0) > 0
                            ? std::chrono::milliseconds(1)
                            : std::chrono::milliseconds(engine.parts_.config.sweep));
    co_await timer.async_wait(asio::use_awaitable_t<Executor>());
  }
}

bool RelayEngine::is_settled() const {
  return std::ranges::all_of(lanes_, &LaneDriver::is_settled) &&
         std::ranges::all_of(webhooks_, &WebhookDriver::is_settled);
}

Task<Result<bool>> RelayEngine::catch_up(std::chrono::milliseconds patience,
                                         std::function<bool()> others) {
  asio::steady_timer timer(parts_.walk_thread.executor(0));
  const auto end = std::chrono::steady_clock::now() + patience;
  int quiet = 0;
  while (quiet < kQuietRounds && std::chrono::steady_clock::now() < end) {
    BAUTA_CO_TRY(const auto ended, or_again(co_await desk_.sweep()));
    BAUTA_CO_TRY(const auto unconfirmed, or_again(co_await desk_.end_unconfirmed()));
    BAUTA_CO_TRY(const auto steps, or_again(co_await desk_.work()));
    if (quiet == 0) {
      for (const auto& lane : lanes_) lane->wake();
      for (const auto& webhook : webhooks_) webhook->wake();
    }
    // What one of them did may be work for another: its hint is on its way.
    timer.expires_after(kRound);
    co_await timer.async_wait(asio::use_awaitable_t<Executor>());
    const bool is_quiet = ended + unconfirmed + steps == 0 && is_settled() && others();
    quiet = is_quiet ? quiet + 1 : 0;
  }
  co_return quiet == kQuietRounds;
}

std::size_t RelayEngine::drain_lanes(const std::function<std::chrono::milliseconds()>& rest) {
  std::size_t cut_off = 0;
  for (unsigned i = 0; i < lanes_.size(); ++i)
    cut_off += wait_for(parts_.lane_threads.executor(i), lanes_[i]->drain(rest()));
  return cut_off;
}

std::size_t RelayEngine::drain_webhooks(const std::function<std::chrono::milliseconds()>& rest) {
  std::size_t cut_off = 0;
  for (unsigned i = 0; i < webhooks_.size(); ++i)
    cut_off += wait_for(parts_.webhook_threads.executor(i), webhooks_[i]->drain(rest()));
  return cut_off;
}

}  // namespace bauta
