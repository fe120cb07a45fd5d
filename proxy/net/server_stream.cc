#include "proxy/net/server_stream.h"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bauta {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

Task<error_code> ServerStream::shake_hands() {
  if (!tls_) co_return error_code();
  const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, kTuple);
  co_return error;
}

Task<> ServerStream::close_gently() {
  if (tls_) {
    // As if the other end's goodbye had come: ours is sent, and theirs is not waited for, which may stand behind a long body.
    SSL_set_shutdown(tls_->native_handle(), SSL_RECEIVED_SHUTDOWN);
    co_await tls_->async_shutdown(kTuple);
  }
  error_code error;
  error = tcp_.socket().shutdown(tcp::socket::shutdown_send, error);
  std::array<char, 4096> discarded{};
  while (!error) {
    const auto [read_error, octets] =
        co_await tcp_.async_read_some(asio::buffer(discarded), kTuple);
    error = read_error;
  }
}

}  // namespace bauta
