#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "proxy/net/http_client.h"
#include "proxy/net/http_link.h"
#include "proxy/net/outgoing_request.h"

namespace bauta {

/// Makes a client's connections: looks the name up, connects to an address that the guard allows, shakes hands.  For one thread.
class HttpDialer {
 public:
  using Opened = std::variant<std::unique_ptr<HttpLink>, HttpNotSent>;

  /// `options` and `in_use` outlive it.
  HttpDialer(Executor executor, const HttpClientOptions& options, LinksInUse& in_use)
      : executor_(std::move(executor)),
        options_(options),
        in_use_(in_use),
        tls_(boost::asio::ssl::context::tls_client) {}

  /// Once, before open().  Codes: http.ca_file_unreadable.
  Status load_certificates();
  /// Within the request's time.  `request` outlives the task.
  Task<Opened> open(OutgoingRequest& request);

 private:
  Task<Result<std::vector<boost::asio::ip::tcp::endpoint>>> resolve(OutgoingRequest& request);
  Task<std::optional<HttpNotSent>> connect(HttpLink& link, OutgoingRequest& request);
  Task<std::optional<HttpNotSent>> shake_hands(HttpLink& link, OutgoingRequest& request);

  const Executor executor_;
  const HttpClientOptions& options_;
  LinksInUse& in_use_;
  boost::asio::ssl::context tls_;
};

HttpNotSent not_sent(std::string_view code, std::string detail);

}  // namespace bauta
