#include "proxy/net/event_source.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "proxy/net/url.h"
#include "storage/store/task.h"

namespace bauta {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr unsigned kOk = 200;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable_t<Executor>());

using Plain = beast::basic_stream<asio::ip::tcp, Executor>;
using Tls = asio::ssl::stream<Plain>;

/// A stream of events while it is read.
struct Reading {
  const EventSourceOptions& options;
  Url url;
  EventStreamEnd end;
  const std::function<bool(const SentEvent&)>& take;

  void lost(std::string_view code, const error_code& error) {
    end.error = {.code = code, .detail = url.host + ": " + error.message()};
  }
};

/// As octets: Beast's own way of writing a request takes the compiler half a minute for each kind of stream.
std::string request_of(const Reading& reading) {
  std::string request = "GET " + reading.url.target + " HTTP/1.1\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    request.append(name).append(": ").append(value).append("\r\n");
  };
  add("Host", reading.url.authority());
  add("Accept", "text/event-stream");
  for (const auto& [name, value] : reading.options.headers.fields()) add(name, value);
  if (!reading.end.last_id.empty()) add("Last-Event-ID", reading.end.last_id);
  return request + "\r\n";
}

/// False: nothing more is to be read.
bool hand_on(Reading& reading, EventStreamReader& reader, std::string_view octets) {
  for (const auto& event : reader.read(octets)) {
    reading.end.last_id = event.id;
    if (reading.take(event)) continue;
    reading.end.is_over = true;
    return false;
  }
  if (!reader.last_id().empty()) reading.end.last_id = reader.last_id();
  if (reader.retry()) reading.end.retry = *reader.retry();
  if (reader.octets_held() <= reading.options.event_octets_max) return true;
  reading.end.error = {.code = "http.answer_too_large", .detail = "an event has no end"};
  return false;
}

/// `stream` speaks over `plain`, which keeps the time.
template <class Stream>
Task<void> converse(Stream* stream, Plain* plain, Reading* reading) {
  const auto request = request_of(*reading);
  plain->expires_after(reading->options.connect_timeout);
  const auto [unsent, written] = co_await asio::async_write(*stream, asio::buffer(request), kTuple);
  if (unsent) {
    reading->lost("http.connection_lost", unsent);
    co_return;
  }
  beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(boost::none);
  if (const auto [error, count] = co_await http::async_read_header(*stream, buffer, parser, kTuple);
      error) {
    reading->lost("http.connection_lost", error);
    co_return;
  }
  reading->end.status = parser.get().result_int();
  if (reading->end.status != kOk ||
      !parser.get()[http::field::content_type].starts_with("text/event-stream"))
    co_return;
  EventStreamReader reader;
  std::array<char, 8192> octets{};
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = octets.data();
    body.size = octets.size();
    plain->expires_after(reading->options.silence_max);
    // Not async_read(): that waits until the buffer is full.
    const auto [error, count] = co_await http::async_read_some(*stream, buffer, parser, kTuple);
    if (error && error != http::error::need_buffer) {
      reading->lost("http.connection_lost", error);
      co_return;
    }
    if (!hand_on(*reading, reader, {octets.data(), octets.size() - body.size})) co_return;
  }
}

bool prepare(asio::ssl::context& context, Reading& reading) {
  error_code error;
  if (!context.set_verify_mode(asio::ssl::verify_peer, error) &&
      !context.set_default_verify_paths(error))
    return true;
  reading.lost("http.tls_failed", error);
  return false;
}

/// False: `reading` says why.
Task<bool> shake_hands(Tls* tls, Reading* reading) {
  error_code error;
  if (SSL_set_tlsext_host_name(tls->native_handle(), reading->url.host.c_str()) != 1 ||
      tls->set_verify_callback(asio::ssl::host_name_verification(reading->url.host), error)) {
    reading->lost("http.tls_failed", error);
    co_return false;
  }
  const auto [refused] = co_await tls->async_handshake(asio::ssl::stream_base::client, kTuple);
  if (refused) reading->lost("http.tls_failed", refused);
  co_return !refused;
}

Task<void> connect_and_converse(Reading* reading) {
  const Executor executor = co_await asio::this_coro::executor;
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(executor);
  const auto [unresolved, places] =
      co_await resolver.async_resolve(reading->url.host, std::to_string(reading->url.port), kTuple);
  if (unresolved) {
    reading->lost("http.resolve_failed", unresolved);
    co_return;
  }
  asio::ssl::context context(asio::ssl::context::tls_client);
  if (!prepare(context, *reading)) co_return;
  Tls tls(Plain(executor), context);
  Plain& plain = tls.next_layer();
  plain.expires_after(reading->options.connect_timeout);
  if (const auto [error, place] = co_await plain.async_connect(places, kTuple); error) {
    reading->lost("http.connect_failed", error);
    co_return;
  }
  if (!reading->url.is_https) {
    co_await converse(&plain, &plain, reading);
  } else if (co_await shake_hands(&tls, reading)) {
    co_await converse(&tls, &plain, reading);
  }
}

}  // namespace

EventStreamEnd follow_events(const EventSourceOptions& options, const std::string& last_id,
                             const std::function<bool(const SentEvent&)>& take) {
  auto url = parse_url(options.url);
  if (!url) return {.error = std::move(url).error(), .last_id = last_id};
  Reading reading{
      .options = options, .url = *std::move(url), .end = {.last_id = last_id}, .take = take};
  asio::io_context loop(1);
  asio::co_spawn(loop, connect_and_converse(&reading), asio::detached);
  loop.run();
  return reading.end;
}

}  // namespace bauta
