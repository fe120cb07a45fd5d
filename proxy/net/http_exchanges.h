#pragma once

#include <atomic>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "metrics/instruments/instruments.h"
#include "proxy/net/http_connection.h"
#include "proxy/net/http_head.h"
#include "proxy/net/http_rejections.h"
#include "proxy/net/http_server.h"
#include "proxy/net/router.h"

namespace bauta {

/// The requests on a server's connections: reads them within the limits, asks the handler of their route, sends the answers.  Shared by all
/// threads; a connection, and the tools of its thread, are touched on that thread only.
class HttpExchanges {
 public:
  /// What belongs to one thread.
  struct Tools {
    RequestIds request_ids = {};
    DateHeader date = {};
  };

  /// `options` and `metrics` outlive it.
  HttpExchanges(const HttpServerOptions& options, Router router, metrics::Instruments& metrics);

  /// One request after another, until the connection's end.  Both outlive the task.
  Task<> serve(HttpConnection& connection, Tools& tools);
  /// Tells a connection that there are too many.  Both outlive the task.
  Task<> turn_away(HttpConnection& connection, Tools& tools);
  /// From now on each answer is the last on its connection.
  void drain() { draining_ = true; }
  bool is_draining() const { return draining_; }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using ErrorCode = boost::system::error_code;

  /// One request, as far as its answer and the records of it need it.
  struct Exchange {
    std::string request_id;
    std::string method = {};
    std::string_view route = "unmatched";
    bool keep_alive = false;
    bool is_http_1_0 = false;
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  };
  enum class Next : std::uint8_t { another_request, close, close_gently };

  Task<bool> shake_hands(HttpConnection& connection);
  Task<bool> wait_for_request(HttpConnection& connection, boost::beast::flat_buffer& buffer);
  Task<Next> serve_request(Tools& tools, HttpConnection& connection,
                           boost::beast::flat_buffer& buffer);
  Task<Next> reject_head(Tools& tools, HttpConnection& connection, Exchange exchange,
                         ErrorCode error);
  Task<ErrorCode> read_body(HttpConnection& connection, boost::beast::flat_buffer& buffer,
                            Parser& parser, std::size_t octets_max);
  Task<HttpResponse> answer(const HttpHandler* handler, HttpRequest request);
  Task<Next> send(Tools& tools, HttpConnection& connection, Exchange exchange,
                  HttpResponse response, bool was_read_to_its_end);
  Task<bool> write(Tools& tools, HttpConnection& connection, Exchange& exchange,
                   HttpResponse& response);
  Task<> write_stream(HttpConnection& connection, bool is_http_1_0,
                      std::shared_ptr<HttpStream> body);
  Task<> close_gently(HttpConnection& connection);

  HttpRequest request_of(const Parser& parser, const HttpConnection& connection,
                         const std::string& request_id) const;
  bool is_overloaded() const {
    return in_flight_.load(std::memory_order_relaxed) >= limits_.requests_in_flight_max;
  }

  const HttpServerOptions& options_;
  const HttpLimits& limits_;
  const HttpRejections rejections_;
  const Router router_;
  metrics::Instruments& metrics_;
  std::atomic<std::size_t> in_flight_ = 0;
  std::atomic<bool> draining_ = false;
};

}  // namespace bauta
