#include "proxy/cli/relay_server.h"

#include <sys/resource.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "proxy/api/api.h"
#include "proxy/carriers/carrier_routes.h"
#include "proxy/carriers/carrier_set.h"
#include "proxy/carriers/http_clients.h"
#include "proxy/cli/admin_listener.h"
#include "proxy/cli/clock_watch.h"
#include "proxy/cli/journal_replay.h"
#include "proxy/cli/listener_error.h"
#include "proxy/cli/recovery_hold.h"
#include "proxy/cli/relay_backups.h"
#include "proxy/cli/relay_engine.h"
#include "proxy/cli/relay_options.h"
#include "proxy/cli/relay_sandbox.h"
#include "proxy/cli/reload.h"
#include "proxy/cli/run_task.h"
#include "proxy/cli/store_of.h"
#include "proxy/cli/tls_of.h"
#include "proxy/cli/version.h"
#include "proxy/config/log.h"
#include "proxy/delivery/endpoint_caller.h"
#include "proxy/net/http_client.h"
#include "proxy/net/http_server.h"
#include "proxy/net/io_threads.h"
#include "storage/clock/trusted_clock.h"
#include "storage/seal/secret.h"

namespace bauta {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kCloseConnections{2};
/// Not the least there is: who holds a lock of the store must get on.
constexpr int kLessUrgent = 10;

}  // namespace

struct RelayServer::Parts {
  explicit Parts(Config configuration)
      : config(std::move(configuration)),
        metrics(version(), revision()),
        reload(config, metrics),
        threads(static_cast<unsigned>(config.threads)),
        webhook_threads(static_cast<unsigned>(config.webhook_threads)) {}

  Status open(RelayServerOptions options);
  Status open_carriers();
  Status open_endpoints();
  Status open_sandbox(std::optional<MasterKey> master, bool accept_loss);
  Status listen();
  Status listen_in_public();
  Status listen_to_operators();
  void stop();
  void report_failure(const Error& error);

  Config config;
  SystemClock wall_clock;
  /// What the relay goes by.
  TrustedClock clock{wall_clock, config.clock_jump_max};
  metrics::Instruments metrics;
  Reload reload;
  /// Timers and sockets of everything below live in its loops; what was still under way is destroyed with them, and only counts.
  IoThreads threads;
  /// Endpoints that platforms name, which may be slow, many or hostile: no text waits for them.
  IoThreads webhook_threads;
  /// Metrics and health, which must answer when the loops above have more to do than they can.
  IoThreads admin_thread{1};
  /// Walks over the whole store, which take half a minute when it is large: of the processor they get little when others want it.
  IoThreads walk_thread{1};

  std::vector<std::unique_ptr<HttpClient>> clients;
  HttpClients all_clients;
  std::unique_ptr<CarrierSet> carriers;
  AddressGuard guard;
  std::unique_ptr<EndpointCaller> endpoints;
  std::unique_ptr<RelayEngine> engine;
  /// Of the engine's store.
  std::unique_ptr<ClockWatch> clock_watch;
  std::unique_ptr<RecoveryHold> recovery;
  std::unique_ptr<RelayBackups> backups;
  JournalReplay journal{config, metrics};
  /// None: it is not asked for.
  std::unique_ptr<RelaySandbox> sandbox;
  std::optional<FirstKey> made_key;
  std::unique_ptr<HttpServer> public_server;
  std::unique_ptr<HttpServer> admin_server;

  std::atomic<bool> draining = false;
  std::atomic<bool> failed = false;
  std::mutex failure_mutex;
  std::optional<Error> failure;
  std::function<void(const Error&)> end_process;
};

void RelayServer::Parts::report_failure(const Error& error) {
  log::error("the store can promise nothing any more code={} detail={}", error.code, error.detail);
  const std::lock_guard lock(failure_mutex);
  failure = error;
  failed = true;
  if (end_process) end_process(error);
}

Status RelayServer::Parts::open(RelayServerOptions options) {
  BAUTA_TRY(auto master, master_key_of(config));
  auto master_of_sandbox = master ? std::optional(master->copy()) : std::nullopt;
  BAUTA_TRY(auto store,
            OpenStore::open(config, std::move(master),
                            {.accept_loss = options.accept_loss,
                             .on_failure = [this](const Error& error) { report_failure(error); }},
                            clock, metrics));
  clock_watch = std::make_unique<ClockWatch>(config, store->store(), clock, metrics);
  BAUTA_CHECK(clock_watch->begin());
  recovery = std::make_unique<RecoveryHold>(*store, metrics);
  BAUTA_CHECK(recovery->begin());
  backups = std::make_unique<RelayBackups>(config, *store, wall_clock, metrics);
  if (config.sandbox_enabled)
    BAUTA_CHECK(open_sandbox(std::move(master_of_sandbox), options.accept_loss));
  threads.run();
  webhook_threads.run();
  admin_thread.run();
  walk_thread.run();
  // Linux: of the thread that calls, not of the process.
  asio::post(walk_thread.executor(0), [] { (void)::setpriority(PRIO_PROCESS, 0, kLessUrgent); });
  BAUTA_CHECK(open_carriers());
  BAUTA_CHECK(open_endpoints());
  engine = std::make_unique<RelayEngine>(RelayEngineParts{.config = config,
                                                          .clock = clock,
                                                          .metrics = metrics,
                                                          .lane_threads = threads,
                                                          .webhook_threads = webhook_threads,
                                                          .walk_thread = walk_thread,
                                                          .carriers = *carriers,
                                                          .endpoints = *endpoints,
                                                          .stamps = &wall_clock},
                                         std::move(store));
  if (sandbox) BAUTA_CHECK(sandbox->start(guard));
  // First of all, so that nobody is served by what is out of date.
  if (const auto held = recovery->state())
    BAUTA_CHECK(journal.run(walk_thread.executor(0), *engine, *held));
  if (options.make_key) {
    BAUTA_TRY(made_key, make_first_key(threads.executor(0), *engine, sandbox.get(), clock.now()));
  }
  const auto outgoing = recovery->is_held() ? Outgoing::held : Outgoing::flows;
  BAUTA_CHECK(engine->start_lanes(outgoing));
  // Before somebody can ask for what both of them start.
  engine->start_rest(outgoing);
  BAUTA_CHECK(listen());
  backups->start();
  clock_watch->start(admin_thread.executor(0));
  return {};
}

Status RelayServer::Parts::open_sandbox(std::optional<MasterKey> master, bool accept_loss) {
  BAUTA_TRY(sandbox, RelaySandbox::open(config, std::move(master), accept_loss,
                                        {.time = clock, .wall = wall_clock}));
  return {};
}

Status RelayServer::Parts::open_carriers() {
  for (unsigned i = 0; i < threads.count(); ++i) {
    BAUTA_TRY(auto client, HttpClient::make(threads.executor(i), client_options_of(config)));
    all_clients.add(threads.executor(i), *client);
    clients.push_back(std::move(client));
  }
  BAUTA_TRY(
      carriers,
      CarrierSet::make(connections_of(config), http_carrier_types(),
                       {.clients = all_clients, .clock = clock, .public_url = config.public_url}));
  // The carriers have theirs: nobody needs a second copy.
  for (auto& connection : config.connections) {
    wipe(connection.token);
    wipe(connection.auth_token);
  }
  return {};
}

Status RelayServer::Parts::open_endpoints() {
  BAUTA_TRY(guard, AddressGuard::make(config.webhook_allow_private));
  std::vector<Executor> executors;
  executors.reserve(webhook_threads.count());
  for (unsigned i = 0; i < webhook_threads.count(); ++i)
    executors.push_back(webhook_threads.executor(i));
  BAUTA_TRY(endpoints,
            EndpointCaller::make(executors, endpoint_options_of(config, guard), wall_clock));
  return {};
}

/// The public listener first: who is told by the other that the relay is ready finds it there.
Status RelayServer::Parts::listen() {
  BAUTA_CHECK(listen_in_public());
  return listen_to_operators();
}

Status RelayServer::Parts::listen_in_public() {
  Router router;
  mount_api(router, engine->desk(), clock, engine->store().random(),
            {.port = *endpoints, .guard = guard, .stamps = &wall_clock}, api_limits_of(config),
            sandbox ? std::optional(sandbox->api()) : std::nullopt);
  mount_carrier_routes(
      router, *carriers,
      {.accept = [this](InboundMessage mo) { return engine->relay().accept(std::move(mo)); },
       .apply =
           [this](DeliveryReceipt receipt) {
             return engine->receipts().apply(std::move(receipt));
           }},
      metrics);
  auto server = HttpServer::start(threads,
                                  {.name = "public",
                                   .listen = config.public_listen,
                                   .public_url = config.public_url,
                                   .limits = http_limits_of(config),
                                   .tls = public_tls_of(config)},
                                  std::move(router), metrics);
  if (!server) return std::unexpected(of_listener(std::move(server).error(), "public"));
  public_server = *std::move(server);
  return {};
}

Status RelayServer::Parts::listen_to_operators() {
  BAUTA_TRY(admin_server, start_admin_listener(admin_thread, Secret::take(config.admin_key),
                                               {.config = config,
                                                .metrics = metrics,
                                                .engine = *engine,
                                                .clock_watch = *clock_watch,
                                                .recovery = *recovery,
                                                .backups = *backups,
                                                .journal = journal,
                                                .failed = failed,
                                                .draining = draining,
                                                .sandbox = sandbox ? &sandbox->metrics() : nullptr,
                                                .cannot_go_on = [this](const Error& error) {
                                                  report_failure(error);
                                                }}));
  return {};
}

void RelayServer::Parts::stop() {
  if (backups) backups->stop();
  if (sandbox) sandbox->stop();
  if (engine) engine->stop_walks();
  if (clock_watch) clock_watch->stop();
  const auto all = {&threads, &webhook_threads, &admin_thread, &walk_thread};
  for (auto* loops : all) loops->stop();
  for (auto* loops : all) loops->join();
}

RelayServer::RelayServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

RelayServer::~RelayServer() { parts_->stop(); }

Result<std::unique_ptr<RelayServer>> RelayServer::start(Config config, RelayServerOptions options) {
  std::unique_ptr<RelayServer> server(new RelayServer(std::make_unique<Parts>(std::move(config))));
  BAUTA_CHECK(server->parts_->open(options));
  return server;
}

std::string RelayServer::public_address() const { return parts_->public_server->address(); }
std::string RelayServer::admin_address() const { return parts_->admin_server->address(); }
std::optional<FirstKey> RelayServer::made_key() const { return parts_->made_key; }

void RelayServer::on_failure(std::function<void(const Error&)> end_process) {
  const std::lock_guard lock(parts_->failure_mutex);
  parts_->end_process = std::move(end_process);
  if (parts_->failure) parts_->end_process(*parts_->failure);
}

std::optional<Error> RelayServer::failure() const {
  const std::lock_guard lock(parts_->failure_mutex);
  return parts_->failure;
}

void RelayServer::take_up(const Result<Config>& config) {
  parts_->reload.take_up(config, {.public_server = *parts_->public_server,
                                  .admin_server = *parts_->admin_server,
                                  .guard = parts_->guard,
                                  .carriers = *parts_->carriers,
                                  .metrics = parts_->metrics});
}

std::size_t RelayServer::drain() {
  auto& parts = *parts_;
  parts.draining = true;
  const auto end = std::chrono::steady_clock::now() + parts.config.drain;
  const auto rest = [end] {
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(
                        end - std::chrono::steady_clock::now()),
                    std::chrono::milliseconds::zero());
  };
  std::size_t cut_off = wait_for(parts.threads.executor(0), parts.public_server->drain(rest()));
  cut_off += parts.engine->drain_lanes(rest);
  // Last of all, so that they hear of what the others still did.
  cut_off += parts.engine->drain_webhooks(rest);
  if (parts.sandbox) cut_off += parts.sandbox->drain(rest);
  wait_for(parts.threads.executor(0), parts.admin_server->drain(kCloseConnections));
  parts.stop();
  parts.engine->store().close();
  if (parts.sandbox) parts.sandbox->close();
  return cut_off;
}

}  // namespace bauta
