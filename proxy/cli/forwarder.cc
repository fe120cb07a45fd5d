#include "proxy/cli/forwarder.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>
#include <utility>

#include "proxy/carriers/retry_after.h"
#include "proxy/net/http_client.h"
#include "proxy/net/url.h"
#include "routing/webhooks/signature.h"
#include "storage/store/clock.h"

namespace bauta {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kTooMany = 429, kUnavailable = 503;

}  // namespace

struct Forwarder::Parts {
  ForwarderOptions options;
  boost::asio::io_context loop{1};
  std::unique_ptr<HttpClient> http;

  HttpCall call_of(const std::string& id, const std::string& body) const {
    const auto timestamp =
        std::chrono::floor<std::chrono::seconds>(SystemClock().now()).time_since_epoch().count();
    const auto signature = sign(SignatureKind::v1, options.signing_key,
                                {.id = id, .timestamp = timestamp, .body = body});
    return {.method = "POST",
            .url = options.url,
            .headers = {{"Content-Type", "application/json"},
                        {"webhook-id", id},
                        {"webhook-timestamp", std::to_string(timestamp)},
                        {"webhook-signature", signature}},
            .body = body,
            .timeout = options.timeout};
  }

  HttpOutcome exchange(HttpCall call) {
    auto outcome =
        boost::asio::co_spawn(loop, http->call(std::move(call)), boost::asio::use_future);
    loop.restart();
    // Not run(): a connection that is kept for the next call would hold it up.
    while (outcome.wait_for(milliseconds::zero()) != std::future_status::ready) loop.run_one();
    return outcome.get();
  }

  milliseconds pause_after(const HttpOutcome& outcome, int tries) const {
    const auto doubled = std::min<milliseconds>(
        options.pause_max, options.pause_first * (std::int64_t{1} << std::min(tries - 1, 20)));
    const auto* answer = std::get_if<HttpAnswer>(&outcome);
    if (answer == nullptr || (answer->status != kTooMany && answer->status != kUnavailable))
      return doubled;
    const auto field = answer->headers.find("Retry-After");
    const auto asked =
        field ? parse_retry_after(*field, SystemClock().now(), options.pause_max) : std::nullopt;
    return asked.value_or(doubled);
  }
};

Forwarder::Forwarder(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Forwarder::~Forwarder() = default;

Result<std::unique_ptr<Forwarder>> Forwarder::make(ForwarderOptions options) {
  if (const auto url = parse_url(options.url); !url)
    return fail("usage.url", "the URL to forward to cannot be used: " + url.error().detail);
  auto parts = std::make_unique<Parts>();
  parts->options = std::move(options);
  HttpClientOptions http;
  http.user_agent = "bauta-listen";
  BAUTA_TRY(parts->http, HttpClient::make(parts->loop.get_executor(), std::move(http)));
  return std::unique_ptr<Forwarder>(new Forwarder(std::move(parts)));
}

Forwarded Forwarder::post(const std::string& id, const std::string& body) {
  Forwarded forwarded;
  const auto began = std::chrono::steady_clock::now();
  for (;;) {
    const auto outcome = parts_->exchange(parts_->call_of(id, body));
    ++forwarded.tries;
    forwarded.status = 0;
    forwarded.error.clear();
    if (const auto* answer = std::get_if<HttpAnswer>(&outcome)) {
      forwarded.status = answer->status;
    } else if (const auto* not_sent = std::get_if<HttpNotSent>(&outcome)) {
      forwarded.error = not_sent->error.detail;
    } else {
      forwarded.error = std::get<HttpUnknown>(outcome).error.detail;
    }
    forwarded.took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    if (forwarded.is_taken() || forwarded.tries >= parts_->options.tries) return forwarded;
    const auto pause = parts_->pause_after(outcome, forwarded.tries);
    if (parts_->options.on_retry) parts_->options.on_retry(forwarded, pause);
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace bauta
