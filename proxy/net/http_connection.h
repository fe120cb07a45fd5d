#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <utility>

#include "proxy/net/http.h"
#include "proxy/net/server_stream.h"

namespace bauta {

/// One that a server accepted, as long as its coroutine lives.  For one thread.
struct HttpConnection : std::enable_shared_from_this<HttpConnection> {
  HttpConnection(boost::asio::ip::tcp::socket socket,
                 std::shared_ptr<boost::asio::ssl::context> tls, std::string from)
      : stream(std::move(socket), std::move(tls)), peer(std::move(from)) {}

  /// At once, in the middle of whatever it is at.
  void close() {
    cut_off.emit(boost::asio::cancellation_type::terminal);
    stream.close();
  }

  ServerStream stream;
  const std::string peer;
  boost::asio::cancellation_signal cut_off;
  /// Waits for a request of which nothing has come yet.
  bool is_idle = false;
  /// From a complete request to the end of its answer.
  bool is_answering = false;
  /// The body that is being sent, if it is made meanwhile.
  std::shared_ptr<HttpStream> streaming = {};
};

}  // namespace bauta
