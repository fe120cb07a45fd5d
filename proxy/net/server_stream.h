#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "storage/store/task.h"

namespace bauta {

/// A server's end of a connection, over TLS or plain: who reads and writes HTTP sees one stream (AsyncReadStream and AsyncWriteStream).
/// Everything that waits, also within TLS, ends at the time that expires_after() last set, with beast::error::timeout.
/// For one thread; neither copied nor moved.
class ServerStream {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  /// `tls`: what to shake hands with, shared with the listener; null: plain.
  ServerStream(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls)
      : tcp_(std::move(socket)), context_(std::move(tls)) {
    if (context_ != nullptr) tls_.emplace(tcp_, *context_);
  }
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;

  executor_type get_executor() { return tcp_.get_executor(); }
  bool has_tls() const { return tls_.has_value(); }

  /// No time until the next expires_after(), which counts for what begins then, not for what waits already.
  void expires_never() { tcp_.expires_never(); }
  void expires_after(std::chrono::steady_clock::duration limit) { tcp_.expires_after(limit); }
  /// At once: without a goodbye, as a crash would.
  void close() { tcp_.close(); }

  /// Before anything else; nothing is to be done where there is no TLS.
  Task<boost::system::error_code> shake_hands();
  /// Nothing more is sent.  What the other end still sends is read and thrown away until it closes, or until the time is over: octets
  /// that were not read when a socket is closed reset the connection, and may take the last answer with them.
  Task<> close_gently();

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_read_some(buffers, std::forward<Token>(token));
    return tcp_.async_read_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_write_some(buffers, std::forward<Token>(token));
    return tcp_.async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  boost::beast::tcp_stream tcp_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace bauta
