#include "proxy/net/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <list>
#include <map>
#include <utility>
#include <vector>

#include "proxy/net/http_dialer.h"
#include "proxy/net/http_link.h"
#include "proxy/net/http_reading.h"
#include "proxy/net/outgoing_request.h"

namespace bauta {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

using http_reading::kReadOctets;
using http_reading::kTuple;

/// 1xx answers before the real one.
constexpr int kInterimAnswersMax = 16;

/// Waits for a connection of its origin to be free.
struct Waiter {
  asio::steady_timer timer;
  bool is_granted = false;
};

struct Origin {
  std::size_t in_use = 0;
  std::list<Waiter*> waiters;
};

}  // namespace

class HttpClient::Impl : public std::enable_shared_from_this<HttpClient::Impl> {
 public:
  Impl(Executor executor, HttpClientOptions options)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        dialer_(executor_, options_, in_use_) {}

  Status load_certificates() { return dialer_.load_certificates(); }
  static Task<HttpOutcome> call(std::shared_ptr<Impl> self, HttpCall call);
  void close();

 private:
  /// The right to one of an origin's connections; given on when it ends.
  class Slot;
  /// The connections that nobody uses.
  class Idle;
  struct Exchanged {
    HttpOutcome outcome;
    bool may_be_kept = false;
  };

  static std::string origin_of(const Url& url) {
    return (url.is_https ? "https://" : "http://") + url.authority();
  }
  void release(const std::string& name);
  Task<std::optional<HttpNotSent>> wait_for_slot(Origin& origin, OutgoingRequest& request);
  std::unique_ptr<HttpLink> take_idle(const std::string& name);
  void keep(const std::string& name, std::unique_ptr<HttpLink> link);
  static Task<> hold_idle(std::shared_ptr<Impl> self, std::unique_ptr<Idle> idle);

  Task<Exchanged> exchange(HttpLink& link, OutgoingRequest& request);
  template <class Stream>
  Task<Exchanged> exchange_over(Stream& stream, HttpLink& link, OutgoingRequest& request);
  HttpUnknown unknown(error_code error, const OutgoingRequest& request, bool is_writing) const;

  const Executor executor_;
  const HttpClientOptions options_;
  LinksInUse in_use_;
  HttpDialer dialer_;
  std::map<std::string, Origin> origins_;
  Idle* idle_ = nullptr;
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
  std::map<std::string, std::vector<std::unique_ptr<HttpLink>>> links;
  asio::steady_timer* timer = nullptr;

 private:
  std::shared_ptr<Impl> client_;
};

Task<HttpOutcome> HttpClient::Impl::call(std::shared_ptr<Impl> self, HttpCall call) {
  auto rendered = render(std::move(call), self->options_);
  if (!rendered) co_return HttpNotSent{.error = std::move(rendered).error()};
  OutgoingRequest request = *std::move(rendered);
  if (self->in_use_.is_closed()) co_return not_sent("http.closed", "the client is closed");

  const std::string name = origin_of(request.url);
  if (auto refusal = co_await self->wait_for_slot(self->origins_[name], request)) {
    co_return *std::move(refusal);
  }
  const Slot slot(self, name);

  // A connection that the other end closed while it was idle may still swallow a request.  If it took no octet, a new one is tried.
  if (auto link = self->take_idle(name)) {
    const auto written = link->written();
    auto exchanged = co_await self->exchange(*link, request);
    if (link->written() != written || self->in_use_.is_closed()) {
      if (exchanged.may_be_kept) self->keep(name, std::move(link));
      co_return std::move(exchanged.outcome);
    }
  }
  auto opened = co_await self->dialer_.open(request);
  if (auto* refusal = std::get_if<HttpNotSent>(&opened)) co_return std::move(*refusal);
  auto link = std::get<std::unique_ptr<HttpLink>>(std::move(opened));
  auto exchanged = co_await self->exchange(*link, request);
  if (exchanged.may_be_kept) self->keep(name, std::move(link));
  co_return std::move(exchanged.outcome);
}

/// nullopt: one of the origin's connections is ours, and counted in `in_use`.  An origin that is used or waited for stays, see release().
Task<std::optional<HttpNotSent>> HttpClient::Impl::wait_for_slot(Origin& origin,
                                                                 OutgoingRequest& request) {
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
  if (in_use_.is_closed()) co_return not_sent("http.closed", "the client is closed");
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

std::unique_ptr<HttpLink> HttpClient::Impl::take_idle(const std::string& name) {
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

void HttpClient::Impl::keep(const std::string& name, std::unique_ptr<HttpLink> link) {
  if (in_use_.is_closed()) return;
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
  while (!self->in_use_.is_closed() && !idle->links.empty()) {
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

Task<HttpClient::Impl::Exchanged> HttpClient::Impl::exchange(HttpLink& link,
                                                             OutgoingRequest& request) {
  const LinksInUse::Use use(in_use_, link);
  if (link.tls) co_return co_await exchange_over(*link.tls, link, request);
  co_return co_await exchange_over(*link.plain, link, request);
}

template <class Stream>
Task<HttpClient::Impl::Exchanged> HttpClient::Impl::exchange_over(Stream& stream, HttpLink& link,
                                                                  OutgoingRequest& request) {
  const auto written = link.written();
  if (steady_clock::now() >= request.deadline) {
    co_return Exchanged{
        not_sent("http.timeout", "the time for this call was over before it began")};
  }
  link.socket().expires_at(request.within(options_.write_timeout));
  const auto [write_error, octets] =
      co_await asio::async_write(stream, asio::buffer(request.octets), kTuple);
  if (write_error && link.written() == written) {
    if (in_use_.is_closed()) co_return Exchanged{not_sent("http.closed", "the client is closed")};
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

HttpUnknown HttpClient::Impl::unknown(error_code error, const OutgoingRequest& request,
                                      bool is_writing) const {
  const auto because = [&](std::string_view code, std::string_view why) {
    return HttpUnknown{
        .error = {.code = code, .detail = fmt::format("{} {}", request.url.host, why)}};
  };
  if (in_use_.is_closed())
    return because("http.closed", "was being called when the client was closed");
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
  in_use_.close();
  for (auto& [name, origin] : origins_) {
    for (Waiter* waiter : origin.waiters) waiter->timer.cancel();
  }
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
