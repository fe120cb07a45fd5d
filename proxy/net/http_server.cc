#include "proxy/net/http_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <exception>
#include <optional>
#include <typeinfo>
#include <unordered_set>
#include <utility>
#include <vector>

#include "proxy/config/log.h"
#include "proxy/net/http_head.h"
#include "proxy/net/http_rejections.h"
#include "proxy/net/listening.h"
#include "proxy/net/server_stream.h"
#include "storage/store/assert.h"

namespace bauta {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;
using Parser = http::request_parser<http::string_body>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// What is read of a body at once.
constexpr std::size_t kReadOctets = 65'536;
/// What an idle connection holds.
constexpr std::size_t kFirstReadOctets = 4'096;
/// Connections beyond the limit are told so, but no more than these at once a thread; others are just closed.
constexpr std::size_t kTurnedAwayMax = 64;
/// After a failed accept (no file descriptor is left): a pause, so that the loop doesn't spin.
constexpr std::chrono::milliseconds kAcceptPause{100};
/// For handlers that were cancelled at the end of a drain to unwind.
constexpr std::chrono::milliseconds kUnwindTimeout{500};
constexpr std::string_view kUnmatched = "unmatched";

/// What arrives from outside is logged under a name from this list only.
std::string_view known_method(std::string_view method) {
  for (const std::string_view known :
       {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    if (known == method) return known;
  }
  return "other";
}

std::optional<std::uint64_t> content_length_of(const Parser& parser) {
  const auto length = parser.content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

struct Connection : std::enable_shared_from_this<Connection> {
  Connection(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls, std::string from)
      : stream(std::move(socket), std::move(tls)), peer(std::move(from)) {}

  void close() {
    cut_off.emit(asio::cancellation_type::terminal);
    stream.close();
  }

  ServerStream stream;
  const std::string peer;
  asio::cancellation_signal cut_off;
  /// Waits for a request of which nothing has come yet.
  bool is_idle = false;
  /// From a complete request to the end of its answer.
  bool is_answering = false;
  /// The body that is being sent, if it is made meanwhile.
  std::shared_ptr<HttpStream> streaming = {};
};

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
  std::unordered_set<Connection*> connections;
  std::size_t turned_away = 0;
  asio::steady_timer* emptied = nullptr;
  RequestIds request_ids;
  DateHeader date;
};

void cut_off_all(ThreadState& thread) {
  // What is cut off may leave the set at once.
  std::vector<std::shared_ptr<Connection>> connections;
  connections.reserve(thread.connections.size());
  for (Connection* connection : thread.connections)
    connections.push_back(connection->shared_from_this());
  for (const auto& connection : connections) connection->close();
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
 public:
  Impl(HttpServerOptions options, Router router, metrics::Instruments& metrics)
      : options_(std::move(options)),
        limits_(options_.limits),
        rejections_(limits_, options_.public_url),
        router_(std::move(router)),
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
  /// One request, as far as its answer and the records of it need it.
  struct Exchange {
    std::string request_id;
    std::string method = {};
    std::string_view route = kUnmatched;
    bool keep_alive = false;
    bool is_http_1_0 = false;
    steady_clock::time_point began = steady_clock::now();
  };
  enum class Next : std::uint8_t { another_request, close, close_gently };
  class Registration;

  static Task<> accept(std::shared_ptr<Impl> self, std::size_t index, tcp::acceptor acceptor);
  static Task<> serve(std::shared_ptr<Impl> self, ThreadState& thread,
                      std::shared_ptr<Connection> connection,
                      std::unique_ptr<Registration> registration);
  static Task<> turn_away(std::shared_ptr<Impl> self, ThreadState& thread,
                          std::shared_ptr<Connection> connection);
  static Task<std::size_t> drain_thread(std::shared_ptr<Impl> self, std::size_t index,
                                        std::chrono::milliseconds deadline);

  void admit(ThreadState& thread, tcp::socket socket);
  Task<bool> shake_hands(Connection& connection);
  Task<bool> wait_for_request(Connection& connection, beast::flat_buffer& buffer);
  Task<Next> serve_request(ThreadState& thread, Connection& connection, beast::flat_buffer& buffer);
  Task<Next> reject_head(ThreadState& thread, Connection& connection, Exchange exchange,
                         error_code error);
  Task<error_code> read_body(Connection& connection, beast::flat_buffer& buffer, Parser& parser,
                             std::size_t octets_max);
  Task<HttpResponse> answer(const HttpHandler* handler, HttpRequest request);
  Task<Next> send(ThreadState& thread, Connection& connection, Exchange exchange,
                  HttpResponse response, bool was_read_to_its_end);
  Task<bool> write(ThreadState& thread, Connection& connection, Exchange& exchange,
                   HttpResponse& response);
  Task<> write_stream(Connection& connection, bool is_http_1_0, std::shared_ptr<HttpStream> body);
  static Task<> watch_peer(std::shared_ptr<Connection> connection,
                           std::shared_ptr<HttpStream> body);
  Task<> close_gently(Connection& connection);

  HttpRequest request_of(const Parser& parser, const Connection& connection,
                         const std::string& request_id) const;
  bool is_overloaded() const {
    return in_flight_.load(std::memory_order_relaxed) >= limits_.requests_in_flight_max;
  }

  const HttpServerOptions options_;
  const HttpLimits& limits_;
  const HttpRejections rejections_;
  const Router router_;
  /// Null: plain.
  std::unique_ptr<TlsListening> tls_;
  metrics::Instruments& metrics_;
  tcp::endpoint endpoint_;
  std::vector<std::unique_ptr<ThreadState>> threads_;
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<std::size_t> in_flight_ = 0;
  std::atomic<bool> draining_ = false;
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
               std::shared_ptr<Connection> connection)
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
  std::shared_ptr<Connection> connection_;
};

Task<> HttpServer::Impl::accept(std::shared_ptr<Impl> self, std::size_t index,
                                tcp::acceptor acceptor) {
  ThreadState& thread = *self->threads_[index];
  const Lent lent(thread.acceptor, acceptor);
  while (!self->draining_) {
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
  auto connection = std::make_shared<Connection>(
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
                                   std::shared_ptr<Connection> connection) {
  ++thread.turned_away;
  Exchange exchange{.request_id = thread.request_ids.next()};
  auto response = self->rejections_.overloaded(exchange.request_id);
  if (co_await self->write(thread, *connection, exchange, response))
    co_await self->close_gently(*connection);
  --thread.turned_away;
}

Task<> HttpServer::Impl::serve(std::shared_ptr<Impl> self, ThreadState& thread,
                               std::shared_ptr<Connection> connection,
                               std::unique_ptr<Registration> registration) {
  beast::flat_buffer buffer(self->limits_.header_bytes_max + kReadOctets);
  Next next = co_await self->shake_hands(*connection) ? Next::another_request : Next::close;
  while (next == Next::another_request) {
    if (buffer.size() == 0 && !co_await self->wait_for_request(*connection, buffer)) break;
    next = co_await self->serve_request(thread, *connection, buffer);
  }
  if (next == Next::close_gently) co_await self->close_gently(*connection);
  registration.reset();
}

/// True once requests may come.
Task<bool> HttpServer::Impl::shake_hands(Connection& connection) {
  if (!connection.stream.has_tls()) co_return true;
  connection.stream.expires_after(limits_.tls_handshake_timeout);
  const auto error = co_await connection.stream.shake_hands();
  if (!error) co_return true;
  metrics_.http_rejected(options_.name,
                         error == beast::error::timeout ? "tls_handshake_timeout" : "tls_failed");
  co_return false;
}

/// True once the first octets of a request are there.
Task<bool> HttpServer::Impl::wait_for_request(Connection& connection, beast::flat_buffer& buffer) {
  if (draining_) co_return false;
  connection.stream.expires_after(limits_.idle_timeout);
  connection.is_idle = true;
  const auto [error, octets] =
      co_await connection.stream.async_read_some(buffer.prepare(kFirstReadOctets), kTuple);
  connection.is_idle = false;
  buffer.commit(octets);
  co_return !error;
}

Task<HttpServer::Impl::Next> HttpServer::Impl::serve_request(ThreadState& thread,
                                                             Connection& connection,
                                                             beast::flat_buffer& buffer) {
  Exchange exchange{.request_id = thread.request_ids.next()};
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
  parser.body_limit(boost::none);  // ours to judge, by the route
  connection.stream.expires_after(limits_.header_timeout);
  const auto [head_error, head_octets] =
      co_await http::async_read_header(connection.stream, buffer, parser, kTuple);
  if (head_error)
    co_return co_await reject_head(thread, connection, std::move(exchange), head_error);

  auto request = request_of(parser, connection, exchange.request_id);
  auto outcome = router_.find(request.method, request.path);
  exchange.method = request.method;
  exchange.keep_alive = parser.keep_alive();
  exchange.is_http_1_0 = parser.get().version() == 10;
  exchange.began = steady_clock::now();
  auto* const match = std::get_if<Router::Match>(&outcome);
  if (match != nullptr) exchange.route = match->pattern;
  auto rejection = rejections_.of_head(
      request, {.is_http_1_0 = exchange.is_http_1_0, .content_length = content_length_of(parser)},
      outcome);
  if (!rejection && is_overloaded()) rejection = rejections_.overloaded(exchange.request_id);
  if (rejection) {
    co_return co_await send(thread, connection, std::move(exchange), *std::move(rejection),
                            parser.is_done());
  }

  if (!parser.is_done()) {
    const auto octets_max = rejections_.body_limit_of(match->options);
    const auto error = co_await read_body(connection, buffer, parser, octets_max);
    if (error == http::error::body_limit) {
      auto response = rejections_.body_too_large(exchange.request_id, octets_max);
      co_return co_await send(thread, connection, std::move(exchange), std::move(response), false);
    }
    if (error.category() == http::make_error_code(http::error::bad_chunk).category() &&
        error != http::error::partial_message) {
      auto response =
          rejections_.malformed("the body is not what its head announces", exchange.request_id);
      co_return co_await send(thread, connection, std::move(exchange), std::move(response), false);
    }
    if (error == beast::error::timeout) metrics_.http_rejected(options_.name, "body_timeout");
    if (error) co_return Next::close;
    request.body = std::move(parser.get().body());
  }
  if (is_overloaded()) {
    auto response = rejections_.overloaded(exchange.request_id);
    co_return co_await send(thread, connection, std::move(exchange), std::move(response), true);
  }
  request.route = match->pattern;
  request.path_parameters = std::move(match->parameters);
  connection.is_answering = true;
  auto response = co_await answer(match->handler, std::move(request));
  const auto next =
      co_await send(thread, connection, std::move(exchange), std::move(response), true);
  connection.is_answering = false;
  co_return next;
}

/// What came is not the head of a request, or none came at all.
Task<HttpServer::Impl::Next> HttpServer::Impl::reject_head(ThreadState& thread,
                                                           Connection& connection,
                                                           Exchange exchange, error_code error) {
  if (error == beast::error::timeout) metrics_.http_rejected(options_.name, "header_timeout");
  const bool is_protocol_error =
      error.category() == http::make_error_code(http::error::bad_method).category();
  if (!is_protocol_error || error == http::error::end_of_stream ||
      error == http::error::partial_message)
    co_return Next::close;
  const bool is_too_large =
      error == http::error::header_limit || error == http::error::buffer_overflow;
  metrics_.http_rejected(options_.name, is_too_large ? "too_large" : "malformed");
  auto response = is_too_large
                      ? rejections_.head_too_large(exchange.request_id)
                      : rejections_.malformed("this is no HTTP/1.1 request", exchange.request_id);
  co_return co_await write(thread, connection, exchange, response) ? Next::close_gently
                                                                   : Next::close;
}

HttpRequest HttpServer::Impl::request_of(const Parser& parser, const Connection& connection,
                                         const std::string& request_id) const {
  const auto& message = parser.get();
  HttpRequest request{.method = std::string(message.method_string()),
                      .target = std::string(message.target()),
                      .request_id = request_id,
                      .public_url = options_.public_url};
  std::string_view rest = request.target;
  if (rest.starts_with("http://") ||
      rest.starts_with("https://")) {  // absolute-form (RFC 9112, 3.2.2)
    const auto path = rest.find('/', rest.find("://") + 3);
    rest = path == std::string_view::npos ? "/" : rest.substr(path);
  }
  const auto question = rest.find('?');
  request.path = rest.substr(0, question);
  if (question != std::string_view::npos) request.query = rest.substr(question + 1);
  for (const auto& field : message)
    request.headers.add(std::string(field.name_string()), std::string(field.value()));
  request.peer = connection.peer;
  return request;
}

Task<error_code> HttpServer::Impl::read_body(Connection& connection, beast::flat_buffer& buffer,
                                             Parser& parser, std::size_t octets_max) {
  parser.body_limit(octets_max);
  connection.stream.expires_after(limits_.body_timeout);
  // The one who waits for it has sent nothing yet.
  if (buffer.size() == 0 && parser.get().version() == 11 &&
      parser.get().find(http::field::expect) != parser.get().end()) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [error, octets] =
        co_await asio::async_write(connection.stream, asio::buffer(kContinue), kTuple);
    if (error) co_return error;
  }
  const auto [error, octets] = co_await http::async_read(connection.stream, buffer, parser, kTuple);
  co_return error;
}

Task<HttpResponse> HttpServer::Impl::answer(const HttpHandler* handler, HttpRequest request) {
  struct InFlight {
    std::atomic<std::size_t>& count;
    explicit InFlight(std::atomic<std::size_t>& counter) : count(counter) { ++count; }
    ~InFlight() { --count; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
  };
  const InFlight in_flight(in_flight_);
  const std::string request_id = request.request_id;
  const std::string_view route = request.route;
  std::string_view kind;
  try {
    co_return co_await (*handler)(std::move(request));
  } catch (const std::exception& exception) {
    kind = typeid(exception).name();  // never what(): it may quote its input
  } catch (...) {
    kind = "unknown";
  }
  if (draining_) {
    log::warn("handler cut off listener={} route={} request={}", options_.name, route, request_id);
  } else {
    log::error("handler failed listener={} route={} request={} kind={}", options_.name, route,
               request_id, kind);
  }
  co_return rejections_.internal(request_id);
}

/// Sends an answer, and keeps the records of it.
Task<HttpServer::Impl::Next> HttpServer::Impl::send(ThreadState& thread, Connection& connection,
                                                    Exchange exchange, HttpResponse response,
                                                    bool was_read_to_its_end) {
  exchange.keep_alive =
      exchange.keep_alive && was_read_to_its_end && !draining_ && response.stream == nullptr;
  const bool was_written = co_await write(thread, connection, exchange, response);
  const auto took = steady_clock::now() - exchange.began;
  metrics_.http_request(options_.name, exchange.route, exchange.method, response.status, took);
  log::debug("http listener={} method={} route={} status={} took_us={} request={}", options_.name,
             known_method(exchange.method), exchange.route, response.status,
             std::chrono::duration_cast<std::chrono::microseconds>(took).count(),
             exchange.request_id);
  if (!was_written) co_return Next::close;
  if (response.stream != nullptr && exchange.method != "HEAD") {
    co_await write_stream(connection, exchange.is_http_1_0, std::move(response.stream));
    co_return Next::close;
  }
  co_return exchange.keep_alive ? Next::another_request : Next::close_gently;
}

Task<bool> HttpServer::Impl::write(ThreadState& thread, Connection& connection, Exchange& exchange,
                                   HttpResponse& response) {
  const bool has_body =
      exchange.method != "HEAD" && response.status != 204 && response.status != 304;
  const auto head = render_head(response, exchange.request_id, thread.date.value(),
                                exchange.keep_alive, exchange.is_http_1_0);
  const std::array<asio::const_buffer, 2> buffers = {
      asio::buffer(head), has_body ? asio::buffer(response.body) : asio::const_buffer()};
  connection.stream.expires_after(limits_.write_timeout);
  const auto [error, octets] = co_await asio::async_write(connection.stream, buffers, kTuple);
  co_return !error;
}

/// Until the body ends, or the peer: then the connection is closed.
Task<> HttpServer::Impl::write_stream(Connection& connection, bool is_http_1_0,
                                      std::shared_ptr<HttpStream> body) {
  connection.streaming = body;
  if (draining_) body->end();
  // Without a time: a peer that listens has nothing to say.
  connection.stream.expires_never();
  asio::co_spawn(connection.stream.get_executor(), watch_peer(connection.shared_from_this(), body),
                 asio::detached);
  bool has_ended = false;
  while (!has_ended) {
    std::optional<std::string> octets;
    try {
      octets = co_await body->next();
    } catch (const std::exception& exception) {
      log::error("stream failed listener={} kind={}", options_.name, typeid(exception).name());
      break;  // without the last chunk: the peer sees that it is not whole
    }
    has_ended = !octets.has_value();
    std::string chunk = has_ended ? "" : *std::move(octets);
    if (!is_http_1_0) chunk = as_chunk(chunk);
    if (chunk.empty()) break;
    connection.stream.expires_after(limits_.write_timeout);
    const auto [error, written] =
        co_await asio::async_write(connection.stream, asio::buffer(chunk), kTuple);
    if (error == beast::error::timeout) metrics_.http_rejected(options_.name, "write_timeout");
    if (error) break;
  }
  connection.streaming.reset();
  // Ends the watch, too.
  connection.stream.close();
}

/// A body that nobody reads any more is not waited for.
Task<> HttpServer::Impl::watch_peer(std::shared_ptr<Connection> connection,
                                    std::shared_ptr<HttpStream> body) {
  std::array<char, 512> ignored{};
  for (;;) {
    const auto [error, octets] =
        co_await connection->stream.async_read_some(asio::buffer(ignored), kTuple);
    if (error) break;
  }
  body->end();
}

Task<> HttpServer::Impl::close_gently(Connection& connection) {
  connection.stream.expires_after(limits_.linger_timeout);
  co_await connection.stream.close_gently();
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
  draining_ = true;
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
  for (Connection* connection : thread.connections) {
    if (connection->is_idle) connection->stream.close();
    if (connection->streaming != nullptr) connection->streaming->end();
  }
  asio::steady_timer emptied(thread.executor, deadline);
  const Lent lent(thread.emptied, emptied);
  if (!thread.connections.empty()) co_await emptied.async_wait(kTuple);
  const auto cut_off = std::ranges::count_if(thread.connections, &Connection::is_answering);
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
  self->draining_ = true;
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
