#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "proxy/carriers/carrier_routes.h"
#include "proxy/net/http_client.h"

namespace bauta {

/// Runs a coroutine to its end on `loop`.
template <class T>
T run_on(boost::asio::io_context& loop, Task<T> task) {
  std::optional<T> result;
  std::exception_ptr thrown;
  boost::asio::co_spawn(loop.get_executor(), std::move(task),
                        [&](std::exception_ptr error, T value) {
                          thrown = error;
                          result.emplace(std::move(value));
                        });
  loop.restart();
  while (!result) loop.run_one();  // idle connections stay
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*result);
}

struct FixedClock final : Clock {
  TimePoint at = from_millis(1'764'000'000'000);
  TimePoint now() const override { return at; }
  TimePoint now(ServiceId /*service*/) const override { return at; }
};

/// Connections behind their routes, with a relay that writes down what it is given.
struct CallbackBench {
  boost::asio::io_context loop;
  FixedClock clock;
  metrics::Instruments metrics{"test", "test"};
  HttpClients clients;
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<CarrierSet> carriers;
  Router router;
  std::vector<InboundMessage> accepted;
  std::vector<DeliveryReceipt> applied;
  /// Fails this call of accept or apply, counted from 1.
  int fails_at = 0;
  int calls = 0;

  explicit CallbackBench(std::vector<ConnectionOptions> connections,
                         std::string public_url = "https://relay.example.com") {
    HttpClientOptions options;
    options.read_timeout = std::chrono::milliseconds{300};
    client = std::move(*HttpClient::make(loop.get_executor(), options));
    clients.add(loop.get_executor(), *client);
    auto made =
        CarrierSet::make(std::move(connections), http_carrier_types(),
                         {.clients = clients, .clock = clock, .public_url = std::move(public_url)});
    if (!made) throw std::runtime_error(made.error().detail);
    carriers = std::move(*made);
    mount_carrier_routes(router, *carriers,
                         {.accept = [this](InboundMessage mo) { return accept(std::move(mo)); },
                          .apply = [this](DeliveryReceipt dlr) { return apply(std::move(dlr)); }},
                         metrics);
  }
  ~CallbackBench() {
    client->close();
    loop.restart();
    loop.run();
  }

  Task<Result<InboundOutcome>> accept(InboundMessage mo) {
    if (++calls == fails_at) co_return fail("storage.overloaded", "not now");
    accepted.push_back(std::move(mo));
    co_return InboundOutcome::relayed;
  }
  Task<Result<ReceiptOutcome>> apply(DeliveryReceipt receipt) {
    if (++calls == fails_at) co_return fail("storage.overloaded", "not now");
    applied.push_back(std::move(receipt));
    co_return ReceiptOutcome::applied;
  }

  HttpResponse send(std::string method, std::string target, HttpHeaders headers = {},
                    std::string body = {}) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    const auto question = request.target.find('?');
    request.path = request.target.substr(0, question);
    if (question != std::string::npos) request.query = request.target.substr(question + 1);
    request.headers = std::move(headers);
    request.body = std::move(body);
    request.public_url = "https://relay.example.com";
    return run_on(loop, router.handle(std::move(request)));
  }

  /// The value of a series in the exposition; "" if there is none.
  std::string metric(const std::string& series) const {
    const auto text = metrics.expose();
    const auto at = text.find(series + " ");
    if (at == std::string::npos) return "";
    const auto value = at + series.size() + 1;
    return text.substr(value, text.find('\n', value) - value);
  }
};

}  // namespace bauta
