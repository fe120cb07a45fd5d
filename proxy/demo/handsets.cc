#include "proxy/demo/handsets.h"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "proxy/carriers/signing.h"
#include "proxy/config/log.h"
#include "proxy/demo/demo_page.h"
#include "proxy/demo/handsets_exchange.h"
#include "proxy/net/http_client.h"
#include "proxy/net/http_server.h"
#include "storage/store/assert.h"

namespace bauta {

struct Handsets::Parts {
  std::shared_ptr<HandsetsExchange> exchange;
  std::unique_ptr<DemoPage> page;
  std::unique_ptr<HttpServer> server;
};

Handsets::Handsets(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Handsets::~Handsets() = default;

std::uint16_t Handsets::port() const { return parts_->server->port(); }
std::string Handsets::address() const { return parts_->server->address(); }

void Handsets::on_stop(std::function<void()> stop) { parts_->exchange->on_stop = std::move(stop); }

Result<std::unique_ptr<Handsets>> Handsets::start(IoThreads& threads, HandsetsOptions options,
                                                  metrics::Instruments& metrics) {
  BAUTA_ASSERT(threads.count() == 1);
  if (options.secret.empty() || options.token.empty()) {
    return fail("config.bad_value",
                "handsets: the token and the secret of the connection are missing");
  }
  while (options.relay_url.ends_with('/')) options.relay_url.pop_back();
  const auto listen = options.listen;
  auto page_options = std::move(options.page);
  HttpClientOptions client_options;
  client_options.waiting_max = options.callbacks_waiting_max;
  client_options.user_agent = "bauta-handsets";
  BAUTA_TRY(auto client, HttpClient::make(threads.executor(0), std::move(client_options)));
  auto exchange = std::make_shared<HandsetsExchange>(threads.executor(0), std::move(options),
                                                     std::move(client));
  auto router = exchange->router();
  std::unique_ptr<DemoPage> page;
  if (page_options) {
    BAUTA_TRY(page,
              DemoPage::make(threads.executor(0), *std::move(page_options), exchange->for_page()));
    page->mount(router);
  }
  BAUTA_TRY(auto server,
            HttpServer::start(
                threads, {.name = "handsets", .listen = listen, .public_url = "http://" + listen},
                std::move(router), metrics));
  return std::unique_ptr<Handsets>(new Handsets(std::make_unique<Parts>(Parts{
      .exchange = std::move(exchange), .page = std::move(page), .server = std::move(server)})));
}

std::string handsets_mark(const HandsetsOptions& options) {
  return encode_hex(hmac_sha256(options.secret, "speaks for " + options.relay_url + " " +
                                                    options.connection + " " + options.token))
      .substr(0, 32);
}

int run_handsets(HandsetsOptions options) {
  const auto from_environment = [](std::string& value, const char* name) {
    const char* set = std::getenv(name);
    if (value.empty() && set != nullptr) value = set;
  };
  from_environment(options.token, "BAUTA_HANDSETS_TOKEN");
  from_environment(options.secret, "BAUTA_HANDSETS_SECRET");
  metrics::Instruments metrics("handsets", "");
  IoThreads threads(1);
  const auto started = Handsets::start(threads, options, metrics);
  if (!started) {
    std::fprintf(stderr, "bauta handsets: %s: %s\n", std::string(started.error().code).c_str(),
                 started.error().detail.c_str());
    return 1;
  }
  boost::asio::basic_signal_set<Executor> signals(threads.executor(0), SIGINT, SIGTERM);
  signals.async_wait([&threads](const boost::system::error_code& error, int) {
    if (!error) threads.stop();
  });
  (*started)->on_stop([&threads] { threads.stop(); });
  log::info("handsets listen={} relay={} connection={}", (*started)->address(), options.relay_url,
            options.connection);
  threads.run();
  threads.join();
  return 0;
}

}  // namespace bauta
