#include "proxy/net/listening.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

namespace bauta {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

}  // namespace

Result<tcp::endpoint> parse_listen(const std::string& listen) {
  const auto bad = [&] {
    return fail("http.listen_failed",
                "\"" + listen + "\" is no address and port, as 127.0.0.1:8080 or [::1]:8080");
  };
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return bad();
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.contains(':')) {
    return bad();
  }
  std::uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  const auto [stop, code] = std::from_chars(listen.data() + colon + 1, end, port);
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error || code != std::errc() || stop != end) return bad();
  return tcp::endpoint(address, port);
}

std::string show(const tcp::endpoint& endpoint) {
  const auto host = endpoint.address().to_string();
  return fmt::format("{}:{}", endpoint.address().is_v6() ? "[" + host + "]" : host,
                     endpoint.port());
}

Result<tcp::acceptor> listen_on(const Executor& executor, const tcp::endpoint& endpoint,
                                bool shared) {
  tcp::acceptor acceptor(executor);
  error_code error;
  const auto failed = [&] {
    return fail("http.listen_failed",
                "cannot listen on " + show(endpoint) + ": " + error.message());
  };
  if (acceptor.open(endpoint.protocol(), error)) return failed();
  if (acceptor.set_option(tcp::acceptor::reuse_address(true), error)) return failed();
  if (shared && acceptor.set_option(ReusePort(true), error)) return failed();
  if (acceptor.bind(endpoint, error)) return failed();
  if (shared && acceptor.listen(asio::socket_base::max_listen_connections, error)) return failed();
  return acceptor;
}

}  // namespace bauta
