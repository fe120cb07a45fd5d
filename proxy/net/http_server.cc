#include "proxy/net/http_server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "proxy/config/log.h"
#include "proxy/net/http_connection.h"
#include "proxy/net/http_exchanges.h"
#include "proxy/net/listening.h"

namespace bauta {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// Connections beyond the limit are told so, but no more than these at once a thread; others are just closed.
constexpr std::size_t kTurnedAwayMax = 64;
/// After a failed accept (no file descriptor is left): a pause, so that the loop doesn't spin.
constexpr std::chrono::milliseconds kAcceptPause{100};
/// For handlers that were cancelled at the end of a drain to unwind.
constexpr std::chrono::milliseconds kUnwindTimeout{500};

/// Lends what lives in a coroutine's frame to who needs to reach it, for as long as it lives.
template <class T>
class Lent {
 public:
  Lent(T*& place, T& object) : place_(place) { place_ = &object; }
  ~Lent() { place_ = nullptr; }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

 private:
  T*& place_;
};

/// What belongs to one thread, and is touched on that thread only.  Owns no socket and no timer: these live in the frames of
/// their own event loop's coroutines, so that this may be destroyed after the loop.
struct ThreadState {
  explicit ThreadState(Executor on) : executor(std::move(on)) {}

  Executor executor;
  tcp::acceptor* acceptor = nullptr;
  std::unordered_set<HttpConnection*> connections;
  std::size_t turned_away = 0;
  asio::steady_timer* emptied = nullptr;
  HttpExchanges::Tools tools;
};

void cut_off_all(ThreadState& thread) {
  // What is cut off may leave the set at once.
  std::vector<std::shared_ptr<HttpConnection>> connections;
  connections.reserve(thread.connections.size());
  for (HttpConnection* connection : thread.connections)
    connections.push_back(connection->shared_from_this());
  for (const auto& connection : connections) connection->close();
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
 public:
  Impl(HttpServerOptions options, Router router, metrics::Instruments& metrics)
      : options_(std::move(options)),
        limits_(options_.limits),
        exchanges_(options_, std::move(router), metrics),
        metrics_(metrics) {}

  Status listen(IoThreads& threads);
  Result<PreparedCertificate> prepare_certificate(const std::optional<TlsFiles>& files) const;
  void take_certificate(PreparedCertificate certificate);
  Status reload_certificate(const std::optional<TlsFiles>& files);
  void reload_refused();
  void close();
  static Task<std::size_t> drain(std::shared_ptr<Impl> self, std::chrono::milliseconds deadline);

  tcp::endpoint endpoint() const { return endpoint_; }

 private:
  class Registration;

  static Task<> accept(std::shared_ptr<Impl> self, std::size_t index, tcp::acceptor acceptor);
  static Task<> serve(std::shared_ptr<Impl> self, ThreadState& thread,
                      std::shared_ptr<HttpConnection> connection,
                      std::unique_ptr<Registration> registration);
  static Task<> turn_away(std::shared_ptr<Impl> self, ThreadState& thread,
                          std::shared_ptr<HttpConnection> connection);
  static Task<std::size_t> drain_thread(std::shared_ptr<Impl> self, std::size_t index,
                                        std::chrono::milliseconds deadline);

  void admit(ThreadState& thread, tcp::socket socket);

  const HttpServerOptions options_;
  const HttpLimits& limits_;
  HttpExchanges exchanges_;
  /// Null: plain.
  std::unique_ptr<TlsListening> tls_;
  metrics::Instruments& metrics_;
  tcp::endpoint endpoint_;
  std::vector<std::unique_ptr<ThreadState>> threads_;
  std::atomic<std::size_t> connections_ = 0;
};

Status HttpServer::Impl::listen(IoThreads& threads) {
  if (options_.tls) {
    BAUTA_TRY(tls_, TlsListening::open(options_.name, *options_.tls, metrics_));
  }
  BAUTA_TRY(endpoint_, parse_listen(options_.listen));
  // With SO_REUSEPORT a second server would silently take half of the first one's connections: a socket without it finds out.
  if (endpoint_.port() != 0) BAUTA_CHECK(listen_on(threads.executor(0), endpoint_, false));
  std::vector<tcp::acceptor> acceptors;
  for (unsigned i = 0; i < threads.count(); ++i) {
    BAUTA_TRY(auto acceptor, listen_on(threads.executor(i), endpoint_, true));
    endpoint_ =
        acceptor.local_endpoint();  // with the port that the first one was given, if any would do
    acceptors.push_back(std::move(acceptor));
    threads_.push_back(std::make_unique<ThreadState>(threads.executor(i)));
  }
  for (std::size_t i = 0; i < acceptors.size(); ++i) {
    asio::co_spawn(threads_[i]->executor, accept(shared_from_this(), i, std::move(acceptors[i])),
                   asio::detached);
  }
  return {};
}

/// A connection is among its thread's from the moment it is accepted to the end of its coroutine.
class HttpServer::Impl::Registration {
 public:
  Registration(std::shared_ptr<Impl> server, ThreadState& thread,
               std::shared_ptr<HttpConnection> connection)
      : server_(std::move(server)), thread_(thread), connection_(std::move(connection)) {
    server_->connections_.fetch_add(1);
    server_->metrics_.http_connections_changed(server_->options_.name, 1);
    thread_.connections.insert(connection_.get());
  }
  ~Registration() {
    thread_.connections.erase(connection_.get());
    if (thread_.connections.empty() && thread_.emptied != nullptr) thread_.emptied->cancel();
    server_->metrics_.http_connections_changed(server_->options_.name, -1);
    server_->connections_.fetch_sub(1);
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::shared_ptr<Impl> server_;
  ThreadState& thread_;
  std::shared_ptr<HttpConnection> connection_;
};

Task<> HttpServer::Impl::accept(std::shared_ptr<Impl> self, std::size_t index,
                                tcp::acceptor acceptor) {
  ThreadState& thread = *self->threads_[index];
  const Lent lent(thread.acceptor, acceptor);
  while (!self->exchanges_.is_draining()) {
    auto [error, socket] = co_await acceptor.async_accept(kTuple);
    if (!error) {
      self->admit(thread, std::move(socket));
    } else if (acceptor.is_open()) {
      log::warn("accept failed listener={} error={}", self->options_.name, error.message());
      asio::steady_timer pause(thread.executor, kAcceptPause);
      co_await pause.async_wait(kTuple);
    }
  }
}

void HttpServer::Impl::admit(ThreadState& thread, tcp::socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error || socket.set_option(tcp::no_delay(true), error)) return;  // gone already
  // Shared by its coroutine and the coroutine's end.
  auto connection = std::make_shared<HttpConnection>(
      std::move(socket), tls_ ? tls_->context() : nullptr, peer.address().to_string());
  const auto spawn = [&](Task<> task) {
    asio::co_spawn(thread.executor, std::move(task),
                   asio::bind_cancellation_slot(connection->cut_off.slot(),
                                                [connection](const std::exception_ptr&) {}));
  };
  if (connections_ < limits_.connections_max) {
    auto registration = std::make_unique<Registration>(shared_from_this(), thread, connection);
    spawn(serve(shared_from_this(), thread, connection, std::move(registration)));
    return;
  }
  metrics_.http_rejected(options_.name, "overloaded");
  if (!connection->stream.has_tls() && thread.turned_away < kTurnedAwayMax)
    spawn(turn_away(shared_from_this(), thread, connection));
}

Task<> HttpServer::Impl::turn_away(std::shared_ptr<Impl> self, ThreadState& thread,
                                   std::shared_ptr<HttpConnection> connection) {
  ++thread.turned_away;
  co_await self->exchanges_.turn_away(*connection, thread.tools);
  --thread.turned_away;
}

Task<> HttpServer::Impl::serve(std::shared_ptr<Impl> self, ThreadState& thread,
                               std::shared_ptr<HttpConnection> connection,
                               std::unique_ptr<Registration> registration) {
  co_await self->exchanges_.serve(*connection, thread.tools);
  registration.reset();
}

Result<PreparedCertificate> HttpServer::Impl::prepare_certificate(
    const std::optional<TlsFiles>& files) const {
  if (!tls_ && !files) return PreparedCertificate();
  auto prepared = tls_ && files
                      ? tls_->prepare(*files)
                      : Result<PreparedCertificate>(fail(
                            "tls.needs_restart",
                            "[" + options_.name +
                                "] tls_certificate_file: TLS is turned on and off by a restart"));
  if (!prepared) {
    log::error(
        "certificate not reloaded, the one of before is still shown listener={} code={} detail={}",
        options_.name, prepared.error().code, prepared.error().detail);
  }
  return prepared;
}

void HttpServer::Impl::take_certificate(PreparedCertificate certificate) {
  if (!tls_ || !certificate) return;
  tls_->take(std::move(certificate));
  metrics_.tls_reload(options_.name, "reloaded");
  log::info("certificate reloaded listener={}", options_.name);
}

Status HttpServer::Impl::reload_certificate(const std::optional<TlsFiles>& files) {
  auto prepared = prepare_certificate(files);
  if (!prepared) {
    reload_refused();
    return std::unexpected(std::move(prepared.error()));
  }
  take_certificate(*std::move(prepared));
  return {};
}

void HttpServer::Impl::reload_refused() {
  if (tls_) metrics_.tls_reload(options_.name, "refused");
}

void HttpServer::Impl::close() {
  exchanges_.drain();
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asio::post(threads_[i]->executor, [self = shared_from_this(), i] {
      ThreadState& thread = *self->threads_[i];
      if (thread.acceptor != nullptr) thread.acceptor->close();
      cut_off_all(thread);
    });
  }
}

Task<std::size_t> HttpServer::Impl::drain_thread(std::shared_ptr<Impl> self, std::size_t index,
                                                 std::chrono::milliseconds deadline) {
  ThreadState& thread = *self->threads_[index];
  if (thread.acceptor != nullptr) thread.acceptor->close();
  for (HttpConnection* connection : thread.connections) {
    if (connection->is_idle) connection->stream.close();
    if (connection->streaming != nullptr) connection->streaming->end();
  }
  asio::steady_timer emptied(thread.executor, deadline);
  const Lent lent(thread.emptied, emptied);
  if (!thread.connections.empty()) co_await emptied.async_wait(kTuple);
  const auto cut_off = std::ranges::count_if(thread.connections, &HttpConnection::is_answering);
  if (!thread.connections.empty()) {
    cut_off_all(thread);
    emptied.expires_after(kUnwindTimeout);
    co_await emptied.async_wait(kTuple);
  }
  co_return static_cast<std::size_t>(cut_off);
}

Task<std::size_t> HttpServer::Impl::drain(std::shared_ptr<Impl> self,
                                          std::chrono::milliseconds deadline) {
  struct Drained {  // shared by the threads' ends, which all come back to this executor
    std::size_t threads_left;
    std::size_t cut_off = 0;
    asio::steady_timer* all = nullptr;
  };
  self->exchanges_.drain();
  const Executor here = co_await asio::this_coro::executor;
  auto drained = std::make_shared<Drained>(self->threads_.size());
  asio::steady_timer all(here, deadline + 2 * kUnwindTimeout);
  const Lent lent(drained->all, all);
  for (std::size_t i = 0; i < self->threads_.size(); ++i) {
    asio::co_spawn(self->threads_[i]->executor, drain_thread(self, i, deadline),
                   [drained, here](const std::exception_ptr&, std::size_t cut_off) {
                     asio::post(here, [drained, cut_off] {
                       drained->cut_off += cut_off;
                       if (--drained->threads_left == 0 && drained->all != nullptr)
                         drained->all->cancel();
                     });
                   });
  }
  co_await all.async_wait(kTuple);
  co_return drained->cut_off;
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(IoThreads& threads, HttpServerOptions options,
                                                      Router router,
                                                      metrics::Instruments& metrics) {
  auto impl = std::make_shared<Impl>(std::move(options), std::move(router), metrics);
  BAUTA_CHECK(impl->listen(threads));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() {
  // Each coroutine holds a share: without one, there is nothing to close, and perhaps no event loop any more.
  if (impl_.use_count() > 1) impl_->close();
}

std::uint16_t HttpServer::port() const { return impl_->endpoint().port(); }
std::string HttpServer::address() const { return show(impl_->endpoint()); }
Result<PreparedCertificate> HttpServer::prepare_certificate(
    const std::optional<TlsFiles>& files) const {
  return impl_->prepare_certificate(files);
}
void HttpServer::take_certificate(PreparedCertificate certificate) {
  impl_->take_certificate(std::move(certificate));
}
Status HttpServer::reload_certificate(const std::optional<TlsFiles>& files) {
  return impl_->reload_certificate(files);
}
void HttpServer::reload_refused() { impl_->reload_refused(); }
Task<std::size_t> HttpServer::drain(std::chrono::milliseconds deadline) {
  return Impl::drain(impl_, deadline);
}

}  // namespace bauta
