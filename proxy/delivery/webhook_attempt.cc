#include "proxy/delivery/webhook_attempt.h"

#include <optional>
#include <string>
#include <utility>

#include "proxy/delivery/event_json.h"

namespace bauta {
namespace {

Task<EndpointAnswer> hand_over_as_asked(EndpointPort& endpoints, Misbehaviour misbehave,
                                        EndpointCall call, std::uint64_t number) {
  if (misbehave.fail_one_in > 0 && number % misbehave.fail_one_in == 0)
    co_return EndpointAnswer{.result = AttemptResult::refused, .status = 503};
  if (!misbehave.twice) co_return co_await endpoints.call(std::move(call));
  auto answer = co_await endpoints.call(call);
  // What is said to the second changes nothing: the event was taken.
  if (answer.result == AttemptResult::delivered)
    static_cast<void>(co_await endpoints.call(std::move(call)));
  co_return answer;
}

}  // namespace

Task<EndpointAnswer> attempt_webhook(WebhookParts parts, WebhookAttemptCall attempt) {
  const Webhook& webhook = attempt.webhook;
  std::optional<ToldText> told;
  if (attempt.reads_texts) {
    auto text = co_await parts.webhooks.text_of(webhook.service, attempt.event);
    // Better later than without what was asked for.
    if (!text) co_return EndpointAnswer{.error = std::string(text.error().code)};
    told = ToldText{.text = *std::move(text)};
  }
  EndpointCall call{.url = webhook.url,
                    .id = attempt.event.id.str(),
                    .timestamp = to_millis(parts.stamps ? parts.stamps->now() : attempt.at) / 1000,
                    .signature = {},
                    .body = event_body(attempt.event, told)};
  call.signature = signatures_of(
      webhook, {.id = call.id, .timestamp = call.timestamp, .body = call.body}, attempt.at);
  co_return co_await hand_over_as_asked(parts.endpoints, webhook.misbehave, std::move(call),
                                        attempt.number);
}

}  // namespace bauta
