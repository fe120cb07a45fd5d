#include "proxy/net/http_exchanges.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <exception>
#include <optional>
#include <typeinfo>
#include <utility>

#include "proxy/config/log.h"
#include "proxy/net/http_reading.h"

namespace bauta {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

using http_reading::kReadOctets;
using http_reading::kTuple;

/// What an idle connection holds.
constexpr std::size_t kFirstReadOctets = 4'096;

/// What arrives from outside is logged under a name from this list only.
std::string_view known_method(std::string_view method) {
  for (const std::string_view known :
       {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    if (known == method) return known;
  }
  return "other";
}

std::optional<std::uint64_t> content_length_of(const auto& parser) {
  const auto length = parser.content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

/// A body that nobody reads any more is not waited for.
Task<> watch_peer(std::shared_ptr<HttpConnection> connection, std::shared_ptr<HttpStream> body) {
  std::array<char, 512> ignored{};
  for (;;) {
    const auto [error, octets] =
        co_await connection->stream.async_read_some(asio::buffer(ignored), kTuple);
    if (error) break;
  }
  body->end();
}

}  // namespace

HttpExchanges::HttpExchanges(const HttpServerOptions& options, Router router,
                             metrics::Instruments& metrics)
    : options_(options),
      limits_(options_.limits),
      rejections_(limits_, options_.public_url),
      router_(std::move(router)),
      metrics_(metrics) {}

Task<> HttpExchanges::serve(HttpConnection& connection, Tools& tools) {
  beast::flat_buffer buffer(limits_.header_bytes_max + kReadOctets);
  Next next = co_await shake_hands(connection) ? Next::another_request : Next::close;
  while (next == Next::another_request) {
    if (buffer.size() == 0 && !co_await wait_for_request(connection, buffer)) break;
    next = co_await serve_request(tools, connection, buffer);
  }
  if (next == Next::close_gently) co_await close_gently(connection);
}

Task<> HttpExchanges::turn_away(HttpConnection& connection, Tools& tools) {
  Exchange exchange{.request_id = tools.request_ids.next()};
  auto response = rejections_.overloaded(exchange.request_id);
  if (co_await write(tools, connection, exchange, response)) co_await close_gently(connection);
}

/// True once requests may come.
Task<bool> HttpExchanges::shake_hands(HttpConnection& connection) {
  if (!connection.stream.has_tls()) co_return true;
  connection.stream.expires_after(limits_.tls_handshake_timeout);
  const auto error = co_await connection.stream.shake_hands();
  if (!error) co_return true;
  metrics_.http_rejected(options_.name,
                         error == beast::error::timeout ? "tls_handshake_timeout" : "tls_failed");
  co_return false;
}

/// True once the first octets of a request are there.
Task<bool> HttpExchanges::wait_for_request(HttpConnection& connection, beast::flat_buffer& buffer) {
  if (draining_) co_return false;
  connection.stream.expires_after(limits_.idle_timeout);
  connection.is_idle = true;
  const auto [error, octets] =
      co_await connection.stream.async_read_some(buffer.prepare(kFirstReadOctets), kTuple);
  connection.is_idle = false;
  buffer.commit(octets);
  co_return !error;
}

Task<HttpExchanges::Next> HttpExchanges::serve_request(Tools& tools, HttpConnection& connection,
                                                       beast::flat_buffer& buffer) {
  Exchange exchange{.request_id = tools.request_ids.next()};
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
  parser.body_limit(boost::none);  // ours to judge, by the route
  connection.stream.expires_after(limits_.header_timeout);
  const auto [head_error, head_octets] =
      co_await http::async_read_header(connection.stream, buffer, parser, kTuple);
  if (head_error)
    co_return co_await reject_head(tools, connection, std::move(exchange), head_error);

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
    co_return co_await send(tools, connection, std::move(exchange), *std::move(rejection),
                            parser.is_done());
  }

  if (!parser.is_done()) {
    const auto octets_max = rejections_.body_limit_of(match->options);
    const auto error = co_await read_body(connection, buffer, parser, octets_max);
    if (error == http::error::body_limit) {
      auto response = rejections_.body_too_large(exchange.request_id, octets_max);
      co_return co_await send(tools, connection, std::move(exchange), std::move(response), false);
    }
    if (error.category() == http::make_error_code(http::error::bad_chunk).category() &&
        error != http::error::partial_message) {
      auto response =
          rejections_.malformed("the body is not what its head announces", exchange.request_id);
      co_return co_await send(tools, connection, std::move(exchange), std::move(response), false);
    }
    if (error == beast::error::timeout) metrics_.http_rejected(options_.name, "body_timeout");
    if (error) co_return Next::close;
    request.body = std::move(parser.get().body());
  }
  if (is_overloaded()) {
    auto response = rejections_.overloaded(exchange.request_id);
    co_return co_await send(tools, connection, std::move(exchange), std::move(response), true);
  }
  request.route = match->pattern;
  request.path_parameters = std::move(match->parameters);
  connection.is_answering = true;
  auto response = co_await answer(match->handler, std::move(request));
  const auto next =
      co_await send(tools, connection, std::move(exchange), std::move(response), true);
  connection.is_answering = false;
  co_return next;
}

/// What came is not the head of a request, or none came at all.
Task<HttpExchanges::Next> HttpExchanges::reject_head(Tools& tools, HttpConnection& connection,
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
  co_return co_await write(tools, connection, exchange, response) ? Next::close_gently
                                                                  : Next::close;
}

HttpRequest HttpExchanges::request_of(const Parser& parser, const HttpConnection& connection,
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

Task<error_code> HttpExchanges::read_body(HttpConnection& connection, beast::flat_buffer& buffer,
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

Task<HttpResponse> HttpExchanges::answer(const HttpHandler* handler, HttpRequest request) {
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
Task<HttpExchanges::Next> HttpExchanges::send(Tools& tools, HttpConnection& connection,
                                              Exchange exchange, HttpResponse response,
                                              bool was_read_to_its_end) {
  exchange.keep_alive =
      exchange.keep_alive && was_read_to_its_end && !draining_ && response.stream == nullptr;
  const bool was_written = co_await write(tools, connection, exchange, response);
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

Task<bool> HttpExchanges::write(Tools& tools, HttpConnection& connection, Exchange& exchange,
                                HttpResponse& response) {
  const bool has_body =
      exchange.method != "HEAD" && response.status != 204 && response.status != 304;
  const auto head = render_head(response, exchange.request_id, tools.date.value(),
                                exchange.keep_alive, exchange.is_http_1_0);
  const std::array<asio::const_buffer, 2> buffers = {
      asio::buffer(head), has_body ? asio::buffer(response.body) : asio::const_buffer()};
  connection.stream.expires_after(limits_.write_timeout);
  const auto [error, octets] = co_await asio::async_write(connection.stream, buffers, kTuple);
  co_return !error;
}

/// Until the body ends, or the peer: then the connection is closed.
Task<> HttpExchanges::write_stream(HttpConnection& connection, bool is_http_1_0,
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

Task<> HttpExchanges::close_gently(HttpConnection& connection) {
  connection.stream.expires_after(limits_.linger_timeout);
  co_await connection.stream.close_gently();
}

}  // namespace bauta
