#include "proxy/delivery/endpoint_caller.h"

#include <chrono>
#include <string_view>
#include <utility>

#include "proxy/carriers/retry_after.h"

namespace bauta {
namespace {

constexpr unsigned kGone = 410, kTooMany = 429, kUnavailable = 503;

AttemptResult result_of(const Error& error) {
  if (error.code == "http.address_refused") return AttemptResult::address_refused;
  const std::string_view code = error.code;
  return code.ends_with("_timeout") || code == "http.timeout" ? AttemptResult::timeout
                                                              : AttemptResult::unreachable;
}

AttemptResult result_of(unsigned status) {
  if (status >= 200 && status < 300) return AttemptResult::delivered;
  return status == kGone ? AttemptResult::gone : AttemptResult::refused;
}

}  // namespace

Result<std::unique_ptr<EndpointCaller>> EndpointCaller::make(const std::vector<Executor>& executors,
                                                             const EndpointCallerOptions& options,
                                                             const Clock& clock) {
  std::unique_ptr<EndpointCaller> caller(new EndpointCaller(options.retry_after_max, clock));
  for (const auto& executor : executors) {
    BAUTA_TRY(auto client, HttpClient::make(executor, options.http));
    caller->all_.add(executor, *client);
    caller->clients_.push_back(std::move(client));
  }
  return caller;
}

Task<EndpointAnswer> EndpointCaller::call(EndpointCall call) {
  HttpCall http{.method = "POST",
                .url = std::move(call.url),
                .headers = {{"Content-Type", "application/json"}},
                .body = std::move(call.body)};
  http.headers.add("webhook-id", std::move(call.id));
  http.headers.add("webhook-timestamp", std::to_string(call.timestamp));
  http.headers.add("webhook-signature", std::move(call.signature));
  const auto began = std::chrono::steady_clock::now();
  const auto outcome = co_await all_.call(std::move(http));
  EndpointAnswer answer = judge(outcome);
  answer.took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
  co_return answer;
}

EndpointAnswer EndpointCaller::judge(const HttpOutcome& outcome) const {
  if (const auto* not_sent = std::get_if<HttpNotSent>(&outcome)) {
    return {.result = result_of(not_sent->error), .error = std::string(not_sent->error.code)};
  }
  if (const auto* unknown = std::get_if<HttpUnknown>(&outcome))
    return {.result = result_of(unknown->error), .error = std::string(unknown->error.code)};
  const auto& heard = std::get<HttpAnswer>(outcome);
  EndpointAnswer answer{.result = result_of(heard.status), .status = heard.status, .error = {}};
  if (heard.status == kTooMany || heard.status == kUnavailable) {
    if (const auto field = heard.headers.find("Retry-After"))
      answer.retry_after = parse_retry_after(*field, clock_.now(), retry_after_max_);
  }
  return answer;
}

}  // namespace bauta
