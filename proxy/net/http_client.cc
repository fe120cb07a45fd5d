#include "proxy/net/http_client.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <list>
#include <map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "proxy/net/name_lookups.h"
#include "proxy/net/url.h"

namespace bauta {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// What is read of a body at once.
constexpr std::size_t kReadOctets = 65'536;
/// 1xx answers before the real one.
constexpr int kInterimAnswersMax = 16;

/// Counts what the kernel took: the line between "not sent" and "unknown" (promises 3 and 4).  It counts below TLS, where the write of
/// a record may fail half-way, and is itself no limit to the rate.
class CountedOctets {
 public:
  std::uint64_t written() const { return written_; }

 private:
  friend class beast::rate_policy_access;
  static std::size_t available_read_bytes() { return std::numeric_limits<std::size_t>::max(); }
  static std::size_t available_write_bytes() { return std::numeric_limits<std::size_t>::max(); }
  void transfer_read_bytes(std::size_t) {}
  void transfer_write_bytes(std::size_t octets) { written_ += octets; }
  void on_timer() {}

  std::uint64_t written_ = 0;
};

using Plain = beast::basic_stream<tcp, Executor, CountedOctets>;
using Tls = ssl::stream<Plain>;

/// One connection to an origin.
struct Link {
  std::optional<Plain> plain;
  std::optional<Tls> tls;
  beast::flat_buffer buffer;
  steady_clock::time_point idle_since;

  Plain& socket() { return tls ? tls->next_layer() : *plain; }
  std::uint64_t written() { return socket().rate_policy().written(); }

  /// Nothing has come while it was idle, not even its end.  What came then is no answer to what will be asked.
  bool is_quiet() {
    char octet = 0;
    const auto count =
        ::recv(socket().socket().native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
};

/// Waits for a connection of its origin to be free.
struct Waiter {
  asio::steady_timer timer;
  bool is_granted = false;
};

struct Origin {
  std::size_t in_use = 0;
  std::list<Waiter*> waiters;
};

struct Request {
  Url url;
  bool is_head = false;
  std::string octets;
  steady_clock::time_point deadline;

  steady_clock::time_point within(std::chrono::milliseconds limit) const {
    return std::min(deadline, steady_clock::now() + limit);
  }
};

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_token(std::string_view text) {  // RFC 9110, 5.6.2
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

Result<Request> render(HttpCall call, const HttpClientOptions& options) {
  const auto bad = [](std::string why) { return fail("http.bad_call", std::move(why)); };
  auto url = parse_url(call.url);
  if (!url) return bad(url.error().detail);
  if (!is_token(call.method)) return bad("the method is no method");
  Request request{.url = *std::move(url),
                  .is_head = call.method == "HEAD",
                  .octets = {},
                  .deadline = call.timeout ? steady_clock::now() + *call.timeout
                                           : steady_clock::time_point::max()};
  request.octets = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", call.method, request.url.target,
                               request.url.authority());
  if (!call.headers.contains("User-Agent")) call.headers.add("User-Agent", options.user_agent);
  if (!call.headers.contains("Accept")) call.headers.add("Accept", "*/*");
  for (const auto& [name, value] : call.headers.fields()) {
    if (!is_token(name) || has_control_character(value)) return bad("a header is no header");
    for (const auto* ours :
         {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect"}) {
      if (same_header_name(name, ours)) return bad("a header is the client's own to send");
    }
    request.octets.append(name).append(": ").append(value).append("\r\n");
  }
  if (!call.body.empty() || (call.method != "GET" && call.method != "HEAD")) {
    request.octets.append(fmt::format("Content-Length: {}\r\n", call.body.size()));
  }
  request.octets.append("\r\n").append(call.body);
  return request;
}

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

HttpNotSent not_sent(std::string_view code, std::string detail) {
  return {.error = {.code = code, .detail = std::move(detail)}};
}

}  // namespace

class HttpClient::Impl : public std::enable_shared_from_this<HttpClient::Impl> {
 public:
  Impl(Executor executor, HttpClientOptions options)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        tls_(ssl::context::tls_client) {}

  Status load_certificates();
  static Task<HttpOutcome> call(std::shared_ptr<Impl> self, HttpCall call);
  void close();

 private:
  /// The right to one of an origin's connections; given on when it ends.
  class Slot;
  /// Lets close() reach the connection of a call under way.
  class Active;
  /// The connections that nobody uses.
  class Idle;
  using Opened = std::variant<std::unique_ptr<Link>, HttpNotSent>;
  struct Exchanged {
    HttpOutcome outcome;
    bool may_be_kept = false;
  };

  static std::string origin_of(const Url& url) {
    return (url.is_https ? "https://" : "http://") + url.authority();
  }
  void release(const std::string& name);
  Task<std::optional<HttpNotSent>> wait_for_slot(Origin& origin, Request& request);
  std::unique_ptr<Link> take_idle(const std::string& name);
  void keep(const std::string& name, std::unique_ptr<Link> link);
  static Task<> hold_idle(std::shared_ptr<Impl> self, std::unique_ptr<Idle> idle);

  Task<Result<std::vector<tcp::endpoint>>> resolve(Request& request);
  Task<Opened> open(Request& request);
  Task<std::optional<HttpNotSent>> connect(Link& link, Request& request);
  Task<std::optional<HttpNotSent>> shake_hands(Link& link, Request& request);
  Task<Exchanged> exchange(Link& link, Request& request);
  template <class Stream>
  Task<Exchanged> exchange_over(Stream& stream, Link& link, Request& request);
  HttpUnknown unknown(error_code error, const Request& request, bool is_writing) const;

  const Executor executor_;
  const HttpClientOptions options_;
  ssl::context tls_;
  std::map<std::string, Origin> origins_;
  std::unordered_set<Link*> active_;
  Idle* idle_ = nullptr;
  bool is_closed_ = false;
};

class HttpClient::Impl::Slot {
 public:
  Slot(std::shared_ptr<Impl> client, std::string origin)
      : client_(std::move(client)), origin_(std::move(origin)) {}
  ~Slot() { client_->release(origin_); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  std::shared_ptr<Impl> client_;
  std::string origin_;
};

class HttpClient::Impl::Active {
 public:
  Active(Impl& client, Link& link) : client_(client), link_(link) {
    client_.active_.insert(&link_);
  }
  ~Active() { client_.active_.erase(&link_); }
  Active(const Active&) = delete;
  Active& operator=(const Active&) = delete;

 private:
  Impl& client_;
  Link& link_;
};

/// Lives in the frame of hold_idle(), so that the sockets go with their event loop, whether that goes before the client or after it.
class HttpClient::Impl::Idle {
 public:
  explicit Idle(std::shared_ptr<Impl> client) : client_(std::move(client)) {
    client_->idle_ = this;
  }
  ~Idle() { client_->idle_ = nullptr; }
  Idle(const Idle&) = delete;
  Idle& operator=(const Idle&) = delete;

  /// By origin; the one used last is at the back, and is used next.
  std::map<std::string, std::vector<std::unique_ptr<Link>>> links;
  asio::steady_timer* timer = nullptr;

 private:
  std::shared_ptr<Impl> client_;
};

Status HttpClient::Impl::load_certificates() {
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

Task<HttpOutcome> HttpClient::Impl::call(std::shared_ptr<Impl> self, HttpCall call) {
  auto rendered = render(std::move(call), self->options_);
  if (!rendered) co_return HttpNotSent{.error = std::move(rendered).error()};
  Request request = *std::move(rendered);
  if (self->is_closed_) co_return not_sent("http.closed", "the client is closed");

  const std::string name = origin_of(request.url);
  if (auto refusal = co_await self->wait_for_slot(self->origins_[name], request)) {
    co_return *std::move(refusal);
  }
  const Slot slot(self, name);

  // A connection that the other end closed while it was idle may still swallow a request.  If it took no octet, a new one is tried.
  if (auto link = self->take_idle(name)) {
    const auto written = link->written();
    auto exchanged = co_await self->exchange(*link, request);
    if (link->written() != written || self->is_closed_) {
      if (exchanged.may_be_kept) self->keep(name, std::move(link));
      co_return std::move(exchanged.outcome);
    }
  }
  auto opened = co_await self->open(request);
  if (auto* refusal = std::get_if<HttpNotSent>(&opened)) co_return std::move(*refusal);
  auto link = std::get<std::unique_ptr<Link>>(std::move(opened));
  auto exchanged = co_await self->exchange(*link, request);
  if (exchanged.may_be_kept) self->keep(name, std::move(link));
  co_return std::move(exchanged.outcome);
}

/// nullopt: one of the origin's connections is ours, and counted in `in_use`.  An origin that is used or waited for stays, see release().
Task<std::optional<HttpNotSent>> HttpClient::Impl::wait_for_slot(Origin& origin, Request& request) {
  if (origin.in_use < options_.connections_max) {
    ++origin.in_use;
    co_return std::nullopt;
  }
  if (origin.waiters.size() >= options_.waiting_max) {
    co_return not_sent("http.overloaded", fmt::format("{} calls to {} wait already",
                                                      options_.waiting_max, request.url.host));
  }
  struct InLine {
    Impl& client;
    Origin& origin;
    std::string name;
    Waiter waiter;
    std::list<Waiter*>::iterator place;
    bool is_taken = false;
    InLine(Impl& of, Origin& to, std::string named, steady_clock::time_point until)
        : client(of),
          origin(to),
          name(std::move(named)),
          waiter{.timer = asio::steady_timer(of.executor_, until)},
          place(to.waiters.insert(to.waiters.end(), &waiter)) {}
    InLine(const InLine&) = delete;
    InLine& operator=(const InLine&) = delete;
    ~InLine() {
      if (!waiter.is_granted) {
        origin.waiters.erase(place);
      } else if (!is_taken) {
        client.release(name);
      }
    }
  };
  InLine in_line(*this, origin, origin_of(request.url), request.within(options_.wait_timeout));
  co_await in_line.waiter.timer.async_wait(kTuple);
  if (is_closed_) co_return not_sent("http.closed", "the client is closed");
  if (in_line.waiter.is_granted) {
    in_line.is_taken = true;
    co_return std::nullopt;
  }
  co_return not_sent("http.wait_timeout",
                     "no connection to " + request.url.host + " became free in time");
}

/// The next in line gets the slot; who waits for none leaves nothing behind.
void HttpClient::Impl::release(const std::string& name) {
  const auto found = origins_.find(name);
  Origin& origin = found->second;
  if (!origin.waiters.empty()) {
    Waiter* next = origin.waiters.front();
    origin.waiters.pop_front();
    next->is_granted = true;
    next->timer.cancel();
    return;
  }
  --origin.in_use;
  if (origin.in_use == 0) origins_.erase(found);
}

std::unique_ptr<Link> HttpClient::Impl::take_idle(const std::string& name) {
  if (idle_ == nullptr) return nullptr;
  auto& links = idle_->links[name];
  while (!links.empty()) {
    auto link = std::move(links.back());
    links.pop_back();
    if (steady_clock::now() - link->idle_since < options_.idle_timeout && link->is_quiet())
      return link;
  }
  return nullptr;
}

void HttpClient::Impl::keep(const std::string& name, std::unique_ptr<Link> link) {
  if (is_closed_) return;
  link->idle_since = steady_clock::now();
  if (idle_ != nullptr) {
    idle_->links[name].push_back(std::move(link));
    return;
  }
  auto idle = std::make_unique<Idle>(shared_from_this());
  idle->links[name].push_back(std::move(link));
  asio::co_spawn(executor_, hold_idle(shared_from_this(), std::move(idle)), asio::detached);
}

/// Runs as long as there are idle connections, and drops those that nobody wants.
Task<> HttpClient::Impl::hold_idle(std::shared_ptr<Impl> self, std::unique_ptr<Idle> idle) {
  asio::steady_timer timer(self->executor_);
  idle->timer = &timer;
  while (!self->is_closed_ && !idle->links.empty()) {
    timer.expires_after(self->options_.idle_timeout);
    co_await timer.async_wait(kTuple);
    const auto oldest = steady_clock::now() - self->options_.idle_timeout;
    for (auto& [name, links] : idle->links) {
      std::erase_if(links, [&](const auto& link) { return link->idle_since <= oldest; });
    }
    std::erase_if(idle->links, [](const auto& entry) { return entry.second.empty(); });
  }
  idle.reset();
}

/// The name's addresses.  A lookup that is stuck is left to itself at the deadline: the system's resolver cannot be stopped.
Task<Result<std::vector<tcp::endpoint>>> HttpClient::Impl::resolve(Request& request) {
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

Task<HttpClient::Impl::Opened> HttpClient::Impl::open(Request& request) {
  auto link = std::make_unique<Link>();
  if (request.url.is_https) {
    link->tls.emplace(Plain(executor_), tls_);
  } else {
    link->plain.emplace(executor_);
  }
  const Active active(*this, *link);
  if (auto refusal = co_await connect(*link, request)) co_return *std::move(refusal);
  if (request.url.is_https) {
    if (auto refusal = co_await shake_hands(*link, request)) co_return *std::move(refusal);
  }
  co_return std::move(link);
}

Task<std::optional<HttpNotSent>> HttpClient::Impl::connect(Link& link, Request& request) {
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
  for (std::size_t i = 0; i < endpoints->size() && error && !is_closed_; ++i) {
    // An address that swallows everything leaves the others their share of the time.
    const auto now = steady_clock::now();
    const auto share = (until - now) / static_cast<long>(endpoints->size() - i);
    link.socket().expires_at(now + std::max(share, steady_clock::duration::zero()));
    error = std::get<0>(co_await link.socket().async_connect((*endpoints)[i], kTuple));
  }
  if (is_closed_) co_return not_sent("http.closed", "the client is closed");
  if (error == beast::error::timeout)
    co_return not_sent("http.connect_timeout", request.url.host + " was not reached in time");
  if (error || link.socket().socket().set_option(tcp::no_delay(true), error)) {
    co_return not_sent("http.connect_failed",
                       request.url.host + " cannot be reached: " + error.message());
  }
  co_return std::nullopt;
}

Task<std::optional<HttpNotSent>> HttpClient::Impl::shake_hands(Link& link, Request& request) {
  const auto failed = [&](const std::string& why) {
    return not_sent("http.tls_failed", "no TLS with " + request.url.host + ": " + why);
  };
  Tls& tls = *link.tls;
  error_code error;
  asio::ip::make_address(request.url.host, error);
  const bool is_name = static_cast<bool>(error);
  if (is_name && SSL_set_tlsext_host_name(tls.native_handle(), request.url.host.c_str()) != 1)
    co_return failed("the name is no name");
  if (tls.set_verify_callback(ssl::host_name_verification(request.url.host), error))
    co_return failed(error.message());
  tls.next_layer().expires_at(request.within(options_.tls_timeout));
  error = std::get<0>(co_await tls.async_handshake(ssl::stream_base::client, kTuple));
  if (is_closed_) co_return not_sent("http.closed", "the client is closed");
  if (error == beast::error::timeout)
    co_return not_sent("http.tls_timeout", request.url.host + " did not finish TLS in time");
  if (const auto verdict = SSL_get_verify_result(tls.native_handle());
      error && verdict != X509_V_OK) {
    co_return failed(X509_verify_cert_error_string(verdict));
  }
  if (error) co_return failed(error.message());
  co_return std::nullopt;
}

Task<HttpClient::Impl::Exchanged> HttpClient::Impl::exchange(Link& link, Request& request) {
  const Active active(*this, link);
  if (link.tls) co_return co_await exchange_over(*link.tls, link, request);
  co_return co_await exchange_over(*link.plain, link, request);
}

template <class Stream>
Task<HttpClient::Impl::Exchanged> HttpClient::Impl::exchange_over(Stream& stream, Link& link,
                                                                  Request& request) {
  const auto written = link.written();
  if (steady_clock::now() >= request.deadline) {
    co_return Exchanged{
        not_sent("http.timeout", "the time for this call was over before it began")};
  }
  link.socket().expires_at(request.within(options_.write_timeout));
  const auto [write_error, octets] =
      co_await asio::async_write(stream, asio::buffer(request.octets), kTuple);
  if (write_error && link.written() == written) {
    if (is_closed_) co_return Exchanged{not_sent("http.closed", "the client is closed")};
    co_return Exchanged{
        not_sent("http.write_failed",
                 request.url.host + " took nothing of the request: " + write_error.message())};
  }
  if (write_error) co_return Exchanged{unknown(write_error, request, true)};

  link.socket().expires_at(request.within(options_.read_timeout));
  link.buffer.max_size(options_.response_header_bytes_max + kReadOctets);
  for (int interim = 0; interim <= kInterimAnswersMax; ++interim) {
    http::response_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.response_header_bytes_max));
    parser.body_limit(options_.response_bytes_max);
    parser.skip(request.is_head);
    const auto [read_error, read_octets] =
        co_await http::async_read(stream, link.buffer, parser, kTuple);
    if (read_error) co_return Exchanged{unknown(read_error, request, false)};
    auto& message = parser.get();
    if (message.result_int() == 101) break;  // nobody asked for another protocol
    if (message.result_int() < 200) continue;
    HttpAnswer answer{
        .status = message.result_int(), .headers = {}, .body = std::move(message.body())};
    for (const auto& field : message)
      answer.headers.add(std::string(field.name_string()), std::string(field.value()));
    co_return Exchanged{std::move(answer),
                        parser.keep_alive() && !parser.need_eof() && link.buffer.size() == 0};
  }
  co_return Exchanged{HttpUnknown{.error = {.code = "http.malformed_answer",
                                            .detail = request.url.host + " gave no final answer"}}};
}

HttpUnknown HttpClient::Impl::unknown(error_code error, const Request& request,
                                      bool is_writing) const {
  const auto because = [&](std::string_view code, std::string_view why) {
    return HttpUnknown{
        .error = {.code = code, .detail = fmt::format("{} {}", request.url.host, why)}};
  };
  if (is_closed_) return because("http.closed", "was being called when the client was closed");
  if (error == beast::error::timeout && is_writing)
    return because("http.write_timeout", "did not take the whole request in time");
  if (error == beast::error::timeout) return because("http.read_timeout", "did not answer in time");
  if (error == http::error::body_limit || error == http::error::header_limit ||
      error == http::error::buffer_overflow) {
    return because("http.answer_too_large", "answered more than is read");
  }
  const bool is_protocol_error =
      error.category() == http::make_error_code(http::error::bad_version).category();
  if (is_protocol_error && error != http::error::end_of_stream &&
      error != http::error::partial_message) {
    return because("http.malformed_answer", "answered what is not HTTP");
  }
  return because("http.connection_lost", "closed the connection before its answer was whole");
}

void HttpClient::Impl::close() {
  is_closed_ = true;
  for (auto& [name, origin] : origins_) {
    for (Waiter* waiter : origin.waiters) waiter->timer.cancel();
  }
  for (Link* link : active_) link->socket().close();
  if (idle_ != nullptr) {
    idle_->links.clear();
    if (idle_->timer != nullptr) idle_->timer->cancel();
  }
}

Result<std::unique_ptr<HttpClient>> HttpClient::make(Executor executor, HttpClientOptions options) {
  auto impl = std::make_shared<Impl>(std::move(executor), std::move(options));
  BAUTA_CHECK(impl->load_certificates());
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

HttpClient::HttpClient(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() { impl_->close(); }
Task<HttpOutcome> HttpClient::call(HttpCall call) { return Impl::call(impl_, std::move(call)); }
void HttpClient::close() { impl_->close(); }

}  // namespace bauta
