#include "tests/bench/serving.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace bauta::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

using Answer = std::function<ServedAnswer(const ServedRequest&)>;

asio::awaitable<void> converse(tcp::socket socket, Answer& answer) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    ServedRequest request;
    const auto [unread, octets_in] = co_await http::async_read(socket, buffer, request, kTuple);
    if (unread) co_return;
    auto served = answer(request);
    if (served.delay > std::chrono::milliseconds::zero()) {
      asio::steady_timer timer(socket.get_executor(), served.delay);
      co_await timer.async_wait(kTuple);
    }
    http::response<http::string_body> response(http::int_to_status(served.status), 11);
    if (!served.body.empty()) response.set(http::field::content_type, "application/json");
    response.keep_alive(request.keep_alive());
    response.body() = std::move(served.body);
    if (served.status != 204) response.prepare_payload();
    const auto [unwritten, octets_out] = co_await http::async_write(socket, response, kTuple);
    if (unwritten || !response.keep_alive()) co_return;
  }
}

asio::awaitable<void> accept(tcp::acceptor acceptor, Answer& answer) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(kTuple);
    if (error) std::abort();
    socket.set_option(tcp::no_delay(true));
    const auto executor = socket.get_executor();
    asio::co_spawn(executor, converse(std::move(socket), answer), asio::detached);
  }
}

tcp::acceptor listen(asio::io_context& loop, const tcp::endpoint& endpoint) {
  using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  tcp::acceptor acceptor(loop);
  acceptor.open(endpoint.protocol());
  acceptor.set_option(ReusePort(true));
  acceptor.bind(endpoint);
  acceptor.listen(4096);
  return acceptor;
}

}  // namespace

void serve(unsigned threads, Answer answer) {
  tcp::endpoint endpoint(asio::ip::address_v4::loopback(), 0);
  std::vector<std::unique_ptr<asio::io_context>> loops;
  for (unsigned i = 0; i < threads; ++i) {
    loops.push_back(std::make_unique<asio::io_context>(1));
    auto acceptor = listen(*loops.back(), endpoint);
    endpoint = acceptor.local_endpoint();
    asio::co_spawn(*loops.back(), accept(std::move(acceptor), answer), asio::detached);
  }
  fmt::print("listening {}:{}\n", endpoint.address().to_string(), endpoint.port());
  (void)std::fflush(stdout);
  std::vector<std::jthread> running;
  for (auto& loop : loops) running.emplace_back([&loop] { loop->run(); });
  for (auto& thread : running) thread.join();
  std::abort();  // acceptors never end
}

}  // namespace bauta::bench
