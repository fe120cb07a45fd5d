#include "proxy/net/http_dialer.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "proxy/net/name_lookups.h"

namespace bauta {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// As the guard writes them: IPv4 within IPv6.
AddressOctets octets_of(const asio::ip::address& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  return asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes();
}
asio::ip::address address_of(const AddressOctets& octets) {
  const asio::ip::address_v6 address(octets);
  if (address.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, address);
  return address;
}

}  // namespace

HttpNotSent not_sent(std::string_view code, std::string detail) {
  return {.error = {.code = code, .detail = std::move(detail)}};
}

Status HttpDialer::load_certificates() {
  error_code error;
  constexpr auto kOptions = ssl::context::default_workarounds | ssl::context::no_sslv2 |
                            ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                            ssl::context::no_tlsv1_1;
  if (tls_.set_options(kOptions, error) || tls_.set_verify_mode(ssl::verify_peer, error) ||
      tls_.set_default_verify_paths(error)) {
    return fail("http.ca_file_unreadable",
                "the system's certificates cannot be used: " + error.message());
  }
  if (options_.ca_file.empty()) return {};
  if (tls_.load_verify_file(options_.ca_file, error)) {
    return fail("http.ca_file_unreadable",
                options_.ca_file + " holds no certificates in PEM: " + error.message());
  }
  return {};
}

/// The name's addresses.  A lookup that is stuck is left to itself at the deadline: the system's resolver cannot be stopped.
Task<Result<std::vector<tcp::endpoint>>> HttpDialer::resolve(OutgoingRequest& request) {
  error_code error;
  const auto address = asio::ip::make_address(request.url.host, error);
  if (!error) co_return std::vector<tcp::endpoint>{tcp::endpoint(address, request.url.port)};

  struct Lookup {  // shared with the resolver's handler, which may come after us
    bool is_done = false;
    std::string why_not;
    std::vector<tcp::endpoint> endpoints;
    asio::steady_timer* waiting = nullptr;
  };
  auto lookup = std::make_shared<Lookup>();
  std::unique_ptr<NameLookups::Waiting> waiting;
  tcp::resolver resolver(executor_);
  if (options_.lookups != nullptr) {
    waiting =
        options_.lookups->look_up(request.url.host, executor_,
                                  [lookup, port = request.url.port](const FoundAddresses& found) {
                                    lookup->is_done = true;
                                    lookup->why_not = found.error;
                                    for (const auto& octets : found.addresses)
                                      lookup->endpoints.emplace_back(address_of(octets), port);
                                    if (lookup->waiting != nullptr) lookup->waiting->cancel();
                                  });
  } else {
    resolver.async_resolve(request.url.host, std::to_string(request.url.port),
                           tcp::resolver::numeric_service,
                           [lookup](error_code result, const tcp::resolver::results_type& found) {
                             lookup->is_done = true;
                             if (result) lookup->why_not = result.message();
                             for (const auto& entry : found)
                               lookup->endpoints.push_back(entry.endpoint());
                             if (lookup->waiting != nullptr) lookup->waiting->cancel();
                           });
  }
  asio::steady_timer timer(executor_, request.within(options_.connect_timeout));
  lookup->waiting = &timer;
  co_await timer.async_wait(kTuple);
  lookup->waiting = nullptr;
  if (!lookup->is_done)
    co_return fail("http.connect_timeout",
                   "the name " + request.url.host + " was not resolved in time");
  if (!lookup->why_not.empty())
    co_return fail("http.resolve_failed",
                   "the name " + request.url.host + " cannot be resolved: " + lookup->why_not);
  co_return std::move(lookup->endpoints);
}

Task<HttpDialer::Opened> HttpDialer::open(OutgoingRequest& request) {
  auto link = std::make_unique<HttpLink>();
  if (request.url.is_https) {
    link->tls.emplace(PlainStream(executor_), tls_);
  } else {
    link->plain.emplace(executor_);
  }
  const LinksInUse::Use use(in_use_, *link);
  if (auto refusal = co_await connect(*link, request)) co_return *std::move(refusal);
  if (request.url.is_https) {
    if (auto refusal = co_await shake_hands(*link, request)) co_return *std::move(refusal);
  }
  co_return std::move(link);
}

Task<std::optional<HttpNotSent>> HttpDialer::connect(HttpLink& link, OutgoingRequest& request) {
  const auto until = request.within(options_.connect_timeout);
  auto endpoints = co_await resolve(request);
  if (!endpoints) co_return HttpNotSent{.error = std::move(endpoints).error()};
  if (options_.guard) {
    std::erase_if(*endpoints, [&](const tcp::endpoint& endpoint) {
      return !options_.guard->allows(octets_of(endpoint.address()), request.url.is_https);
    });
    if (endpoints->empty()) {
      co_return not_sent("http.address_refused", request.url.host +
                                                     " has no address that may be connected to" +
                                                     (request.url.is_https ? "" : " without TLS"));
    }
  }
  error_code error = asio::error::host_not_found;
  for (std::size_t i = 0; i < endpoints->size() && error && !in_use_.is_closed(); ++i) {
    // An address that swallows everything leaves the others their share of the time.
    const auto now = steady_clock::now();
    const auto share = (until - now) / static_cast<long>(endpoints->size() - i);
    link.socket().expires_at(now + std::max(share, steady_clock::duration::zero()));
    error = std::get<0>(co_await link.socket().async_connect((*endpoints)[i], kTuple));
  }
  if (in_use_.is_closed()) co_return not_sent("http.closed", "the client is closed");
  if (error == beast::error::timeout)
    co_return not_sent("http.connect_timeout", request.url.host + " was not reached in time");
  if (error || link.socket().socket().set_option(tcp::no_delay(true), error)) {
    co_return not_sent("http.connect_failed",
                       request.url.host + " cannot be reached: " + error.message());
  }
  co_return std::nullopt;
}

Task<std::optional<HttpNotSent>> HttpDialer::shake_hands(HttpLink& link, OutgoingRequest& request) {
  const auto failed = [&](const std::string& why) {
    return not_sent("http.tls_failed", "no TLS with " + request.url.host + ": " + why);
  };
  TlsStream& tls = *link.tls;
  error_code error;
  asio::ip::make_address(request.url.host, error);
  const bool is_name = static_cast<bool>(error);
  if (is_name && SSL_set_tlsext_host_name(tls.native_handle(), request.url.host.c_str()) != 1)
    co_return failed("the name is no name");
  if (tls.set_verify_callback(ssl::host_name_verification(request.url.host), error))
    co_return failed(error.message());
  tls.next_layer().expires_at(request.within(options_.tls_timeout));
  error = std::get<0>(co_await tls.async_handshake(ssl::stream_base::client, kTuple));
  if (in_use_.is_closed()) co_return not_sent("http.closed", "the client is closed");
  if (error == beast::error::timeout)
    co_return not_sent("http.tls_timeout", request.url.host + " did not finish TLS in time");
  if (const auto verdict = SSL_get_verify_result(tls.native_handle());
      error && verdict != X509_V_OK) {
    co_return failed(X509_verify_cert_error_string(verdict));
  }
  if (error) co_return failed(error.message());
  co_return std::nullopt;
}

}  // namespace bauta
