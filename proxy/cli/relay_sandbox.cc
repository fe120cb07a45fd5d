#include "proxy/cli/relay_sandbox.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proxy/cli/relay_options.h"
#include "proxy/cli/run_task.h"
#include "proxy/cli/version.h"
#include "proxy/config/log.h"
#include "proxy/sandbox/test_keys.h"

namespace bauta {
namespace {

namespace asio = boost::asio;

/// How long a call that moves the clock waits for what that leads to.
constexpr std::chrono::seconds kCatchUp{10};

Config sandbox_config(Config config) {
  config.storage_path = config.sandbox_path;
  config.backup_journal.clear();
  config.connections.clear();
  return config;
}

}  // namespace

/// Passes on to the caller that start() makes.
class RelaySandbox::Endpoints final : public EndpointPort {
 public:
  Task<EndpointAnswer> call(EndpointCall call) override { return caller->call(std::move(call)); }
  std::unique_ptr<EndpointCaller> caller;
};

RelaySandbox::RelaySandbox(const Config& config, SandboxClocks clocks)
    : config_(sandbox_config(config)),
      wall_(clocks.wall),
      clock_(clocks.time),
      metrics_(version(), revision()),
      endpoints_(std::make_unique<Endpoints>()) {}

RelaySandbox::~RelaySandbox() { stop(); }

Result<std::unique_ptr<RelaySandbox>> RelaySandbox::open(const Config& config,
                                                         std::optional<MasterKey> master,
                                                         bool accept_loss, SandboxClocks clocks) {
  std::unique_ptr<RelaySandbox> sandbox(new RelaySandbox(config, clocks));
  // The live relay goes on: its promises hang on another store.
  const auto on_failure = [](const Error& error) {
    log::error("the sandbox's store can promise nothing any more code={} detail={}", error.code,
               error.detail);
  };
  BAUTA_TRY(auto store,
            OpenStore::open(
                sandbox->config_, std::move(master),
                {.accept_loss = accept_loss, .size = StoreSize::modest, .on_failure = on_failure},
                sandbox->clock_, sandbox->metrics_));
  BAUTA_CHECK(run_here(sandbox->clock_.load(store->store())));
  sandbox->carrier_ =
      std::make_unique<SandboxCarrier>(SandboxCarrier::Parts{.store = store->store(),
                                                             .index_key = store->index_key(),
                                                             .clock = sandbox->clock_,
                                                             .random = store->random()});
  sandbox->engine_ =
      std::make_unique<RelayEngine>(RelayEngineParts{.config = sandbox->config_,
                                                     .clock = sandbox->clock_,
                                                     .metrics = sandbox->metrics_,
                                                     .lane_threads = sandbox->thread_,
                                                     .webhook_threads = sandbox->thread_,
                                                     .walk_thread = sandbox->thread_,
                                                     .carriers = *sandbox->carrier_,
                                                     .endpoints = *sandbox->endpoints_,
                                                     .stamps = &sandbox->wall_},
                                    std::move(store));
  return sandbox;
}

Status RelaySandbox::start(const AddressGuard& guard) {
  guard_ = guard;
  BAUTA_TRY(endpoints_->caller, EndpointCaller::make({thread_.executor(0)},
                                                     endpoint_options_of(config_, guard), wall_));
  thread_.run();
  carrier_->start(
      thread_.executor(0),
      {.accept = [this](InboundMessage mo) { return engine_->relay().accept(std::move(mo)); },
       .apply =
           [this](DeliveryReceipt receipt) {
             return engine_->receipts().apply(std::move(receipt));
           }});
  BAUTA_CHECK(engine_->start_lanes());
  engine_->start_rest();
  return {};
}

ApiSandbox RelaySandbox::api() {
  return {.desk = engine_->desk(),
          .clock = clock_,
          .carrier = *carrier_,
          .store = engine_->store().store(),
          .random = engine_->store().random(),
          .endpoints = {.port = *endpoints_, .guard = guard_, .stamps = &wall_},
          .catch_up = [this] { return catch_up(); }};
}

/// On the sandbox's own thread, whoever asks.
Task<Result<bool>> RelaySandbox::catch_up() {
  const auto others = [carrier = carrier_.get()] {
    if (carrier->is_settled()) return true;
    carrier->wake();
    return false;
  };
  co_return co_await asio::co_spawn(thread_.executor(0), engine_->catch_up(kCatchUp, others),
                                    asio::use_awaitable_t<Executor>());
}

Task<Result<std::string>> RelaySandbox::make_key(std::string account, std::string service) {
  ApiKey key;
  key.scopes = all_scopes();
  key.label = "first";
  key.created_at = clock_.now();
  BAUTA_CO_TRY(auto made, co_await make_test_key(engine_->desk(), engine_->store().random(),
                                                 {.account = std::move(account),
                                                  .service = std::move(service),
                                                  .key = std::move(key)}));
  co_return std::move(made.secret);
}

std::size_t RelaySandbox::drain(const std::function<std::chrono::milliseconds()>& rest) {
  return engine_->drain_lanes(rest) + engine_->drain_webhooks(rest);
}

void RelaySandbox::stop() {
  if (engine_) engine_->stop_walks();
  thread_.stop();
  thread_.join();
}

}  // namespace bauta
