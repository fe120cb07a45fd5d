#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "metrics/instruments/instruments.h"
#include "proxy/net/http_server.h"
#include "tests/unit/proxy/net/peers/raw_peer.h"

namespace bauta {

inline constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

/// Handlers wait here until the test lets them go.
class Gate {
 public:
  Task<> pass() {
    ++waiting_;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (!open_) {
      timer.expires_after(std::chrono::milliseconds(1));
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
  }
  void open() { open_ = true; }
  void await_waiting(int count) const {
    while (waiting_ < count) std::this_thread::yield();
  }

 private:
  std::atomic<int> waiting_ = 0;
  std::atomic<bool> open_ = false;
};

inline Task<HttpResponse> hello(HttpRequest request) {
  co_return text_response(200, "hello from " + request.peer);
}
inline Task<HttpResponse> echo(HttpRequest request) {
  std::string text = request.target + "|" + request.path + "|" + request.query + "|" + request.body;
  for (const auto value : request.headers.find_all("x-two")) text += "|" + std::string(value);
  co_return text_response(200, std::move(text));
}
inline Task<HttpResponse> throws(HttpRequest) {
  throw std::runtime_error("the number is +12025550142");
  co_return HttpResponse{};
}
/// Gives its pieces at once, then waits for its end.
class Pieces final : public HttpStream {
 public:
  Pieces(std::vector<std::string> pieces, std::atomic<int>& ended, std::size_t times)
      : pieces_(std::move(pieces)), times_(times), ended_(ended) {}
  ~Pieces() override { ++ended_; }

  Task<std::optional<std::string>> next() override {
    if (at_ < times_ * pieces_.size()) co_return pieces_[at_++ % pieces_.size()];
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (!end_) {
      timer.expires_after(std::chrono::milliseconds(1));
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return std::nullopt;
  }
  void end() override { end_ = true; }

 private:
  std::vector<std::string> pieces_;
  std::size_t times_;
  std::size_t at_ = 0;
  bool end_ = false;
  std::atomic<int>& ended_;
};

inline Task<HttpResponse> stream_of(std::vector<std::string> pieces, std::atomic<int>& ended,
                                    std::size_t times = 1) {
  HttpResponse response{.status = 200, .headers = {{"Content-Type", "text/plain"}}};
  response.stream = std::make_shared<Pieces>(std::move(pieces), ended, times);
  co_return response;
}

inline Task<HttpResponse> nothing(HttpRequest) {
  co_return HttpResponse{.status = 204, .headers = {{"X-Bad", "a\r\nSet-Cookie: b"}}};
}

inline std::string octets(std::size_t count) {
  std::string text;
  text.resize(count, 'b');
  return text;
}

/// A server on a port of its own, with a route for each thing that a handler may do: answer, throw, stream, flood, or wait at the gate, which
/// opens at the latest when the test is over.
class HttpServerTest : public ::testing::Test {
 protected:
  void start(HttpLimits limits = {}, unsigned thread_count = 1) {
    Router router;
    router.add("GET", "/hello", hello);
    router.add("GET", "/echo/{id}", echo);
    router.add("POST", "/echo/{id}", echo);
    router.add("POST", "/small", echo, {.body_bytes_max = 4});
    router.add("GET", "/throws", throws);
    router.add("GET", "/nothing", nothing);
    router.add("GET", "/stream",
               [this](const HttpRequest&) { return stream_of({"one", "and two"}, ended); });
    router.add("GET", "/flood",
               [this](const HttpRequest&) { return stream_of({octets(65'536)}, ended, 100'000); });
    router.add("GET", "/gate",
               [this](HttpRequest request) { return wait_at(gate, std::move(request)); });
    threads = std::make_unique<IoThreads>(thread_count);
    auto started = HttpServer::start(*threads,
                                     {.name = "public",
                                      .listen = "127.0.0.1:0",
                                      .public_url = "https://relay.example.com",
                                      .limits = limits},
                                     std::move(router), metrics);
    ASSERT_TRUE(started) << started.error().detail;
    server = *std::move(started);
    threads->run();
  }
  ~HttpServerTest() override { gate.open(); }

  static Task<HttpResponse> wait_at(Gate& gate, HttpRequest) {
    co_await gate.pass();
    co_return text_response(200, "passed");
  }

  RawPeer connect() const { return RawPeer::connect_to(server->port()); }
  std::string ask(std::string_view request) const {
    auto peer = connect();
    peer.send(request);
    return peer.read_message();
  }
  std::future<std::size_t> drain(std::chrono::milliseconds deadline) {
    return boost::asio::co_spawn(caller.executor(0), server->drain(deadline),
                                 boost::asio::use_future);
  }
  std::string exposed() const { return metrics.expose(); }
  /// What a connection's end counts is seen a moment after its peer saw the end.
  void await_exposed(const std::string& line) const {
    const auto patience = std::chrono::steady_clock::now() + RawPeer::kPatience;
    while (!exposed().contains(line)) {
      ASSERT_LT(std::chrono::steady_clock::now(), patience) << line;
      std::this_thread::yield();
    }
  }

  void await_ended(int count) const {
    const auto patience = std::chrono::steady_clock::now() + RawPeer::kPatience;
    while (ended < count) {
      ASSERT_LT(std::chrono::steady_clock::now(), patience);
      std::this_thread::yield();
    }
  }

  metrics::Instruments metrics{"0", "0"};
  Gate gate;
  /// Streams that are no more.
  std::atomic<int> ended = 0;
  IoThreads caller{1};
  std::unique_ptr<IoThreads> threads;
  std::unique_ptr<HttpServer> server;
};

}  // namespace bauta
