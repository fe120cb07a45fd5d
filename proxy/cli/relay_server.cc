#include "proxy/cli/relay_server.h"

#include <sys/resource.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "proxy/admin/admin.h"
#include "proxy/api/api.h"
#include "proxy/carriers/carrier_routes.h"
#include "proxy/carriers/carrier_set.h"
#include "proxy/carriers/http_clients.h"
#include "proxy/cli/run_task.h"
#include "proxy/cli/store_of.h"
#include "proxy/cli/tls_of.h"
#include "proxy/cli/version.h"
#include "proxy/config/log.h"
#include "proxy/delivery/endpoint_caller.h"
#include "proxy/delivery/lane_driver.h"
#include "proxy/delivery/webhook_driver.h"
#include "proxy/net/http_client.h"
#include "proxy/net/http_server.h"
#include "proxy/net/io_threads.h"
#include "proxy/net/name_lookups.h"
#include "routing/desk/desk.h"
#include "routing/messages/receipts.h"
#include "routing/messages/relay.h"
#include "routing/webhooks/webhooks.h"
#include "storage/seal/secret.h"

namespace bauta {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kCloseConnections{2};
constexpr std::size_t kConnectionsToAHost = 10'000;
/// Not the least there is: who holds a lock of the store must get on.
constexpr int kLessUrgent = 10;

RelayLimits limits_of(const Config& config) {
  return {.conflict_tries = static_cast<std::uint32_t>(config.conflict_tries),
          .dedup = config.dedup,
          .automatic_answer = config.automatic_answer,
          .route_forget = config.route_forget,
          .repeats_max = static_cast<std::uint32_t>(config.repeats_max),
          .repeats_window = config.repeats_window,
          .idempotency = config.idempotency,
          .unknown_wait = config.unknown_wait,
          .lane_texts_max = static_cast<std::size_t>(config.lane_texts_max),
          .texts_waiting_max = static_cast<std::size_t>(config.texts_waiting_max),
          .unconfirmed = config.unconfirmed,
          .unknown_resends_max = static_cast<std::uint32_t>(config.unknown_resends_max),
          .crash_count_max = static_cast<std::uint32_t>(config.crash_count_max),
          .retry_backoff_first = config.retry_backoff_first,
          .retry_backoff_max = config.retry_backoff_max};
}

HttpLimits http_limits_of(const Config& config) {
  HttpLimits limits;
  limits.header_bytes_max = static_cast<std::size_t>(config.header_bytes_max);
  limits.header_count_max = static_cast<std::size_t>(config.header_count_max);
  limits.body_bytes_max = static_cast<std::size_t>(config.body_bytes_max);
  limits.tls_handshake_timeout = config.tls_handshake_timeout;
  limits.header_timeout = config.header_timeout;
  limits.body_timeout = config.body_timeout;
  limits.idle_timeout = config.idle_timeout;
  limits.write_timeout = config.write_timeout;
  limits.linger_timeout = config.linger_timeout;
  limits.connections_max = static_cast<std::size_t>(config.connections_max);
  limits.requests_in_flight_max = static_cast<std::size_t>(config.requests_in_flight_max);
  return limits;
}

ApiLimits api_limits_of(const Config& config) {
  ApiLimits limits;
  limits.event_streams_max = static_cast<std::size_t>(config.event_streams_max);
  limits.event_streams_service_max = static_cast<std::size_t>(config.event_streams_service_max);
  limits.event_heartbeat = config.event_heartbeat;
  limits.webhooks_max = static_cast<std::size_t>(config.webhooks_max);
  limits.rotation_overlap_max = config.webhook_rotation_overlap;
  return limits;
}

HttpClientOptions client_options_of(const Config& config) {
  HttpClientOptions options;
  options.connections_max = static_cast<std::size_t>(config.client_connections_max);
  options.waiting_max = static_cast<std::size_t>(config.client_waiting_max);
  options.wait_timeout = config.client_wait_timeout;
  options.connect_timeout = config.client_connect_timeout;
  options.tls_timeout = config.client_tls_timeout;
  options.write_timeout = config.client_write_timeout;
  options.read_timeout = config.client_read_timeout;
  options.idle_timeout = config.client_idle_timeout;
  options.response_header_bytes_max =
      static_cast<std::size_t>(config.client_response_header_bytes_max);
  options.response_bytes_max = static_cast<std::size_t>(config.client_response_bytes_max);
  options.ca_file = config.client_ca_file;
  options.user_agent = "bauta/" + std::string(version());
  return options;
}

EndpointCallerOptions endpoint_options_of(const Config& config, AddressGuard guard) {
  EndpointCallerOptions options{.http = client_options_of(config),
                                .retry_after_max = config.webhook_retry_after_max};
  // Each webhook has a limit of its own, and none is to wait for another that leads to the same host.
  options.http.connections_max = kConnectionsToAHost;
  options.http.connect_timeout = config.webhook_connect_timeout;
  options.http.tls_timeout = config.webhook_connect_timeout;
  options.http.wait_timeout = config.webhook_answer_timeout;
  options.http.write_timeout = config.webhook_answer_timeout;
  options.http.read_timeout = config.webhook_answer_timeout;
  options.http.response_bytes_max = static_cast<std::size_t>(config.webhook_answer_bytes_max);
  options.http.guard = std::move(guard);
  options.http.lookups =
      std::make_shared<NameLookups>(static_cast<unsigned>(config.webhook_lookups_max));
  return options;
}

WebhookLimits webhook_limits_of(const Config& config) {
  return {.in_flight_max = static_cast<std::size_t>(config.webhook_in_flight_max),
          .open_events_max = static_cast<std::size_t>(config.webhook_open_events_max),
          .attempts_kept_max = static_cast<std::size_t>(config.webhook_attempts_kept_max),
          .retry_backoff_first = config.webhook_retry_backoff_first,
          .retry_backoff_max = config.webhook_retry_backoff_max,
          .give_up = config.webhook_give_up};
}

std::vector<ConnectionOptions> connections_of(const Config& config) {
  std::vector<ConnectionOptions> connections;
  connections.reserve(config.connections.size());
  for (const auto& connection : config.connections) {
    connections.push_back({.name = connection.name,
                           .type = connection.type,
                           .token = connection.token,
                           .api_url = connection.api_url,
                           .account_sid = connection.account_sid,
                           .auth_token = connection.auth_token,
                           .rate_per_second = connection.rate_per_second});
  }
  return connections;
}

Task<Result<FirstKey>> create_key(Accounts& accounts, TimePoint now, Random& random) {
  BAUTA_CO_TRY(const auto service,
               co_await accounts.ensure_account_with_service("default", "default", now, random));
  ApiKey key;
  key.account = service.account;
  key.scopes = all_scopes();
  key.label = "first";
  key.created_at = now;
  BAUTA_CO_TRY(auto made, co_await accounts.create_key(std::move(key), random));
  co_return FirstKey{.secret = std::move(made.secret)};
}

}  // namespace

struct RelayServer::Parts {
  explicit Parts(Config configuration)
      : config(std::move(configuration)),
        metrics(version(), revision()),
        threads(static_cast<unsigned>(config.threads)),
        webhook_threads(static_cast<unsigned>(config.webhook_threads)) {}

  Status open(RelayServerOptions options);
  Status open_carriers();
  Status start_lanes();
  Status open_endpoints();
  void start_webhooks();
  Status listen();
  void watch();
  void stop();
  static Task<void> keep_counting(Parts& parts, std::shared_ptr<std::atomic<bool>> stopping);
  static Task<void> keep_working(Parts& parts, std::shared_ptr<std::atomic<bool>> stopping);
  static Task<void> keep_sweeping(Parts& parts, std::shared_ptr<std::atomic<bool>> stopping);
  void report_failure(const Error& error);

  Config config;
  SystemClock clock;
  metrics::Instruments metrics;
  /// Timers and sockets of everything below live in its loops; what was still under way is destroyed with them, and only counts.
  IoThreads threads;
  /// Endpoints that platforms name, which may be slow, many or hostile: no text waits for them.
  IoThreads webhook_threads;
  /// Metrics and health, which must answer when the loops above have more to do than they can.
  IoThreads admin_thread{1};
  /// Walks over the whole store, which take half a minute when it is large: of the processor they get little when others want it.
  IoThreads walk_thread{1};
  std::unique_ptr<OpenStore> store;
  std::optional<RelayParts> relay_parts;
  std::unique_ptr<Relay> relay;
  std::unique_ptr<Receipts> receipts;
  std::unique_ptr<Desk> desk;
  std::optional<FirstKey> made_key;

  std::vector<std::unique_ptr<HttpClient>> clients;
  HttpClients all_clients;
  std::unique_ptr<CarrierSet> carriers;
  std::vector<std::unique_ptr<LaneDriver>> drivers;
  AddressGuard guard;
  std::unique_ptr<EndpointCaller> endpoints;
  std::vector<std::unique_ptr<WebhookDriver>> webhook_drivers;
  std::unique_ptr<HttpServer> public_server;
  std::unique_ptr<HttpServer> admin_server;

  std::atomic<bool> draining = false;
  std::atomic<bool> failed = false;
  std::mutex failure_mutex;
  std::optional<Error> failure;
  std::function<void(const Error&)> end_process;
  bool sweeps = true;
  bool works = true;
  /// Shared with the coroutines that count and sweep, which may end after this.
  std::shared_ptr<std::atomic<bool>> stopping = std::make_shared<std::atomic<bool>>(false);
};

void RelayServer::Parts::report_failure(const Error& error) {
  log::error("the store can promise nothing any more code={} detail={}", error.code, error.detail);
  const std::lock_guard lock(failure_mutex);
  failure = error;
  failed = true;
  if (end_process) end_process(error);
}

Status RelayServer::Parts::open(RelayServerOptions options) {
  BAUTA_TRY(store, OpenStore::open(config, options.accept_loss, clock, metrics,
                                   [this](const Error& error) { report_failure(error); }));
  relay_parts.emplace(RelayParts{.store = store->store(),
                                 .index_key = store->index_key(),
                                 .clock = clock,
                                 .random = store->random(),
                                 .metrics = metrics,
                                 .limits = limits_of(config)});
  threads.run();
  webhook_threads.run();
  admin_thread.run();
  walk_thread.run();
  BAUTA_CHECK(open_carriers());
  relay = std::make_unique<Relay>(*relay_parts);
  receipts = std::make_unique<Receipts>(*relay_parts);
  desk = std::make_unique<Desk>(*relay_parts,
                                [this](std::string_view name) { return carriers->has(name); });
  if (options.make_key) {
    BAUTA_TRY(made_key, wait_for(threads.executor(0),
                                 create_key(desk->accounts(), clock.now(), store->random())));
  }
  BAUTA_CHECK(open_endpoints());
  BAUTA_CHECK(start_lanes());
  BAUTA_CHECK(listen());
  start_webhooks();
  watch();
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

Status RelayServer::Parts::start_lanes() {
  for (unsigned i = 0; i < threads.count(); ++i) {
    drivers.push_back(std::make_unique<LaneDriver>(
        threads.executor(i),
        LaneDriverOptions{.owner = i,
                          .owners = threads.count(),
                          .in_flight_max = static_cast<std::size_t>(config.lanes_in_flight_max),
                          .look_interval = config.log_look},
        *relay_parts, *carriers));
    BAUTA_CHECK(wait_for(threads.executor(i), drivers.back()->start()));
  }
  return {};
}

Status RelayServer::Parts::open_endpoints() {
  BAUTA_TRY(guard, AddressGuard::make(config.webhook_allow_private));
  std::vector<Executor> executors;
  for (unsigned i = 0; i < webhook_threads.count(); ++i)
    executors.push_back(webhook_threads.executor(i));
  BAUTA_TRY(endpoints, EndpointCaller::make(executors, endpoint_options_of(config, guard), clock));
  return {};
}

void RelayServer::Parts::start_webhooks() {
  for (unsigned i = 0; i < webhook_threads.count(); ++i) {
    webhook_drivers.push_back(
        std::make_unique<WebhookDriver>(webhook_threads.executor(i),
                                        WebhookDriverOptions{.owner = i,
                                                             .owners = webhook_threads.count(),
                                                             .limits = webhook_limits_of(config),
                                                             .look_interval = config.log_look},
                                        WebhookParts{.store = store->store(),
                                                     .webhooks = desk->webhooks(),
                                                     .accounts = desk->accounts(),
                                                     .clock = clock,
                                                     .random = store->random(),
                                                     .metrics = metrics,
                                                     .endpoints = *endpoints}));
    asio::post(webhook_threads.executor(i),
               [driver = webhook_drivers.back().get()] { driver->start(); });
  }
}

Status RelayServer::Parts::listen() {
  Router admin;
  mount_admin(admin, metrics,
              {{.name = "store",
                .failing = [this]() -> std::optional<std::string> {
                  if (failed)
                    return "the store can promise nothing any more; the process is about to end";
                  return std::nullopt;
                }},
               {.name = "disk",
                .failing = [this]() -> std::optional<std::string> {
                  if (store->is_full())
                    return "the store's disk is full: texts are refused until there is space";
                  return std::nullopt;
                }},
               {.name = "drain",
                .failing = [this]() -> std::optional<std::string> {
                  if (draining) return "the relay is about to stop";
                  return std::nullopt;
                }}},
              Secret::take(config.admin_key));
  BAUTA_TRY(admin_server, HttpServer::start(admin_thread,
                                            {.name = "admin",
                                             .listen = config.admin_listen,
                                             .public_url = config.public_url,
                                             .limits = http_limits_of(config),
                                             .tls = admin_tls_of(config)},
                                            std::move(admin), metrics));
  Router router;
  mount_api(router, *desk, clock, store->random(), {.port = *endpoints, .guard = guard},
            api_limits_of(config));
  mount_carrier_routes(
      router, *carriers,
      {.accept = [this](InboundMessage mo) { return relay->accept(std::move(mo)); },
       .apply = [this](DeliveryReceipt receipt) { return receipts->apply(std::move(receipt)); }},
      metrics);
  BAUTA_TRY(public_server, HttpServer::start(threads,
                                             {.name = "public",
                                              .listen = config.public_listen,
                                              .public_url = config.public_url,
                                              .limits = http_limits_of(config),
                                              .tls = public_tls_of(config)},
                                             std::move(router), metrics));
  return {};
}

void RelayServer::Parts::watch() {
  const auto executor = walk_thread.executor(0);
  // Linux: of the thread that calls, not of the process.
  asio::post(executor, [] { (void)::setpriority(PRIO_PROCESS, 0, kLessUrgent); });
  asio::co_spawn(executor, keep_counting(*this, stopping), asio::detached);
  asio::co_spawn(executor, keep_sweeping(*this, stopping), asio::detached);
  asio::co_spawn(executor, keep_working(*this, stopping), asio::detached);
}

Task<void> RelayServer::Parts::keep_counting(Parts& parts,
                                             std::shared_ptr<std::atomic<bool>> stopping) {
  asio::steady_timer timer(parts.walk_thread.executor(0));
  while (!*stopping) {
    // Also where nobody commits or asks whether we are ready.
    static_cast<void>(parts.store->is_full());
    if (const auto ended = co_await parts.desk->end_unconfirmed(); !ended)
      log::warn("texts without receipt not ended code={}", ended.error().code);
    if (const auto counted = co_await parts.desk->census(); !counted)
      log::warn("census failed code={}", counted.error().code);
    timer.expires_after(parts.config.census);
    co_await timer.async_wait(asio::use_awaitable_t<Executor>());
  }
}

Task<void> RelayServer::Parts::keep_sweeping(Parts& parts,
                                             std::shared_ptr<std::atomic<bool>> stopping) {
  asio::steady_timer timer(parts.walk_thread.executor(0));
  while (!*stopping) {
    // A store in trouble is said once a trouble, not once a second.
    const auto swept = co_await parts.desk->sweep();
    if (!swept && parts.sweeps) log::warn("sweep failed code={}", swept.error().code);
    parts.sweeps = swept.has_value();
    timer.expires_after(parts.config.sweep);
    co_await timer.async_wait(asio::use_awaitable_t<Executor>());
  }
}

/// Jobs that are longer than a call: what a crash interrupted goes on here.
Task<void> RelayServer::Parts::keep_working(Parts& parts,
                                            std::shared_ptr<std::atomic<bool>> stopping) {
  asio::steady_timer timer(parts.walk_thread.executor(0));
  while (!*stopping) {
    const auto steps = co_await parts.desk->work();
    if (!steps && parts.works) log::warn("jobs do not go on code={}", steps.error().code);
    parts.works = steps.has_value();
    // Others on this thread have their turn between two steps.
    timer.expires_after(steps.value_or(0) > 0 ? std::chrono::milliseconds(1)
                                              : std::chrono::milliseconds(parts.config.sweep));
    co_await timer.async_wait(asio::use_awaitable_t<Executor>());
  }
}

void RelayServer::Parts::stop() {
  *stopping = true;
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
  HttpServer& public_server = *parts_->public_server;
  HttpServer& admin_server = *parts_->admin_server;
  if (!config) {
    public_server.reload_refused();
    admin_server.reload_refused();
    return;
  }
  // Each logs and counts what becomes of it: neither waits for the other.
  static_cast<void>(public_server.reload_certificate(public_tls_of(*config)));
  static_cast<void>(admin_server.reload_certificate(admin_tls_of(*config)));
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
  for (unsigned i = 0; i < parts.threads.count(); ++i) {
    cut_off += wait_for(parts.threads.executor(i), parts.drivers[i]->drain(rest()));
  }
  // Last of all, so that they hear of what the others still did.
  for (unsigned i = 0; i < parts.webhook_threads.count(); ++i) {
    cut_off += wait_for(parts.webhook_threads.executor(i), parts.webhook_drivers[i]->drain(rest()));
  }
  wait_for(parts.threads.executor(0), parts.admin_server->drain(kCloseConnections));
  parts.stop();
  parts.store->close();
  return cut_off;
}

Result<FirstKey> make_first_key(const Config& config) {
  SystemClock clock;
  metrics::Instruments metrics(version(), revision());
  BAUTA_TRY(const auto store, OpenStore::open(config, false, clock, metrics, [](const Error&) {}));
  Accounts accounts(store->store(), store->index_key());
  auto key = run_here(create_key(accounts, clock.now(), store->random()));
  store->close();
  return key;
}

}  // namespace bauta
